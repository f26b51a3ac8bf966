"""A request's variables: those that fit at a glance, and graphql-core's coercion for all else."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLID,
    GraphQLInt,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    Undefined,
    get_nullable_type,
    is_non_null_type,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values

_AT_A_GLANCE: Final[dict[object, Callable[[Any], bool]]] = {
    GraphQLString: lambda value: type(value) is str,
    GraphQLID: lambda value: type(value) is str,
    GraphQLBoolean: lambda value: type(value) is bool,
    GraphQLInt: lambda value: type(value) is int and -(2**31) <= value < 2**31,
}


class _Variable(NamedTuple):
    name: str
    signature: GraphQLVariableSignature
    takes_null: bool
    fits: Callable[[Any], bool]
    # As it is where the request does not give it, and where it gives null.
    absent: VariableValueSource
    null: VariableValueSource


class Variables:
    """Of one operation; coerces what requests give for them."""

    def __init__(
        self, schema: GraphQLSchema, operation: OperationDefinitionNode, *, hide_suggestions: bool
    ) -> None:
        self._schema = schema
        self._definitions = operation.variable_definitions or ()
        self._hide_suggestions = hide_suggestions
        self._simple = self._simple_ones()

    def coerced(self, inputs: Mapping[str, Any], *, errors_max: int) -> VariableValues | list[GraphQLError]:
        """Errors where they cannot be coerced: at most so many, and one that says that there are more."""
        found = None if self._simple is None else _at_a_glance(self._simple, inputs)
        if found is not None:
            return found
        return get_variable_values(
            self._schema,
            self._definitions,
            inputs if isinstance(inputs, dict) else dict(inputs),
            max_errors=errors_max,
            hide_suggestions=self._hide_suggestions,
        )

    def _simple_ones(self) -> Sequence[_Variable] | None:
        """None where one of them is of another kind."""
        found = []
        for definition in self._definitions:
            signature = get_variable_signature(self._schema, definition)
            if isinstance(signature, GraphQLError) or definition.default_value:
                return None
            takes_null = not is_non_null_type(signature.type)
            fits = _AT_A_GLANCE.get(get_nullable_type(signature.type))
            if fits is None:
                return None
            absent, null = VariableValueSource(signature), VariableValueSource(signature, None)
            found.append(_Variable(signature.name, signature, takes_null, fits, absent, null))
        return found


def _at_a_glance(variables: Sequence[_Variable], inputs: Mapping[str, Any]) -> VariableValues | None:
    sources: dict[str, VariableValueSource] = {}
    coerced: dict[str, Any] = {}
    for name, signature, takes_null, fits, absent, null in variables:
        value = inputs.get(name, Undefined)
        if value is Undefined and takes_null:
            sources[name] = absent
        elif value is None and takes_null:
            sources[name], coerced[name] = null, None
        elif fits(value):
            sources[name] = VariableValueSource(signature, value)
            coerced[name] = value
        else:
            return None
    return VariableValues(sources, coerced)
