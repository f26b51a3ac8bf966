"""Lists of objects that are attributes are read together with their owners, and answer as graphql-core has it."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import strawberry
from aiodataloader import DataLoader
from graphql import ExecutionResult, parse
from graphql import execute as by_graphql_core

from engine.batch import batch
from engine.execution import execute, no_fallthrough
from engine.execution.levels import _FAILURES_MAX

DOCUMENT = parse("{ shelves { name books { title lent notes { text } } boxes { id } } }")
ASKED: list[int] = []


@dataclass
class Context:
    batches: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)


@strawberry.interface
class Thing:
    id: strawberry.ID


@strawberry.type
class Note:
    text: str


@strawberry.type
class Box(Thing):
    pass


@strawberry.type
class Lid(Thing):
    pass


@strawberry.type
class Book:
    title: str
    notes: list[Note] | None

    @batch
    @staticmethod
    async def lent(books: list["Book"], info: strawberry.Info) -> list[bool]:
        ASKED.append(len(books))
        return [ValueError("nobody knows") if book.title == "lost" else False for book in books]  # type: ignore[misc]


@strawberry.type
class Shelf:
    name: str
    books: list[Book | None]
    boxes: list[Box]


@strawberry.type
class Query:
    @strawberry.field
    def shelves(self, info: strawberry.Info) -> list[Shelf | None]:
        found: list[Shelf | None] = info.root_value
        return found


SCHEMA = strawberry.Schema(Query)._schema


def book(title: str, notes: Any = None) -> Book:
    return Book(title=title, notes=notes)


def shelf(name: str, *books: Any, **changed: Any) -> Shelf:
    made: dict[str, Any] = {"name": name, "books": [*books], "boxes": [Box(id=strawberry.ID("b"))]}
    return Shelf(**{**made, **changed})


def full() -> Shelf:
    return shelf("full", book("a", [Note(text="x"), Note(text="y")]), book("b"), book("c", []))


def generated() -> Iterator[Book]:
    yield book("g")


async def answers(shelves: list[Any]) -> tuple[Any, list[Any]]:
    with no_fallthrough():
        result = execute(SCHEMA, DOCUMENT, shelves, Context())
    return _plain(result if isinstance(result, ExecutionResult) else await result)


async def expected(shelves: list[Any]) -> tuple[Any, list[Any]]:
    result = by_graphql_core(SCHEMA, DOCUMENT, shelves, Context())
    return _plain(result if isinstance(result, ExecutionResult) else await result)


def _plain(result: ExecutionResult) -> tuple[Any, list[Any]]:
    return result.data, sorted(((error.message, error.path) for error in result.errors or ()), key=str)


def cast_box() -> Box:
    box = Box(id=strawberry.ID("b"))
    strawberry.cast(Lid, box)
    return box


ODD: dict[str, Any] = {
    "as it should be": full,
    "empty": lambda: shelf("empty", boxes=[]),
    "no shelf": lambda: None,
    "a tuple": lambda: shelf("t", books=(book("a"), book("b"))),
    "a generator": lambda: shelf("g", books=generated()),
    "no list at all": lambda: shelf("n", books=7),
    "null where a list must be": lambda: shelf("n", books=None),
    "items that may be null": lambda: shelf("n", book("a"), None, book("lost"), None),
    "an item that may not be null": lambda: shelf("n", book("a", [Note(text="x"), None])),
    "an item that is an exception": lambda: shelf("n", book("a"), ValueError("burnt"), book("lost")),
    "an item with an odd leaf": lambda: shelf("n", book("a", [Note(text=None)])),  # type: ignore[arg-type]
    "an error in a batch": lambda: shelf("n", book("a"), book("lost"), book("b")),
    "of another class": lambda: shelf("n", boxes=[Lid(id=strawberry.ID("l"))]),
    "cast to another type": lambda: shelf("n", boxes=[cast_box()]),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
async def test_each_answers_as_by_graphql_core_however_often(odd: Any) -> None:
    for _ in range(_FAILURES_MAX + 4):
        # A generator can be read only once.
        assert await answers([full(), odd(), full()]) == await expected([full(), odd(), full()])


async def test_the_items_of_all_lists_are_one_call_of_a_batch() -> None:
    await answers([full()])
    await answers([full()])
    ASKED.clear()
    await answers([full(), shelf("half", None, book("d")), None, shelf("none")])
    assert ASKED == [4]


async def test_a_list_at_several_places_has_rows_of_its_own() -> None:
    shared = full()
    for _ in range(3):
        data, _errors = await answers([shared, shared])
        data["shelves"][0]["books"].pop()
        data["shelves"][0]["books"][0]["title"] = "changed"
        assert [each["title"] for each in data["shelves"][1]["books"]] == ["a", "b", "c"]
