"""Leaf values as the answer has them: what the builtin scalars leave as it is, and the rest by its own type."""

from collections.abc import Callable, Sequence
from enum import Enum
from math import isfinite
from typing import Any, Final

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)
from graphql.pyutils import inspect
from strawberry.types.scalar import identity

INT_MIN: Final = -(2**31)
INT_MAX: Final = 2**31 - 1

# CPython compares what is no larger than that faster.
_SHORT: Final = 2**30 - 1

# Of the builtin scalars: a Python expression that is true of nearly all values `a` that leave as they are, and of
# no others.
AS_IT_IS: Final[dict[GraphQLLeafType, str]] = {
    GraphQLString: "type(a) is str",
    GraphQLID: "type(a) is str",
    GraphQLBoolean: "type(a) is bool",
    GraphQLInt: f"type(a) is int and {-_SHORT} <= a <= {_SHORT}",
    GraphQLFloat: "type(a) is float and isfinite(a)",
}
# Coercions that give what they are given.
UNCHANGING: Final = (GraphQLScalarType.serialize, identity)
_TYPE_OF: Final[dict[GraphQLLeafType, type]] = {
    GraphQLString: str,
    GraphQLID: str,
    GraphQLBoolean: bool,
}


def coercer(leaf: GraphQLLeafType) -> Callable[[Any], Any]:
    """The leaf type's own coercion; raises where it gives nothing, as graphql-core does."""
    coerce = coercion(leaf)

    def coerced(value: Any) -> Any:
        result = coerce(value)
        if result is None or result is Undefined:
            raise TypeError(
                f"Expected `{inspect(leaf)}.coerce_output_value({inspect(value)})` to return non-nullable value,"
                f" returned: {inspect(result)}"
            )
        return result

    return coerced


def coercion(leaf: GraphQLLeafType) -> Callable[[Any], Any]:
    """The same, giving None or Undefined where it gives nothing."""
    return _named(leaf) if isinstance(leaf, GraphQLEnumType) else leaf.coerce_output_value


def stays(leaf: GraphQLLeafType) -> Callable[[Sequence[Any]], bool]:
    """Tells of a column whether all its values leave as they are."""
    kind = _TYPE_OF.get(leaf)
    if kind is not None:
        only = {kind}
        return lambda values: only.issuperset(map(type, values))
    if leaf is GraphQLInt:
        return lambda values: (
            {int}.issuperset(map(type, values))
            and (not values or (min(values) >= INT_MIN and max(values) <= INT_MAX))
        )
    if leaf is GraphQLFloat:
        return lambda values: {float}.issuperset(map(type, values)) and all(map(isfinite, values))
    return lambda values: False


def _named(leaf: GraphQLEnumType) -> Callable[[Any], Any]:
    # Looking a member up may walk all values of the type. Members of an enum stay what they are.
    names: dict[Enum, Any] = {}

    def name(value: Any) -> Any:
        if not isinstance(value, Enum):
            return leaf.coerce_output_value(value)
        found = names.get(value)
        if found is None:
            found = names[value] = leaf.coerce_output_value(value)
        return found

    return name
