"""Prices: what an operation may cost at most, as a small formula over its variables.

The model is that of IBM's GraphQL Cost Directive specification: an object weighs 1 and a leaf 0 unless `@cost`
says otherwise; `@listSize` names the arguments that say how long a list is and the fields inside it that are that
long. Unlike there, an argument that is a list counts its items.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import strawberry
from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
)
from strawberry.schema_directive import Location

SATURATED: Final = 10**9
ROOT_MUTATION: Final = 10
# What the introspection of a whole schema costs to answer, in objects of a page.
_INTROSPECTION: Final = 100
_INTROSPECTING: Final = ("__schema", "__type")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT],
    name="cost",
    description="What one of these costs, instead of 1 for an object and 0 for a leaf.",
)
class Cost:
    weight: str = strawberry.field(name="weight", description="A whole number.")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="How many items a field holds, for pricing what is asked of each.",
)
class ListSize:
    # In the order of the alphabet, as the printed schema has them.
    assumed_size: int = strawberry.field(name="assumedSize", description="How many when no argument says.")
    require_one_slicing_argument: bool = strawberry.field(
        name="requireOneSlicingArgument", default=False, description="Whether one of them must be given."
    )
    sized_fields: list[str] = strawberry.field(
        name="sizedFields",
        default_factory=list,
        description="The fields below that are lists of so many; none when the field is one itself.",
    )
    slicing_arguments: list[str] = strawberry.field(
        name="slicingArguments",
        default_factory=list,
        description="Arguments that say how many; of a list, its length counts.",
    )


class Amount(NamedTuple):
    """`cost` in points; `nodes` that lists may hold between them."""

    cost: int
    nodes: int


@dataclass(frozen=True, slots=True)
class Size:
    """How long a list is: the longest that is said by a literal or a variable, or else what is assumed."""

    literals: tuple[int, ...] = ()
    variables: tuple[str, ...] = ()
    assumed: int = 1
    most: int = SATURATED

    def at(self, variables: Mapping[str, Any]) -> int:
        said = [*self.literals, *(_length(variables.get(name)) for name in self.variables)]
        given = [number for number in said if number is not None]
        return min(max(max(given), 0) if given else self.assumed, self.most)


@dataclass(frozen=True, slots=True)
class Price:
    """A fixed part and terms that depend on variables. Sums share their parts, so they never grow with them."""

    cost: int = 0
    nodes: int = 0
    terms: tuple["Term", ...] = ()

    def at(self, variables: Mapping[str, Any]) -> Amount:
        """Evaluated for these variables; walks every term as often as it is spread."""
        cost, nodes = self.cost, self.nodes
        for term in self.terms:
            more = term.at(variables)
            cost, nodes = min(cost + more.cost, SATURATED), min(nodes + more.nodes, SATURATED)
        return Amount(cost, nodes)

    def __add__(self, other: "Price") -> "Price":
        fixed = min(self.cost + other.cost, SATURATED), min(self.nodes + other.nodes, SATURATED)
        if not other.terms or not self.terms:
            return Price(*fixed, self.terms or other.terms)
        return Price(*fixed, (Term(Price(terms=self.terms)), Term(Price(terms=other.terms))))

    def times(self, size: Size, *, are_nodes: bool) -> "Price":
        """So many of it; `are_nodes` tells that each is an item of a list."""
        each = Price(self.cost, min(self.nodes + are_nodes, SATURATED), self.terms)
        if each.terms or size.variables:
            return Price(terms=(Term(each, size=size),))
        number = size.at({})
        return Price(min(each.cost * number, SATURATED), min(each.nodes * number, SATURATED))

    def when(self, conditions: Sequence[tuple[str, bool]]) -> "Price":
        """Only if the variables have these values."""
        return Price(terms=(Term(self, conditions=tuple(conditions)),)) if conditions and self != NOTHING else self


NOTHING: Final = Price()


@dataclass(frozen=True, slots=True)
class Term:
    each: Price
    size: Size | None = None
    conditions: tuple[tuple[str, bool], ...] = ()

    def at(self, variables: Mapping[str, Any]) -> Amount:
        if any(variables.get(name) is not wanted for name, wanted in self.conditions):
            return Amount(0, 0)
        cost, nodes = self.each.at(variables)
        number = 1 if self.size is None else self.size.at(variables)
        return Amount(min(cost * number, SATURATED), min(nodes * number, SATURATED))


class FieldCost(NamedTuple):
    weight: int
    size: ListSize | None


def cost_of(
    schema: GraphQLSchema, parent: GraphQLNamedType | None, name: str
) -> tuple[FieldCost, GraphQLNamedType | None]:
    """What a field of that type costs by the directives of its own and of its type, and the type it returns."""
    definition = schema.get_field(parent, name) if is_composite_type(parent) else None
    if definition is None:
        return FieldCost(0, None), None
    returned = get_named_type(definition.type)
    if is_introspection(name, parent):
        return FieldCost(_INTROSPECTION if name in _INTROSPECTING else 0, None), returned
    return _field_cost(definition, returned, is_root_mutation=parent is schema.mutation_type), returned


def is_introspection(name: str, parent: GraphQLNamedType | None) -> bool:
    return name.startswith("__") or (parent is not None and parent.name.startswith("__"))


def _field_cost(definition: GraphQLField, returned: GraphQLNamedType, *, is_root_mutation: bool) -> FieldCost:
    directives = _directives(definition)
    weight = _weight(directives)
    if weight is None:
        weight = _type_weight(returned) + ROOT_MUTATION * is_root_mutation
    return FieldCost(weight, next((each for each in directives if isinstance(each, ListSize)), None))


def _type_weight(returned: GraphQLNamedType) -> int:
    if not hasattr(returned, "fields") and not hasattr(returned, "types"):
        return 0
    weight = _weight(_directives(returned)) if isinstance(returned, GraphQLObjectType) else None
    return 1 if weight is None else weight


def _weight(directives: Sequence[object]) -> int | None:
    return next((int(each.weight) for each in directives if isinstance(each, Cost)), None)


def _directives(definition: GraphQLField | GraphQLNamedType) -> Sequence[object]:
    behind = definition.extensions.get("strawberry-definition")
    return getattr(behind, "directives", None) or ()


def _length(value: Any) -> int | None:
    if isinstance(value, list):
        return len(value)
    if isinstance(value, float):
        # GraphQL takes 100.0 for an Int; what is no whole number is no Int, and never runs.
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
