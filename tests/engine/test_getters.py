"""Properties of the classes that come as a rule are read by their own functions, and all else as ever."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any

import pytest
import strawberry
from graphql import ExecutionResult, GraphQLInt, GraphQLString, parse
from graphql import execute as by_graphql_core

from engine.execution import execute, no_fallthrough
from engine.execution.levels import _FAILURES_MAX
from engine.execution.rows import Column
from engine.execution.samples import function_for

TEXT = "{ books { title pages notes { text } first { text } } }"


@strawberry.type
class Note:
    text: str


@strawberry.type
class Book:
    title: str | None
    pages: int
    notes: list[Note | None]
    first: Note | None


@strawberry.type
class Query:
    @strawberry.field
    def books(self, info: strawberry.Info) -> list[Book | None]:
        found: list[Book | None] = info.root_value
        return found


SCHEMA = strawberry.Schema(Query)._schema


class NoteRow(tuple[Any, ...]):
    __slots__ = ()

    text = property(itemgetter(0))


class BookRow(tuple[Any, ...]):
    title = property(itemgetter(0))
    pages = property(lambda row: row[1])
    notes = property(itemgetter(2))
    first = property(lambda row: next(iter(row[2]), None))


class Shouted(BookRow):
    title = property(lambda row: row[0].upper())


class Evasive(BookRow):
    def __getattribute__(self, name: str) -> Any:
        return "evaded" if name == "title" else super().__getattribute__(name)


class Willing(BookRow):
    @property
    def title(self) -> str:
        raise AttributeError("title")

    def __getattr__(self, name: str) -> str:
        if name == "title":
            return "of good will"
        raise AttributeError(name)


class Untitled(BookRow):
    @property
    def title(self) -> str:
        raise ValueError("torn off")


class Counted(BookRow):
    title = property(itemgetter(slice(0, 1)))


class Chameleon:
    text = property(lambda chameleon: "green")

    def __init__(self, *, awaited: bool) -> None:
        self.awaited = awaited

    def __getattr__(self, name: str) -> Any:
        if name == "__await__" and self.awaited:
            return None
        raise AttributeError(name)


def note(text: Any) -> NoteRow:
    return NoteRow((text,))


def row(kind: type[BookRow], title: Any = "a", pages: Any = 7, notes: Any = ("x", "y")) -> BookRow:
    return kind((title, pages, [*map(note, notes)]))


def with_its_own() -> BookRow:
    found = row(BookRow)
    found.__dict__["title"] = "of the object"  # which a property goes before
    return found


ROWS: dict[str, Callable[[], Any]] = {
    "as the others": lambda: row(BookRow, "b", 8, "z"),
    "none": lambda: None,
    "without notes": lambda: row(BookRow, notes=""),
    "a subclass": lambda: row(Shouted),
    "a class with its own way to attributes": lambda: row(Evasive),
    "a class that answers for what is missing": lambda: row(Willing),
    "a property that raises": lambda: row(Untitled),
    "several items": lambda: row(Counted),
    "an object with a value of that name": with_its_own,
    "a value that is too large": lambda: row(BookRow, pages=2**31),
    "a value of another type": lambda: row(BookRow, title=5),
    "a null among notes": lambda: BookRow(("a", 1, [note("x"), None])),
    "a note of another class": lambda: BookRow(("a", 1, [Note(text="x"), note("y")])),
    "a book of another class": lambda: Book(title="a", pages=1, notes=[Note(text="x")], first=None),
    "a note whose class may be awaited": lambda: BookRow(("a", 1, [Chameleon(awaited=False), note("x")])),
    "a note without its text": lambda: row(BookRow, notes=[None]),
}


@pytest.fixture
def answered() -> Callable[[list[Any]], None]:
    """Executes a document that is new for each test, and compares."""
    document = parse(TEXT)

    def ask(books: list[Any]) -> None:
        with no_fallthrough():
            assert _plain(execute(SCHEMA, document, books)) == _plain(by_graphql_core(SCHEMA, document, books))

    return ask


def _plain(result: Any) -> tuple[Any, list[Any]]:
    assert isinstance(result, ExecutionResult)
    return result.data, [(error.message, error.path) for error in result.errors or ()]


@pytest.mark.parametrize("odd", ROWS.values(), ids=ROWS)
def test_what_comes_among_rows_of_a_class_is_answered_as_by_graphql_core(
    answered: Callable[[list[Any]], None], odd: Callable[[], Any]
) -> None:
    for _ in range(_FAILURES_MAX + 2):
        answered([row(BookRow), row(BookRow)])
        answered([row(BookRow), odd(), row(BookRow)])
        answered([odd(), row(BookRow)])


@pytest.mark.parametrize("kind", ROWS.values(), ids=ROWS)
def test_what_comes_first_and_always_is_too(
    answered: Callable[[list[Any]], None], kind: Callable[[], Any]
) -> None:
    for _ in range(4):
        answered([kind(), kind()])


COLUMNS = [Column("title", "title", GraphQLString), Column("pages", "pages", GraphQLInt)]


def test_a_function_is_made_for_a_class_with_properties() -> None:
    read = function_for(COLUMNS, row(BookRow))
    assert read is not None
    assert read([row(BookRow), row(BookRow, "b")]) == [{"title": "a", "pages": 7}, {"title": "b", "pages": 7}]


def test_a_class_of_which_some_may_be_awaited_is_asked_object_by_object() -> None:
    document = parse(TEXT)
    for _ in range(3):
        execute(SCHEMA, document, [BookRow(("a", 1, [Chameleon(awaited=False)]))])
    found = execute(SCHEMA, document, [BookRow(("a", 1, [Chameleon(awaited=True)]))])
    assert not isinstance(found, ExecutionResult)
    found.close()  # type: ignore[attr-defined] # it is a coroutine


@pytest.mark.parametrize("sample", [Book(title="a", pages=1, notes=[], first=None), row(Evasive), row(Willing)])
def test_none_is_made_where_an_attribute_may_be_anything(sample: Any) -> None:
    assert function_for(COLUMNS, sample) is None
