"""Plans: what is known of an operation before it runs, made as far as requests have come.

Which fields an operation selects may depend on the variables of `@skip` and `@include`: there is a variant of its
plan for each combination of their values that was asked for. A variant collects the fields of a position and an
object type when a request first comes there, with graphql-core's own collection.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    GraphQLError,
    GraphQLFieldResolver,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLTypeResolver,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.execution.collect_fields import (
    FieldDetails,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues

from engine.execution.fields import Field
from engine.execution.levels import FieldsLevel
from engine.execution.meanings import field_of

# Each variable may double the variants, and each variant is a plan of its own: the first that came make room.
VARIANTS_MAX: Final = 8
_DECIDING: Final = frozenset({"skip", "include"})


@dataclass(frozen=True, slots=True)
class Setting:
    """What a plan depends on beside its operation."""

    schema: GraphQLSchema
    field_resolver: GraphQLFieldResolver
    type_resolver: GraphQLTypeResolver
    # Then every field is resolved by a call, which the middleware wraps.
    has_middleware: bool
    hide_suggestions: bool


@dataclass(eq=False)
class Plan:
    """Of one operation; `fragments` are those of its document."""

    setting: Setting
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    _variants: dict[tuple[object, ...], "Variant"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._deciding = _deciding_variables(self.operation, self.fragments)
        self._is_shared = not any(fragment.variable_signatures for fragment in self.fragments.values())

    def variant(self, variables: VariableValues) -> "Variant":
        """The one that these variables decide on."""
        if not self._is_shared:
            return Variant(self, variables)
        key = self._key(variables.coerced) if self._deciding else ()
        variant = self._variants.get(key)
        if variant is None:
            variant = Variant(self, _only(variables, self._deciding))
            if None not in key:
                self._keep(key, variant)
        return variant

    def _key(self, coerced: Mapping[str, Any]) -> tuple[bool | None, ...]:
        # What is no boolean is an error, which `collect_fields` tells, and tells again.
        return tuple(value if isinstance(value := coerced.get(name), bool) else None for name in self._deciding)

    def _keep(self, key: tuple[object, ...], variant: "Variant") -> None:
        if len(self._variants) >= VARIANTS_MAX:
            del self._variants[next(iter(self._variants))]
        self._variants[key] = variant


class Variant:
    """A plan in which it is decided which selections are skipped."""

    def __init__(self, plan: Plan, variables: VariableValues) -> None:
        self._setting = plan.setting
        self._operation = plan.operation
        self._fragments = plan.fragments
        self._variables = variables
        self._root: FieldsLevel | None = None
        self.type_resolver = plan.setting.type_resolver
        self.hide_suggestions = plan.setting.hide_suggestions

    def root(self) -> FieldsLevel:
        """The fields at the root; raises what collecting them raises."""
        if self._root is None:
            kind = self._root_type()
            collected = collect_fields(
                self._setting.schema,
                self._fragments,
                self._variables,
                kind,
                self._operation,
                self.hide_suggestions,
            )
            self._root = FieldsLevel(self._fields(kind, collected.grouped_field_set))
        return self._root

    def _root_type(self) -> GraphQLObjectType:
        operation = self._operation
        kind = self._setting.schema.get_root_type(operation.operation)
        if kind is None:
            raise GraphQLError(
                f"Schema is not configured to execute {operation.operation.value} operation.", operation
            )
        return kind

    def level(self, kind: GraphQLObjectType, details: list[FieldDetails], /) -> FieldsLevel:
        collected = collect_subfields(
            self._setting.schema,
            self._fragments,
            self._variables,
            self._operation,
            kind,
            details,
            self.hide_suggestions,
        )
        return FieldsLevel(self._fields(kind, collected.grouped_field_set))

    def _fields(self, parent_type: GraphQLObjectType, grouped: GroupedFieldSet) -> list[Field]:
        fields = []
        for order, (key, details) in enumerate(grouped.items()):
            definition = self._setting.schema.get_field(parent_type, details[0].node.name.value)
            if definition is not None:
                fields.append(field_of(self, self._setting, parent_type, definition, key, order, details))
        return fields


def most_variants(document: DocumentNode) -> int:
    """How many variants of its operations may be kept at once."""
    executable = [each for each in document.definitions if isinstance(each, ExecutableDefinitionNode)]
    operations = sum(isinstance(each, OperationDefinitionNode) for each in executable)
    deciding = {name for each in executable for name in _deciding(each.selection_set)}
    return operations * min(1 << len(deciding), VARIANTS_MAX)


def _deciding_variables(
    operation: OperationDefinitionNode, fragments: dict[str, FragmentDetails]
) -> tuple[str, ...]:
    """Those that decide which selections are skipped, in no particular but always the same order."""
    sets = [operation.selection_set, *(each.definition.selection_set for each in fragments.values())]
    return tuple(sorted({name for each in sets for name in _deciding(each)}))


def _deciding(selections: SelectionSetNode) -> Iterator[str]:
    waiting = [selections]
    while waiting:
        for selection in waiting.pop().selections:
            for directive in selection.directives or ():
                if directive.name.value in _DECIDING:
                    for argument in directive.arguments or ():
                        if isinstance(argument.value, VariableNode):
                            yield argument.value.name.value
            inner: SelectionSetNode | None = getattr(selection, "selection_set", None)
            if inner is not None:
                waiting.append(inner)


def _only(variables: VariableValues, names: Sequence[str]) -> VariableValues:
    # A plan outlives its requests, and should keep nothing else of theirs.
    return VariableValues(
        {name: source for name, source in variables.sources.items() if name in names},
        {name: value for name, value in variables.coerced.items() if name in names},
    )
