"""`execute`, with graphql-core's signature and answers; what it does not do itself it hands to graphql-core."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any, Final

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLFieldResolver,
    GraphQLSchema,
    GraphQLTypeResolver,
    MiddlewareManager,
    OperationDefinitionNode,
    default_field_resolver,
    default_type_resolver,
)
from graphql import execute as execute_by_graphql_core
from graphql.execution.execute import assume_not_awaitable
from graphql.execution.executor import Executor
from graphql.pyutils import inspect
from graphql.pyutils import is_awaitable as awaitable_by_graphql_core
from strawberry.execution import optimized_is_awaitable as awaitable_by_strawberry
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from engine.execution.kinds import is_async_iterable as async_iterable_by_default
from engine.execution.operation import Operation, Result, fragments_of, operation_of
from engine.execution.plan import Setting

_KEPT: Final = 256
_KNOWN_EXECUTORS: Final = (None, Executor, StrawberryGraphQLCoreExecutionContext)
_KNOWN_PREDICATES: Final = (
    None,
    awaitable_by_graphql_core,
    awaitable_by_strawberry,
    assume_not_awaitable,
)
_raises: Final[ContextVar[bool]] = ContextVar("fall_through_raises", default=False)

# How often graphql-core executed an operation, by the reason.
fallthroughs: Final[Counter[str]] = Counter()


class FellThrough(Exception):
    """An operation that graphql-core would have executed."""


@contextmanager
def no_fallthrough() -> Iterator[None]:
    """Raise `FellThrough` where graphql-core would execute."""
    token = _raises.set(True)
    try:
        yield
    finally:
        _raises.reset(token)


def execute(
    schema: GraphQLSchema,
    document: DocumentNode,
    root_value: Any = None,
    context_value: Any = None,
    variable_values: Mapping[str, Any] | None = None,
    operation_name: str | None = None,
    field_resolver: GraphQLFieldResolver | None = None,
    type_resolver: GraphQLTypeResolver | None = None,
    subscribe_field_resolver: GraphQLFieldResolver | None = None,
    max_coercion_errors: int = 50,
    enable_early_execution: bool = False,
    middleware: Any = None,
    executor_class: type[Executor[Any]] | None = None,
    is_awaitable: Callable[[Any], Any] | None = None,
    is_async_iterable: Callable[[Any], Any] | None = None,
    hide_suggestions: bool = False,
    operation_extensions: Any = None,
    **others: Any,
) -> Result:
    """The result at once, or an awaitable of it where a resolver has to be waited for.

    Plans are kept for the last documents by their identity, so a document that is parsed once is planned once. A
    schema must not be changed once it was executed: plans hold what they found.
    """
    reason = _why_not(schema, executor_class, is_awaitable, others)
    if reason is not None:
        return _fallen_through(
            reason,
            schema,
            document,
            root_value,
            context_value,
            variable_values,
            operation_name,
            field_resolver,
            type_resolver,
            subscribe_field_resolver,
            max_coercion_errors,
            enable_early_execution,
            middleware,
            executor_class,
            is_awaitable,
            is_async_iterable,
            hide_suggestions,
            **({} if operation_extensions is None else {"operation_extensions": operation_extensions}),
            **others,
        )
    manager = _manager(middleware)
    setting = Setting(
        schema,
        field_resolver or default_field_resolver,
        type_resolver or default_type_resolver,
        has_middleware=manager is not None,
        hide_suggestions=hide_suggestions,
    )
    operation = _operations.get(setting, document, operation_name)
    if isinstance(operation, list):
        return ExecutionResult(None, errors=operation)
    return operation.execute(
        root_value=root_value,
        context_value=context_value,
        variable_values=variable_values,
        middleware=manager,
        operation_extensions=operation_extensions,
        max_coercion_errors=max_coercion_errors,
        is_async_iterable=is_async_iterable or async_iterable_by_default,
        is_sync=is_awaitable is assume_not_awaitable,
    )


def prepared(schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode) -> Operation:
    """An operation for those who keep it themselves: with the default resolvers, and without middleware."""
    setting = Setting(
        schema, default_field_resolver, default_type_resolver, has_middleware=False, hide_suggestions=True
    )
    return Operation(setting, node, fragments_of(schema, document))


def _why_not(
    schema: GraphQLSchema,
    executor_class: type[Executor[Any]] | None,
    is_awaitable: Callable[[Any], Any] | None,
    others: Mapping[str, Any],
) -> str | None:
    """Why it has to fall through; None where it need not."""
    if schema.get_directive("defer") or schema.get_directive("stream"):
        return "incremental"
    if executor_class not in _KNOWN_EXECUTORS:
        return "executor_class"
    if is_awaitable not in _KNOWN_PREDICATES:
        return "predicate"
    return next((name for name, value in others.items() if value is not None), None)


def _fallen_through(reason: str, *args: Any, **others: Any) -> Result:
    if _raises.get():
        raise FellThrough(reason)
    fallthroughs[reason] += 1
    return execute_by_graphql_core(*args, **others)


def _manager(middleware: Any) -> MiddlewareManager | None:
    if isinstance(middleware, list | tuple):
        middleware = MiddlewareManager(*middleware)
    if middleware is not None and not isinstance(middleware, MiddlewareManager):
        raise TypeError(
            "Middleware must be passed as a list or tuple of functions or objects,"
            f" or as a single MiddlewareManager object. Got {inspect(middleware)} instead."
        )
    return middleware if middleware is not None and middleware.middlewares else None


class _Operations:
    """The last ones that were executed, by the identity of their documents."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], tuple[DocumentNode, Operation]] = OrderedDict()
        # Threads that execute synchronously share them.
        self._lock = Lock()

    def get(self, setting: Setting, document: DocumentNode, name: str | None) -> Operation | list[GraphQLError]:
        key = (setting, id(document), name)
        if not _is_hashable(key):  # a resolver that is not: nothing of it can be found again
            return operation_of(setting, document, name)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept[1]
        operation = operation_of(setting, document, name)
        if isinstance(operation, Operation):
            with self._lock:
                # With its document, so that no other one can have its identity.
                self._kept[key] = document, operation
                if len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return operation


def _is_hashable(key: object) -> bool:
    try:
        hash(key)
    except TypeError:
        return False
    return True


_operations: Final = _Operations()
