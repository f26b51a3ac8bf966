"""Sequence diagrams of the guides as SVG: what is said stands between those who say it, one below the other."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from server.site.pages import DOCS
from server.site.sequence import drawn

DIAGRAM = """sequenceDiagram
    participant A as Ada & friends
    participant B as Bob
    A->>B: hello <b>
    alt he is there
        B-->>A: good morning, and a sentence that is far too long to stand in one line between two people
    else he is not
        A->>A: waits
    end
    Note over A,B: later
    B->>B: thinks
"""
FENCED = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)
GUIDES = sorted(path for path in DOCS.rglob("*.md") if "```mermaid" in path.read_text())


def shapes(text: str) -> list[dict[str, str]]:
    """The elements of the picture, each with its name and words."""
    figure = ElementTree.fromstring(drawn(text))
    (picture,) = figure
    return [{**each.attrib, "tag": each.tag, "text": each.text or ""} for each in picture]


def test_a_message_stands_between_two_people_above_its_arrow() -> None:
    found = shapes(DIAGRAM)
    ada, bob = (float(each["x"]) for each in found if each.get("class") == "name")
    said = next(each for each in found if each["text"] == "hello <b>")
    arrow = next(each for each in found if each.get("class") == "call")
    assert float(said["x"]) == (ada + bob) / 2
    y = float(said["y"]) + 8
    assert arrow["d"] == f"M{ada:g} {y:g}H{bob - 7:g}"


def test_each_stands_below_the_one_before_and_none_outside() -> None:
    figure = ElementTree.fromstring(drawn(DIAGRAM))
    heights = [float(each["y"]) for each in shapes(DIAGRAM) if each.get("class") in ("said", "noted", "case")]
    assert heights == sorted(heights)
    assert len(set(heights)) == len(heights) == 8
    assert heights[-1] < float(figure[0].attrib["height"])


def test_says_all_that_is_said() -> None:
    words = " ".join(each["text"] for each in shapes(DIAGRAM) if each["tag"] == "text")
    assert words == (
        "Ada & friends Bob hello <b> if he is there good morning, and a sentence that is far too long to stand in "
        "one line between two people else: he is not waits later thinks"
    )


@pytest.mark.parametrize("kind", ["answer", "note", "cases", "head", "life", "person"])
def test_draws_each_kind_of_shape(kind: str) -> None:
    assert [each for each in shapes(DIAGRAM) if each.get("class") == kind]


@pytest.mark.parametrize(
    "text",
    [
        "graph TD",
        "sequenceDiagram\nparticipant A as Ada\nA-x B: no",
        "sequenceDiagram\nparticipant A as Ada\nloop",
    ],
)
def test_what_it_does_not_understand_is_not_left_out(text: str) -> None:
    with pytest.raises(ValueError, match="diagram"):
        drawn(text)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_message_of_a_guide_is_drawn(guide: Path) -> None:
    for text in FENCED.findall(guide.read_text()):
        words = "".join(each["text"] for each in shapes(text)).replace(" ", "")
        for said in re.findall(r": (.+)", text):
            assert said.replace(" ", "") in words
