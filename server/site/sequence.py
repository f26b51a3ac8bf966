"""Mermaid's sequence diagrams as SVG: as much of the language as our guides speak, in the site's own colours.

Mermaid itself is megabytes of script that give elements styles of their own, which the site's policy does not let
through. Here everything stands in attributes and classes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from textwrap import wrap
from typing import Final

_WIDTH: Final = 720
_BOX: Final = 124  # of a participant
_LINE: Final = 17  # of text
_LETTER: Final = 6.6  # of 13 px, on average
_HEAD: Final = 7  # of an arrow
_LOOP: Final = 26  # how far a message to oneself goes

_PARTICIPANT: Final = re.compile(r"participant (\w+) as (.+)")
_MESSAGE: Final = re.compile(r"(\w+)(--?)>>(\w+): (.+)")
_NOTE: Final = re.compile(r"Note over (\w+)(?:,(\w+))?: (.+)")
_CASE: Final = re.compile(r"(alt|else) (.+)")


@dataclass
class _Drawing:
    """What was drawn so far, from top to bottom; `y` is where it goes on."""

    columns: dict[str, float]
    y: float
    shapes: list[str] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)  # where each case began that is not at its end

    def text(self, words: str, x: float, width: float, *, anchor: str = "middle", kind: str = "said") -> None:
        """In as many lines as it takes."""
        for line in wrap(words, max(int(width / _LETTER), 8)):
            self.y += _LINE
            self.shapes.append(
                f'<text class="{kind}" x="{x:g}" y="{self.y:g}" text-anchor="{anchor}">{escape(line)}</text>'
            )

    def message(self, sender: str, dashes: str, receiver: str, words: str) -> None:
        start, end = self.columns[sender], self.columns[receiver]
        if start == end:
            return self._to_oneself(start, words)
        self.text(words, (start + end) / 2, abs(end - start) - 2 * _HEAD)
        self.y += 8
        kind = "answer" if dashes == "--" else "call"
        back = -_HEAD if end > start else _HEAD
        self.shapes.append(f'<path class="{kind}" d="M{start:g} {self.y:g}H{end + back:g}"/>')
        self._head(end, back)
        self.y += 8
        return None

    def note(self, first: str, last: str | None, words: str) -> None:
        left, right = sorted((self.columns[first], self.columns[last or first]))
        middle, width = (left + right) / 2, right - left + _BOX
        place, top = len(self.shapes), self.y + 4
        self.y += 6
        self.text(words, middle, width - 12, kind="noted")
        self.y += 8
        self.shapes.insert(place, _rect("note", middle - width / 2, top, width, self.y - top))
        self.y += 6

    def case(self, kind: str, words: str) -> None:
        self.y += 8
        if kind == "alt":
            self.opened.append(self.y)
        else:
            self.shapes.append(f'<path class="answer" d="M1 {self.y:g}H{_WIDTH - 1}"/>')
        said = f"if {words}" if kind == "alt" else f"else: {words}"
        self.text(said, 10, _WIDTH - 20, anchor="start", kind="case")
        self.y += 4

    def end(self) -> None:
        self.y += 4
        top = self.opened.pop()
        self.shapes.append(_rect("cases", 1, top, _WIDTH - 2, self.y - top))
        self.y += 4

    def _to_oneself(self, x: float, words: str) -> None:
        side = -1 if x > _WIDTH / 2 else 1
        top = self.y + 10
        self.text(words, x + side * (_LOOP + 8), 220, anchor="end" if side < 0 else "start")
        self.y = max(self.y, top + _LINE)
        self.shapes.append(
            f'<path class="call" d="M{x:g} {top:g}H{x + side * _LOOP:g}V{self.y:g}H{x + side * _HEAD:g}"/>'
        )
        self._head(x, side * _HEAD)
        self.y += 8

    def _head(self, x: float, back: float) -> None:
        y = self.y
        self.shapes.append(f'<path class="head" d="M{x:g} {y:g}L{x + back:g} {y - 4:g}V{y + 4:g}Z"/>')


def drawn(text: str) -> str:
    """Raises `ValueError` for what it does not understand."""
    kind, *lines = filter(None, map(str.strip, text.splitlines()))
    if kind != "sequenceDiagram":
        raise ValueError(f"only sequence diagrams are drawn: {kind}")
    names = {match[1]: match[2] for line in lines if (match := _PARTICIPANT.fullmatch(line))}
    titles = [wrap(name, int(_BOX / _LETTER) - 1) for name in names.values()]
    top = _LINE * max(map(len, titles)) + 16
    drawing = _Drawing(dict(zip(names, _spread(len(names)), strict=True)), top)
    for line in lines:
        _draw(drawing, line)
    height = drawing.y + 10
    people = "".join(_people(drawing.columns.values(), titles, top, height))
    said = escape(f"Who says what to whom: {', '.join(names.values())}")
    return (
        f'<figure class="scroll"><svg class="sequence" role="group" aria-label="{said}" '
        f'width="{_WIDTH}" height="{height:g}" viewBox="0 0 {_WIDTH} {height:g}">'
        f"{people}{''.join(drawing.shapes)}</svg></figure>\n"
    )


def _draw(drawing: _Drawing, line: str) -> None:
    if match := _MESSAGE.fullmatch(line):
        sender, dashes, receiver, words = match.groups()
        drawing.message(sender, dashes, receiver, words)
    elif match := _NOTE.fullmatch(line):
        drawing.note(*match.groups())
    elif match := _CASE.fullmatch(line):
        drawing.case(*match.groups())
    elif line == "end":
        drawing.end()
    elif not _PARTICIPANT.fullmatch(line):
        raise ValueError(f"not a line of a sequence diagram: {line}")


def _spread(count: int) -> Sequence[float]:
    """The middles of so many columns."""
    step = (_WIDTH - _BOX - 16) / max(count - 1, 1)
    return [8 + _BOX / 2 + step * place for place in range(count)]


def _people(columns: Iterable[float], titles: Iterable[list[str]], top: float, height: float) -> Iterator[str]:
    for x, title in zip(columns, titles, strict=True):
        yield f'<path class="life" d="M{x:g} {top:g}V{height:g}"/>'
        yield _rect("person", x - _BOX / 2, 1, _BOX, top - 1)
        for y, line in enumerate(title):
            middle = (top - _LINE * len(title)) / 2 + 13 + _LINE * y
            yield f'<text class="name" x="{x:g}" y="{middle:g}" text-anchor="middle">{escape(line)}</text>'


def _rect(kind: str, x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"/>'
