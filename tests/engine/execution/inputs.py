"""What goes in: types of input, values for them, right and wrong, and how a document spells them."""

import json
from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLDefaultInput,
    GraphQLEnumType,
    GraphQLError,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLString,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
)

from tests.engine.execution.dice import Dice

WRONG: tuple[Any, ...] = (None, "wrong", 1.5, {"strange": 1}, [], [None], True, 2**40, -3)


class Spelled(str):
    """What stands in a literal as it is: a variable."""


def _even(value: Any) -> int:
    if not isinstance(value, int) or value % 2:
        raise GraphQLError(f"{value!r} is not even")
    return value


def _even_or_nothing(value: Any) -> int | None:
    return None if value == 0 else _even(value)


EVEN = GraphQLScalarType("Even", coerce_output_value=_even_or_nothing, coerce_input_value=_even)
ANY = GraphQLScalarType("Any")
# Inside they are anything; one of them is what no name says.
COLOURS = GraphQLEnumType("Colour", {"RED": 1, "GREEN": "green", "BLUE": (0, 0, 255)})
LEAVES = (GraphQLString, GraphQLInt, GraphQLFloat, GraphQLBoolean, GraphQLID, EVEN, ANY, COLOURS)

_RIGHT: dict[str, Callable[[Dice], Any]] = {
    "String": lambda dice: dice.pick(["", "text", "ä\n"]),
    "Int": lambda dice: dice.below(9) - 4,
    "Float": lambda dice: dice.pick([0.5, -2.0, 3]),
    "Boolean": lambda dice: dice.happens(50),
    "ID": lambda dice: dice.pick(["a", "7", 7]),
    "Even": lambda dice: 2 * dice.below(5),
    "Any": lambda dice: dice.pick([1, "any", [1, "two"], {"three": 3.0}]),
    "Colour": lambda dice: dice.pick(["RED", "GREEN", "BLUE"]),
}


def wrapped(kind: Any, dice: Dice) -> Any:
    """A type, perhaps in lists and never null."""
    for _ in range(3):
        if dice.happens(35):
            kind = GraphQLNonNull(kind)
        if dice.happens(70):
            return kind
        kind = GraphQLList(kind)
    return kind


def types(dice: Dice) -> list[GraphQLInputType]:
    """Leaves, lists of them, and objects of three sorts, of which one may hold itself."""
    small = GraphQLInputObjectType("Small", {f"s{n}": _field(_leaf(dice), dice) for n in range(2)})
    either = GraphQLInputObjectType(
        "Either", {"left": GraphQLInputField(GraphQLInt), "right": GraphQLInputField(small)}, is_one_of=True
    )
    large = GraphQLInputObjectType("Large", lambda: fields)
    fields = {
        "first": _field(wrapped(small, dice), dice),
        "second": _field(_leaf(dice), dice, out_name="renamed"),
        "third": GraphQLInputField(GraphQLList(GraphQLNonNull(large))),
        "fourth": GraphQLInputField(either),
    }
    return [*(_leaf(dice) for _ in range(6)), small, either, wrapped(small, dice), wrapped(large, dice)]


def default(kind: GraphQLInputType, dice: Dice) -> GraphQLDefaultInput | None:
    return GraphQLDefaultInput(value(kind, dice)) if dice.happens(35) else None


def value(kind: Any, dice: Dice, *, wrong: int = 0, variable: Callable[[Any], str | None] = lambda _: None) -> Any:
    """For a variable or a literal; in `wrong` of 100 places something else, and perhaps a variable inside."""
    if wrong and dice.happens(wrong):
        return dice.pick(WRONG)
    named = variable(kind)
    if named is not None:
        return Spelled(named)
    if is_non_null_type(kind):
        return _present(kind.of_type, dice, wrong, variable)
    return None if dice.happens(10) else _present(kind, dice, wrong, variable)


def _present(kind: Any, dice: Dice, wrong: int, variable: Callable[[Any], str | None]) -> Any:
    def inner(kind: Any) -> Any:
        return value(kind, dice, wrong=wrong, variable=variable)

    if is_list_type(kind):
        # A single value stands for a list of it.
        return _single(kind, inner) if dice.happens(10) else [inner(kind.of_type) for _ in range(dice.below(3))]
    if not is_input_object_type(kind):
        return _RIGHT[kind.name](dice)
    if kind.is_one_of:
        name = dice.pick(list(kind.fields))
        return {name: value(GraphQLNonNull(kind.fields[name].type), dice, wrong=wrong)}
    return {name: inner(field.type) for name, field in kind.fields.items() if _is_given(field, dice)}


def _single(kind: Any, inner: Callable[[Any], Any]) -> Any:
    given = inner(kind.of_type)
    # Null for a list is no list with null in it, and a list is not put into another.
    return [given] if given is None or isinstance(given, list | Spelled) else given


def _is_given(field: GraphQLInputField, dice: Dice) -> bool:
    is_required = is_non_null_type(field.type) and field.default is None
    return is_required or dice.happens(15 if is_list_type(field.type) else 50)


def literal(kind: Any, given: Any) -> str:
    """As a document spells it."""
    if isinstance(given, Spelled):
        return given
    if is_non_null_type(kind):
        return literal(kind.of_type, given)
    if is_list_type(kind):
        if isinstance(given, list):
            return f"[{', '.join(literal(kind.of_type, each) for each in given)}]"
        return literal(kind.of_type, given)
    if isinstance(given, dict):
        fields = getattr(kind, "fields", {})
        inside = (f"{name}: {literal(fields[name].type if fields else ANY, each)}" for name, each in given.items())
        return f"{{{', '.join(inside)}}}"
    if isinstance(given, list):
        return f"[{', '.join(literal(ANY, each) for each in given)}]"
    return str(given) if kind is COLOURS and given is not None else json.dumps(given, ensure_ascii=False)


def _leaf(dice: Dice) -> Any:
    return wrapped(dice.pick(LEAVES), dice)


def _field(kind: Any, dice: Dice, out_name: str | None = None) -> GraphQLInputField:
    return GraphQLInputField(kind, default=default(kind, dice), out_name=out_name)
