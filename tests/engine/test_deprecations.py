"""What an operation touches of what is deprecated: all of it, nothing else, and found once a document."""

from typing import Any

import pytest
from graphql import build_schema, parse, validate

from engine.deprecations import Deprecation, Deprecations, deprecated, touched

SCHEMA = build_schema("""
directive @shown(as: String @deprecated(reason: "directive argument"), to: Colour) on FIELD | QUERY

interface Named { name: String @deprecated(reason: "of the interface") }

type Person implements Named {
  name: String
  old: String @deprecated(reason: "field")
  friends(first: Int, limit: Int @deprecated(reason: "argument")): [Person!]
}

enum Colour { RED GREY @deprecated(reason: "value") }

input Filter {
  colour: Colour
  colours: [Colour!]
  shade: String @deprecated(reason: "input field")
  and: [Filter!]
}

input Plain { text: String plain: Plain }

type Query {
  person(filter: Filter, filters: [Filter!], colour: Colour, plain: Plain): Person
  named: Named
}
""")
CLEAN = build_schema("type Query { a(b: Int): String }")


def found(text: str, name: str | None = None, **variables: Any) -> list[str]:
    document = parse(text)
    assert validate(SCHEMA, document) == []
    return [each.coordinate for each in touched(SCHEMA, document, name).with_values(variables)]


def test_lists_everything_deprecated_in_a_schema() -> None:
    assert sorted(deprecated(SCHEMA)) == [
        Deprecation("@shown(as:)", "directive argument"),
        Deprecation("Colour.GREY", "value"),
        Deprecation("Filter.shade", "input field"),
        Deprecation("Named.name", "of the interface"),
        Deprecation("Person.friends(limit:)", "argument"),
        Deprecation("Person.old", "field"),
    ]


@pytest.mark.parametrize(
    ("text", "coordinates"),
    [
        ("{ person { name } }", []),
        ("{ person { old } }", ["Person.old"]),
        ("{ person { ten: old friends { old } } }", ["Person.old"]),
        ("{ named { name ... on Person { name } } }", ["Named.name"]),
        ("{ person { friends(limit: 1) { name } } }", ["Person.friends(limit:)"]),
        ("{ person { friends(first: 1) { name } } }", []),
        ("{ person(colour: GREY) { name } }", ["Colour.GREY"]),
        ("{ person(colour: RED) { name } }", []),
        ('{ person(filter: {and: [{shade: "x"}]}) { name } }', ["Filter.shade"]),
        ("{ person(filter: {colours: [RED, GREY]}) { name } }", ["Colour.GREY"]),
        ("{ person(filter: {colours: GREY}) { name } }", ["Colour.GREY"]),
        ('{ person { name @shown(as: "x", to: GREY) } }', ["@shown(as:)", "Colour.GREY"]),
        ('query @shown(as: "x") { person { name } }', ["@shown(as:)"]),
        ('query ($f: Filter = {shade: "x"}) { person(filter: $f) { name } }', ["Filter.shade"]),
        ("{ person { ...A } } fragment A on Person { ...B } fragment B on Person { old }", ["Person.old"]),
        ("{ person { ... { ... on Named { name } } } }", ["Named.name"]),
        (
            '{ person(colour: GREY, filter: {shade: "x"}) { old friends(limit: 1) { old } } }',
            ["Colour.GREY", "Filter.shade", "Person.friends(limit:)", "Person.old"],
        ),
    ],
)
def test_finds_what_the_text_touches_by_coordinate_and_once(text: str, coordinates: list[str]) -> None:
    assert found(text) == coordinates


@pytest.mark.parametrize(
    ("variables", "coordinates"),
    [
        ({}, []),
        ({"f": None, "fs": None, "c": None}, []),
        ({"f": {"colour": "RED"}, "c": "RED"}, []),
        ({"c": "GREY"}, ["Colour.GREY"]),
        ({"f": {"shade": None}}, ["Filter.shade"]),
        ({"f": {"and": [{"and": {"colour": "GREY"}}, {"shade": "x"}]}}, ["Colour.GREY", "Filter.shade"]),
        ({"fs": [{"colours": ["RED", "GREY"]}]}, ["Colour.GREY"]),
        ({"fs": {"colours": "GREY"}}, ["Colour.GREY"]),
        ({"f": "GREY", "fs": [1, None], "c": {"shade": 1}}, []),
        ({"unknown": "GREY"}, []),
    ],
)
def test_finds_what_variables_hold(variables: dict[str, Any], coordinates: list[str]) -> None:
    text = (
        "query ($f: Filter, $fs: [Filter!], $c: Colour) { person(filter: $f, filters: $fs, colour: $c) { name } }"
    )
    assert found(text, **variables) == coordinates


def test_only_variables_that_can_hold_something_deprecated_are_looked_at() -> None:
    text = "query ($p: Plain, $f: Filter) { person(plain: $p, filter: $f) { name } }"
    assert [name for name, _ in touched(SCHEMA, parse(text), None).variables] == ["f"]


def test_only_the_operation_that_runs_counts() -> None:
    text = "query A { person { ...Old } } query B { person { name } } fragment Old on Person { old }"
    assert (found(text, "A"), found(text, "B"), found(text, "C")) == (["Person.old"], [], [])


def test_a_fragment_spread_everywhere_is_walked_once() -> None:
    doubling = " ".join(
        f"fragment F{n} on Person {{ a: friends {{ ...F{n + 1} }} b: friends {{ ...F{n + 1} }} }}"
        for n in range(40)
    )
    assert found("{ person { ...F0 } } " + doubling + " fragment F40 on Person { old }") == ["Person.old"]


def test_a_document_is_walked_once_and_known_again_by_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    deprecations = Deprecations(SCHEMA)
    text = "query A { person { old } } query B { person { name } }"
    first = deprecations.touched(parse(text), "A")
    monkeypatch.setattr("engine.deprecations.touched", lambda *_: pytest.fail("walked again"))
    assert deprecations.touched(parse(text), "A") is first
    monkeypatch.undo()
    assert deprecations.touched(parse(text), "B").with_values({}) == ()
    assert deprecations.touched(parse(text, no_location=True), "A") == first


def test_only_so_many_documents_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.deprecations._MOST", 2)
    deprecations = Deprecations(SCHEMA)
    texts = [f"{{ person {{ a{n}: old }} }}" for n in range(5)]
    first = deprecations.touched(parse(texts[0]), None)
    for text in texts:
        deprecations.touched(parse(text), None)
    assert len(deprecations._known) == 2
    assert deprecations.touched(parse(texts[0]), None) is not first


def test_a_schema_without_anything_deprecated_walks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.deprecations.touched", lambda *_: pytest.fail("walked"))
    assert Deprecations(CLEAN).touched(parse("{ a(b: 1) }"), None).with_values({"b": 1}) == ()
