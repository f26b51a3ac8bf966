"""An operation that is ready to run, as often as it is asked."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    MiddlewareManager,
    OperationDefinitionNode,
    OperationType,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.executor import SELECTIONS_NESTED_TOO_DEEPLY
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.pyutils import gather_with_cancel
from graphql.type import GraphQLResolveInfoHelpers, assert_valid_schema
from graphql.type.directives import GraphQLDisableErrorPropagationDirective

from engine.execution.background import settle
from engine.execution.batches import call_batches
from engine.execution.driver import abandon, drive
from engine.execution.failures import settled
from engine.execution.fields import Field
from engine.execution.kinds import is_async_iterable, is_awaitable
from engine.execution.levels import FieldsLevel
from engine.execution.places import Root
from engine.execution.plan import Plan, Setting
from engine.execution.request import Request
from engine.execution.variables import Variables

Result: TypeAlias = ExecutionResult | Awaitable[ExecutionResult]

_ROOT: Final = Root()
_HELPERS: Final = GraphQLResolveInfoHelpers(gather=lambda values: gather_with_cancel(*values), track=settle)


@dataclass(eq=False)
class Operation:
    """`fragments` are those of its document."""

    setting: Setting
    node: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]

    def __post_init__(self) -> None:
        self._plan = Plan(self.setting, self.node, self.fragments)
        self._definitions = {name: each.definition for name, each in self.fragments.items()}
        self._propagates = not any(
            each.name.value == GraphQLDisableErrorPropagationDirective.name for each in self.node.directives or ()
        )

    @cached_property
    def _variables(self) -> Variables:
        return Variables(self.setting.schema, self.node, hide_suggestions=self.setting.hide_suggestions)

    def execute(
        self,
        *,
        root_value: Any = None,
        context_value: Any = None,
        variable_values: Mapping[str, Any] | None = None,
        middleware: MiddlewareManager | None = None,
        operation_extensions: Any = None,
        max_coercion_errors: int = 50,
        is_async_iterable: Callable[[Any], bool] = is_async_iterable,
        is_sync: bool = False,
    ) -> Result:
        """The result, or an awaitable of it where something has to be waited for.

        `middleware` may be there only where the setting says so.
        """
        variables = self._variables.coerced(variable_values or {}, errors_max=max_coercion_errors)
        if isinstance(variables, list):
            return ExecutionResult(None, errors=variables)
        info = (
            self.setting.schema,
            self._definitions,
            root_value,
            self.node,
            variables,
            context_value,
            is_awaitable,
            None,
            _HELPERS,
        )
        wrapped = None if middleware is None else middleware.get_field_resolver
        request = Request(
            variables,
            info,
            propagates=self._propagates,
            wrapped=wrapped,
            extensions=operation_extensions,
            is_async_iterable=is_async_iterable,
            is_sync=is_sync,
        )
        try:
            level = self._plan.variant(variables).root()
        except GraphQLError as error:
            return ExecutionResult(None, errors=[error])
        except RecursionError:
            return self._nested_too_deeply()
        if self.node.operation is OperationType.MUTATION:
            return self._one_by_one(request, level.fields, root_value, {})
        return self._all_at_once(request, level, root_value)

    def _all_at_once(self, request: Request, level: FieldsLevel, root_value: Any) -> Result:
        data = level.execute(request, [root_value], _ROOT)[0]
        if request.batches:
            call_batches(request)
        if request.waits and not request.is_void:
            return self._driven(request, data)
        abandon(request)
        return _result(request, data)

    def _one_by_one(
        self, request: Request, fields: Sequence[Field], root_value: Any, data: dict[str, Any]
    ) -> Result:
        """As a mutation's fields must be: each with all that it waits for before the next one begins."""
        for index, field in enumerate(fields):
            field.resolve(request, [root_value], _ROOT, [data])
            call_batches(request)
            if request.is_void:
                break
            if request.waits:
                return self._rest_one_by_one(request, fields[index + 1 :], root_value, data)
        abandon(request)
        return _result(request, data)

    async def _rest_one_by_one(
        self, request: Request, fields: Sequence[Field], root_value: Any, data: dict[str, Any]
    ) -> ExecutionResult:
        await drive(request)
        result = _result(request, data) if request.is_void else self._one_by_one(request, fields, root_value, data)
        return result if isinstance(result, ExecutionResult) else await result

    async def _driven(self, request: Request, data: dict[str, Any]) -> ExecutionResult:
        await drive(request)
        return _result(request, data)

    def _nested_too_deeply(self) -> ExecutionResult:
        return ExecutionResult(None, errors=[GraphQLError(SELECTIONS_NESTED_TOO_DEEPLY, self.node)])


def _result(request: Request, data: dict[str, Any]) -> ExecutionResult:
    if not request.failures:
        return ExecutionResult(data, None)
    found, errors = settled(data, request.failures)
    return ExecutionResult(found, errors)


def operation_of(setting: Setting, document: DocumentNode, name: str | None) -> Operation | list[GraphQLError]:
    """The one that is meant; errors, in graphql-core's words, where that is not clear."""
    assert_valid_schema(setting.schema)
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if name is not None:
        operations = [each for each in operations if each.name and each.name.value == name][-1:]
    if not operations:
        return [
            GraphQLError("Must provide an operation." if name is None else f"Unknown operation named '{name}'.")
        ]
    if len(operations) > 1:
        return [GraphQLError("Must provide operation name if query contains multiple operations.")]
    try:
        return Operation(setting, operations[0], fragments_of(setting.schema, document))
    except GraphQLError as error:
        return [error]


def fragments_of(schema: GraphQLSchema, document: DocumentNode) -> dict[str, FragmentDetails]:
    """Raises where the type of a variable that a fragment has of its own is none."""
    return {
        each.name.value: FragmentDetails(each, _signatures(schema, each))
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }


def _signatures(
    schema: GraphQLSchema, fragment: FragmentDefinitionNode
) -> dict[str, GraphQLVariableSignature] | None:
    """Of the variables that a fragment has of its own, an experiment of graphql-core's parser."""
    signatures = {}
    for definition in fragment.variable_definitions or ():
        signature = get_variable_signature(schema, definition)
        if isinstance(signature, GraphQLError):
            raise signature
        signatures[signature.name] = signature
    return signatures or None
