"""Whose objects need not be asked whether they are of a type: Strawberry would only look at their class."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any, Final

from graphql import GraphQLObjectType
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

_OWN_CHECK: Final = "from_object.<locals>._get_is_type_of.<locals>.is_type_of"


def are_of_own_class(kind: GraphQLObjectType, values: Sequence[Any]) -> bool:
    """All are instances of the very class that the type was made from, and none was cast to another type."""
    own = own_class(kind)
    return (
        own is not None
        and {own}.issuperset(map(type, values))
        and not any(map(hasattr, values, repeat(TYPE_CAST_ATTRIBUTE)))
    )


@lru_cache(maxsize=4096)
def own_class(kind: GraphQLObjectType) -> type | None:
    """None where the type's check is not Strawberry's own."""
    definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    check = getattr(kind.is_type_of, "__qualname__", "")
    if not isinstance(definition, StrawberryObjectDefinition) or not check.endswith(_OWN_CHECK):
        return None
    return definition.origin
