"""A field's arguments: what can be known of them once, and graphql-core's own coercion for all else."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    Undefined,
    VariableNode,
    is_non_null_type,
    specified_scalar_types,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import VariableValues, get_argument_values

_NONE: Final[Mapping[str, Any]] = {}
# Their values never change and are coerced the same way every time.
_SIMPLE: Final = frozenset(specified_scalar_types.values())

# Raises the error of an argument that cannot be coerced.
Arguments: TypeAlias = Callable[[VariableValues], Mapping[str, Any]]


class _FromVariable(NamedTuple):
    name: str
    variable: str
    takes_null: bool


def arguments(definition: GraphQLField, details: FieldDetails, *, hide_suggestions: bool) -> Arguments:
    """How to get them from a request's variables, by the names that the resolver knows them by."""
    node = details.node
    if not definition.args and not node.arguments:
        return lambda variables: _NONE

    def coerced(variables: VariableValues) -> Mapping[str, Any]:
        return get_argument_values(definition, node, variables, details.fragment_variable_values, hide_suggestions)

    given = {argument.name.value: argument for argument in node.arguments or ()}
    if details.fragment_variable_values or not all(
        _can_be_known(argument, given.get(name)) for name, argument in definition.args.items()
    ):
        return coerced
    try:
        known = _known(definition, node)
    except GraphQLError:
        return coerced  # which says it for every parent
    varying = [
        _FromVariable(argument.out_name or name, variable, not is_non_null_type(argument.type))
        for name, argument in definition.args.items()
        if (variable := _variable(given.get(name))) is not None
    ]
    return _looked_up(known, varying, coerced) if varying else lambda variables: known


def _looked_up(known: Mapping[str, Any], varying: list[_FromVariable], coerced: Arguments) -> Arguments:
    def looked_up(variables: VariableValues) -> Mapping[str, Any]:
        values = dict(known)
        for name, variable, takes_null in varying:
            value = variables.coerced.get(variable, Undefined)
            if value is None and not takes_null:
                return coerced(variables)
            if value is not Undefined:
                values[name] = value
            elif not takes_null and name not in known:
                return coerced(variables)
        return values

    return looked_up


def _known(definition: GraphQLField, node: FieldNode) -> Mapping[str, Any]:
    """What the literals and the defaults say; an argument that waits for its variable may stay without."""
    literals = tuple(argument for argument in node.arguments or () if _variable(argument) is None)
    written = {argument.name.value for argument in literals}
    args = {
        name: argument
        for name, argument in definition.args.items()
        if name in written or _has_default(argument) or not _is_given(name, node)
    }
    return get_argument_values(
        GraphQLField(definition.type, args=args), FieldNode(name=node.name, arguments=literals)
    )


def _is_given(name: str, node: FieldNode) -> bool:
    return any(argument.name.value == name for argument in node.arguments or ())


def _can_be_known(argument: GraphQLArgument, given: ArgumentNode | None) -> bool:
    kind = argument.type.of_type if is_non_null_type(argument.type) else argument.type
    if kind in _SIMPLE:
        return True
    # Of another type nothing is kept from one request to the next.
    return not _has_default(argument) and (given is None or _variable(given) is not None)


def _has_default(argument: GraphQLArgument) -> bool:
    return argument.default is not None or argument.default_value is not Undefined


def _variable(given: ArgumentNode | None) -> str | None:
    """The name of the variable that it is, where it is one."""
    return given.value.name.value if given is not None and isinstance(given.value, VariableNode) else None
