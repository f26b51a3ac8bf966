"""A property that only looks something up further on is read past, and answers as itself."""

from operator import attrgetter
from typing import Any

import pytest
import strawberry
from graphql import execute as by_graphql_core
from graphql import parse

from engine.execution import execute, no_fallthrough
from engine.execution.rows import _path


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


def test_only_such_a_property_is_read_past() -> None:
    assert _path(User, "name") == ["row", "name"]
    assert _path(User, "id") == ["id"]
    assert _path(Younger, "name") == ["name"]
    assert _path(Younger, "age") == ["row", "age"]
    assert _path(None, "name") == ["name"]
    assert _path(type("Two", (), {"name": property(attrgetter("a", "b"))}), "name") == ["name"]
