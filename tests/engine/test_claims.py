"""Whether an object is of its field's type is answered as graphql-core would, though few objects are asked."""

from typing import Any

import pytest
import strawberry
from graphql import execute as by_graphql_core
from graphql import parse

from engine.execution import execute, no_fallthrough
from engine.execution.claims import are_of_own_class


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Fruit(Named):
    pass


class Apple(Fruit):
    """A subclass, which is no type of its own."""


@strawberry.type
class Stone(Named):
    pass


@strawberry.type
class Picky(Named):
    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        return bool(value.name == "chosen")


def cast(value: Any, kind: type) -> Any:
    return strawberry.cast(kind, value)


OBJECTS: dict[str, tuple[Any, ...]] = {
    "fruits": (Fruit(name="a"), Fruit(name="b")),
    "a subclass": (Fruit(name="a"), Apple(name="b")),
    "another type": (Fruit(name="a"), Stone(name="b")),
    "cast to another type": (Fruit(name="a"), cast(Fruit(name="b"), Stone)),
    "cast from another type": (cast(Stone(name="a"), Fruit), Fruit(name="b")),
    "no objects": ("a", 1),
    "picky": (Picky(name="chosen"), Picky(name="other")),
}


@strawberry.type
class Query:
    @strawberry.field
    def fruits(self, info: strawberry.Info) -> list[Fruit | None]:
        return list(info.context)

    @strawberry.field
    def picky(self, info: strawberry.Info) -> list[Picky | None]:
        return list(info.context)


SCHEMA = strawberry.Schema(Query, types=[Stone])._schema
DOCUMENT = parse("{ fruits { name } picky { name } }")


@pytest.mark.parametrize("objects", OBJECTS.values(), ids=OBJECTS)
def test_an_object_is_what_graphql_core_says(objects: tuple[Any, ...]) -> None:
    expected = by_graphql_core(SCHEMA, DOCUMENT, context_value=objects)
    with no_fallthrough():
        assert execute(SCHEMA, DOCUMENT, context_value=objects) == expected


def test_only_instances_of_the_very_class_are_not_asked() -> None:
    fruit, picky = SCHEMA.type_map["Fruit"], SCHEMA.type_map["Picky"]
    unasked = {name for name, objects in OBJECTS.items() if are_of_own_class(fruit, objects)}  # type: ignore[arg-type] # it is an object type
    assert unasked == {"fruits"}
    assert not are_of_own_class(picky, OBJECTS["picky"])  # type: ignore[arg-type] # it is an object type
