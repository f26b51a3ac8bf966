"""A property that only looks something up further on is read past, and answers as itself."""

from enum import Enum
from operator import attrgetter, itemgetter
from typing import Any

import pytest
import strawberry
from graphql import execute as by_graphql_core
from graphql import parse

from engine.execution import execute, no_fallthrough
from engine.execution.getters import getter_of, shortcut


class Place(int, Enum):
    FIRST = 0


class Row:
    def __init__(self, name: str, age: Any = 7) -> None:
        self.name = name
        self.age = age


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.type
class User(Node):
    name: str
    age: int | None
    row: strawberry.Private[Row]

    def __init__(self, row: Row) -> None:
        self.id = strawberry.ID(row.name)
        self.row = row


setattr(User, "name", property(attrgetter("row.name")))  # noqa: B010 # the type has it as a plain field
setattr(User, "age", property(attrgetter("row.age")))  # noqa: B010 # so here


@strawberry.type
class Post:
    author: User | None


@strawberry.type
class Query:
    @strawberry.field
    def posts(self, info: strawberry.Info) -> list[Post]:
        found: list[Post] = info.root_value
        return found


SCHEMA = strawberry.Schema(Query)._schema
DOCUMENT = parse("{ posts { author { id name age } } }")


class Younger(User):
    @property
    def name(self) -> str:  # type: ignore[override] # of a subclass, which has its own way
        return "younger"


ROWS: dict[str, Any] = {
    "plain": User(Row("ada")),
    "nobody": None,
    "null": User(Row("ada", None)),
    "odd": User(Row("ada", "many")),
    "too large": User(Row("bob", 2**40)),
    "of a class below": Younger(Row("ada")),
}


@pytest.mark.parametrize("odd", ROWS)
def test_answers_are_those_of_graphql_core(odd: str) -> None:
    posts = [Post(author=ROWS["plain"]), Post(author=ROWS[odd]), Post(author=ROWS["null"])]
    for _ in range(3):  # the first time nothing is written for it yet
        with no_fallthrough():
            result: Any = execute(SCHEMA, DOCUMENT, posts)
        wanted: Any = by_graphql_core(SCHEMA, DOCUMENT, posts)
        assert result.data == wanted.data
        assert [(e.message, e.path) for e in result.errors or ()] == [
            (e.message, e.path) for e in wanted.errors or ()
        ]


@pytest.mark.parametrize(
    ("kind", "name", "path"),
    [(User, "name", ["row", "name"]), (Younger, "age", ["row", "age"]), (Younger, "name", None)],
)
def test_only_such_a_property_has_a_path(kind: type, name: str, path: Any) -> None:
    getter = getter_of(kind, name)
    assert getter is not None
    assert shortcut(getter) == path


@pytest.mark.parametrize(
    ("getter", "found"),
    [
        (itemgetter(3), 3),
        (itemgetter("a"), None),
        (itemgetter(1, 2), None),
        (itemgetter(Place.FIRST), None),
        (attrgetter("a", "b"), None),
    ],
)
def test_what_is_got_is_one_item_by_its_number_or_one_path(getter: Any, found: Any) -> None:
    assert shortcut(getter) == found


def test_what_is_no_property_has_no_getter() -> None:
    assert getter_of(User, "id") is None
    assert getter_of(None, "name") is None
