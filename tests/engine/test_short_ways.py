"""What comes as a rule takes a short way, on which nothing is lost of what the long one promises."""

from collections.abc import Callable
from typing import Any

import strawberry
from graphql import (
    ExecutionResult,
    GraphQLField,
    GraphQLInt,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    parse,
)

from engine.execution import execute

WARMING = 6


def _answer(*asked: Any) -> ExecutionResult:
    result = execute(*asked)
    assert isinstance(result, ExecutionResult)
    return result


def _deep(frames: int, call: Callable[[], ExecutionResult]) -> ExecutionResult:
    return call() if frames == 0 else _deep(frames - 1, call)


class Nested:
    n = 3


_nested: GraphQLObjectType = GraphQLObjectType(
    "Nested", lambda: {"t": GraphQLField(_nested, resolve=lambda it, _: it), "n": GraphQLField(GraphQLInt)}
)


def test_too_deep_a_stack_is_an_error_of_a_field_also_later() -> None:
    schema, depth = GraphQLSchema(_nested), 100
    document = parse("{ " + "n t { " * depth + "n" + " }" * (depth + 1), no_location=True)
    for _ in range(WARMING):
        assert _answer(schema, document, Nested()).errors is None
    frames = next(
        frames
        for frames in range(100, 1000, 20)
        if _deep(frames, lambda: _answer(schema, document, Nested())).errors is not None
    )
    errors = _deep(frames, lambda: _answer(schema, document, Nested())).errors
    assert errors
    (error,) = errors
    assert isinstance(error.original_error, RecursionError)
    assert error.path


@strawberry.type
class Inner:
    x: int


@strawberry.type
class Outer:
    name: str
    inner: Inner | None


class OneShot:
    """Its inner object may be read once."""

    name = "a"
    was_read = False

    @property
    def inner(self) -> Inner:
        if self.was_read:
            raise ValueError("The session is closed.")
        self.was_read = True
        return Inner(x=1)


def test_what_can_be_read_once_is_answered_and_no_error() -> None:
    @strawberry.type
    class Query:
        @strawberry.field
        def outer(self) -> Outer:
            return OneShot()  # type: ignore[return-value] # it looks like one

    schema = strawberry.Schema(Query)._schema
    document = parse("{ outer { name inner { x } } }")
    answers = [_answer(schema, document) for _ in range(WARMING)]
    assert answers == [ExecutionResult({"outer": {"name": "a", "inner": {"x": 1}}}, None)] * WARMING


def test_a_path_stays_when_the_answer_was_nulled_meanwhile() -> None:
    infos: list[GraphQLResolveInfo[Any]] = []

    @strawberry.type
    class Note:
        @strawberry.field
        def kept(self, info: strawberry.Info) -> int:
            infos.append(info._raw_info)
            return 1

    @strawberry.type
    class Book:
        title: str
        notes: list[Note]

        @strawberry.field
        def bad(self) -> int:
            if self.title == "x":
                raise ValueError("no")
            return 1

    @strawberry.type
    class Shelf:
        books: list[Book | None]

    @strawberry.type
    class Query:
        @strawberry.field
        def shelf(self) -> Shelf:
            return Shelf(books=[Book(title=title, notes=[Note()]) for title in "xbc"])

    schema = strawberry.Schema(Query)._schema
    document = parse("{ shelf { books { title bad notes { kept } } } }")
    for _ in range(WARMING):
        infos.clear()
        _answer(schema, document)
        paths = [info.path.as_list() for info in infos]
        assert paths == [["shelf", "books", index, "notes", 0, "kept"] for index in range(3)]


def test_an_odd_value_is_read_three_times_at_most() -> None:
    class Row:
        def __init__(self, value: object) -> None:
            self.value, self.reads = value, 0

        @property
        def name(self) -> object:
            self.reads += 1
            return self.value

    @strawberry.type
    class Named:
        name: str

    @strawberry.type
    class Query:
        @strawberry.field
        def rows(self, info: strawberry.Info) -> list[Named]:
            return info.context  # type: ignore[no-any-return]

    schema = strawberry.Schema(Query)._schema
    document = parse("{ rows { name } }")
    for _ in range(WARMING):
        _answer(schema, document, None, [Row("a"), Row("b")])
    odd = Row(7)
    assert _answer(schema, document, None, [odd]).data == {"rows": [{"name": "7"}]}
    assert odd.reads <= 3
