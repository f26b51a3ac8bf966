"""Batch fields under the ordinary executor."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import pytest
import strawberry
from aiodataloader import DataLoader
from strawberry.types.base import StrawberryObjectDefinition

from engine.batch import BATCH, batch


@dataclass
class Notebook:
    """An operation's context that notes every call of a batch resolver."""

    batches: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)
    calls: list[tuple[Any, ...]] = field(default_factory=list)


Info = strawberry.Info[Notebook, None]


@strawberry.type
class Author:
    name: str

    @batch(description="Everything they wrote.")  # type: ignore[untyped-decorator] # Strawberry's own are Any
    @staticmethod
    async def books(authors: list["Author"], info: Info, first: int = 2) -> list[list["Book"]]:
        info.context.calls.append(("books", tuple(author.name for author in authors), first))
        return [[Book(title=f"{author.name} {number}") for number in range(first)] for author in authors]


@strawberry.type
class Book:
    title: str

    @batch
    @staticmethod
    async def author(books: list["Book"], info: Info) -> list[Author | None]:
        info.context.calls.append(("author", tuple(book.title for book in books)))
        return [Author(name=book.title.split()[0]) for book in books]

    @batch
    @staticmethod
    def letters(books: list["Book"], info: Info) -> list[int]:
        info.context.calls.append(("letters", len(books)))
        return [len(book.title) for book in books]

    @batch
    @staticmethod
    async def price(books: list["Book"], info: Info) -> list[int | None]:
        info.context.calls.append(("price", len(books)))
        return [ValueError(f"no price for {book.title}") if "1" in book.title else 5 for book in books]  # type: ignore[misc]

    @batch
    @staticmethod
    async def stock(books: list["Book"], info: Info) -> list[int | None]:
        raise ValueError("the whole shelf fell")

    @batch
    @staticmethod
    async def pages(books: list["Book"], info: Info) -> list[int | None]:
        return [1]


@strawberry.type
class Query:
    @strawberry.field
    def authors(self) -> list[Author]:
        return [Author(name="ada"), Author(name="bob")]


class Quiet(strawberry.Schema):
    """Errors are the tests' own business."""

    def process_errors(self, errors: Any, execution_context: Any = None) -> None:
        pass


SCHEMA = Quiet(Query)


async def ask(document: str) -> tuple[Any, list[tuple[Any, ...]]]:
    notebook = Notebook()
    result = await SCHEMA.execute(document, context_value=notebook)
    assert result.errors is None, result.errors
    return result.data, notebook.calls


async def test_a_level_is_one_call_with_every_parent_in_order() -> None:
    data, calls = await ask("{ authors { books { author { name } } } }")
    assert calls == [("books", ("ada", "bob"), 2), ("author", ("ada 0", "ada 1", "bob 0", "bob 1"))]
    assert [[book["author"]["name"] for book in each["books"]] for each in data["authors"]] == [
        ["ada", "ada"],
        ["bob", "bob"],
    ]


async def test_a_resolver_that_waits_for_nothing_is_one_call_as_well() -> None:
    data, calls = await ask("{ authors { books(first: 1) { letters } } }")
    assert calls == [("books", ("ada", "bob"), 1), ("letters", 2)]
    assert data == {"authors": [{"books": [{"letters": 5}]}] * 2}


async def test_different_arguments_are_calls_of_their_own() -> None:
    data, calls = await ask("{ authors { one: books(first: 1) { title } three: books(first: 3) { title } } }")
    assert sorted(calls) == [("books", ("ada", "bob"), 1), ("books", ("ada", "bob"), 3)]
    assert [(len(each["one"]), len(each["three"])) for each in data["authors"]] == [(1, 3), (1, 3)]


async def test_aliases_with_equal_arguments_share_a_call() -> None:
    data, calls = await ask("{ authors { a: books(first: 1) { title } b: books(first: 1) { title } } }")
    assert calls == [("books", ("ada", "ada", "bob", "bob"), 1)]
    assert data["authors"] == [
        {"a": [{"title": f"{name} 0"}], "b": [{"title": f"{name} 0"}]} for name in ("ada", "bob")
    ]


async def test_an_exception_is_its_parents_alone() -> None:
    notebook = Notebook()
    result = await SCHEMA.execute("{ authors { books { title price } } }", context_value=notebook)
    assert result.data == {
        "authors": [
            {"books": [{"title": f"{name} 0", "price": 5}, {"title": f"{name} 1", "price": None}]}
            for name in ("ada", "bob")
        ]
    }
    assert sorted((error.message, error.path) for error in result.errors or ()) == [
        ("no price for ada 1", ["authors", 0, "books", 1, "price"]),
        ("no price for bob 1", ["authors", 1, "books", 1, "price"]),
    ]
    assert notebook.calls[-1] == ("price", 4)


async def test_a_resolver_that_raises_fails_every_parent_and_nothing_else() -> None:
    result = await SCHEMA.execute("{ authors { name books { stock } } }", context_value=Notebook())
    assert result.data == {
        "authors": [{"name": name, "books": [{"stock": None}, {"stock": None}]} for name in ("ada", "bob")]
    }
    assert [error.message for error in result.errors or ()] == ["the whole shelf fell"] * 4


async def test_a_resolver_that_forgets_a_parent_is_an_error_and_never_a_shifted_answer() -> None:
    result = await SCHEMA.execute("{ authors { books { pages } } }", context_value=Notebook())
    assert result.data == {"authors": [{"books": [{"pages": None}] * 2}] * 2}
    assert len(result.errors or ()) == 4


async def test_nothing_is_kept_from_one_level_to_the_next() -> None:
    _, calls = await ask("{ authors { books(first: 1) { author { books(first: 1) { title } } } } }")
    assert [call[0] for call in calls] == ["books", "author", "books"]


def test_in_the_schema_the_field_is_of_the_lists_item_with_its_arguments_and_description() -> None:
    sdl = SCHEMA.as_str()
    assert '  """Everything they wrote."""\n  books(first: Int! = 2): [Book!]!\n' in sdl
    assert "  author: Author\n" in sdl


def test_the_resolver_over_all_parents_stands_in_the_fields_metadata() -> None:
    definition: StrawberryObjectDefinition = Author.__strawberry_definition__  # type: ignore[attr-defined]
    (books,) = (each for each in definition.fields if each.python_name == "books")
    assert books.metadata[BATCH].__name__ == "books"
    assert list(books.metadata[BATCH].__annotations__) == ["authors", "info", "first", "return"]


def test_refuses_a_resolver_that_does_not_say_what_one_parent_gets() -> None:
    async def title(books: list[Book], info: Info) -> str:
        return ""

    with pytest.raises(TypeError, match="returns a list of values"):
        batch(title)
