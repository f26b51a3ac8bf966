"""Rows made by a written function are those that are made by hand."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, Text, column
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from db.models import Audience, PostType
from db.models.base import Choice
from db.shapes import shape_of


@dataclass(slots=True)
class Author:
    id: int
    name: str


@dataclass(slots=True)
class Post:
    audience: Audience | None
    types: list[PostType]
    author: Author


@dataclass(slots=True)
class Edge:
    key: int
    node: Post


COLUMNS: list[Any] = [
    column("key"),
    column("audience", Choice(Audience)),
    column("types", ARRAY(Choice(PostType))),
    column("id"),
    column("name", Text()),
]
DIALECT = dialect()  # type: ignore[no-untyped-call] # as SQLAlchemy has it


def test_rows_in_rows_in_rows_have_each_value_in_its_place_and_converted() -> None:
    records = [
        (3, "PUBLIC", ["TEXT", "LINK"], 1, "ada"),
        (2, None, [], 2, "{__import__('os')}"),
        (1, "FOLLOWERS", ["IMAGE"], 1, ""),
    ]
    assert shape_of(Edge, COLUMNS, DIALECT)(records) == [
        Edge(
            key,
            Post(
                None if audience is None else Audience(audience),
                [PostType(each) for each in types],
                Author(author_id, name),
            ),
        )
        for key, audience, types, author_id, name in records
    ]


def test_of_no_records_there_are_no_rows() -> None:
    assert shape_of(Edge, COLUMNS, DIALECT)([]) == []


def test_a_single_column_is_its_values() -> None:
    assert shape_of(Audience, [column("audience", Choice(Audience))], DIALECT)([("PUBLIC",), ("FOLLOWERS",)]) == [
        Audience.PUBLIC,
        Audience.FOLLOWERS,
    ]


def test_a_row_without_columns_of_its_own_is_the_row_in_it() -> None:
    @dataclass
    class Around:
        post: Author

    assert shape_of(Around, COLUMNS[3:], DIALECT)([(1, "ada")]) == [Around(Author(1, "ada"))]
