"""A Strawberry schema whose operations go one way: document, price, gates, validation, execution."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Generic, NamedTuple, NoReturn, Protocol, TypeVar

import orjson
import strawberry
from graphql import ExecutionResult as Executed
from graphql import GraphQLError, GraphQLSchema, OperationType, print_schema
from strawberry.types import ExecutionResult

from engine import execution, replies
from engine.cost import Amount
from engine.documents import Document, Documents, Operation, sha256_of
from engine.refusals import bad_request, too_complex

C = TypeVar("C")
C_contra = TypeVar("C_contra", contravariant=True)

MOST_COST: Final = 2_000
_READS: Final = (OperationType.QUERY,)
_ALL: Final = (OperationType.QUERY, OperationType.MUTATION)


class Asked(NamedTuple):
    """An operation with its variables and what it may cost; a dry run passes the gates and is not executed."""

    operation: Operation
    variables: Mapping[str, Any]
    amount: Amount
    is_dry_run: bool = False


class Bucket(NamedTuple):
    """What the points of an operation came out of: `remaining` of `limit`, full again in `reset` seconds.

    An empty one is full again after `window` seconds.
    """

    limit: int
    remaining: int
    reset: int
    window: int


class Gate(Protocol[C_contra]):
    """Asked in turn, before an operation is validated; raises `Refusal` to stop it."""

    async def __call__(self, asked: Asked, context: C_contra, /) -> None: ...


@dataclass
class Answer:
    """`data` is None both where nothing was executed and where the root became null: `executed` tells which.

    It is what `replies.json` takes, datetimes among it.
    """

    data: dict[str, Any] | None = None
    errors: Sequence[GraphQLError] = ()
    extensions: dict[str, Any] = field(default_factory=dict)
    executed: bool = False
    # Points that it did cost.
    cost: int = 0
    # Of HTTP, where it is answered there.
    headers: dict[str, str] = field(default_factory=dict)


class After(Protocol[C_contra]):
    """Hears of every operation that was executed, and may add to the answer."""

    def __call__(self, schema: GraphQLSchema, asked: Asked, answer: Answer, context: C_contra, /) -> None: ...


class Schema(strawberry.Schema, Generic[C]):
    """`gates` stand before every operation, whoever starts it: an HTTP request, a test, a script.

    Whoever may not see the schema must not be told its names either: `suggests` says who is told, where they
    misspell one, which they may have meant.
    """

    def __init__(
        self,
        *,
        gates: Sequence[Gate[C]] = (),
        afterwards: Sequence[After[C]] = (),
        suggests: Callable[[C], bool] = lambda _: False,
        most_cost: int = MOST_COST,
        **options: Any,
    ) -> None:
        if options.get("extensions"):
            raise TypeError(
                "Extensions have no place here: gates stand before an operation, others hear of it after."
            )
        super().__init__(**options)
        self.documents = Documents(self._schema)
        self._gates = gates
        self._afterwards = afterwards
        self._suggests = suggests
        self._most_cost = most_cost

    def _get_execute_function(self) -> Callable[..., Any]:
        return execution.execute

    @property
    def types(self) -> GraphQLSchema:
        return self._schema

    @cached_property
    def fingerprint(self) -> str:
        """Another one for another schema."""
        return sha256_of(print_schema(self._schema))[:16]

    def ask(
        self, document: Document, name: str | None, variables: Mapping[str, Any], *, is_dry_run: bool = False
    ) -> Asked:
        """The operation that is meant, priced; refuses one that is not clear or costs too much."""
        operation = document.operation(name)
        amount = operation.cost(variables)
        if amount.cost > self._most_cost:
            raise too_complex(
                f"This may cost {amount.cost:,} points; at most {self._most_cost:,} are answered at once.",
                cost=amount.cost,
                maximum=self._most_cost,
            )
        return Asked(operation, variables, amount, is_dry_run)

    async def check(self, asked: Asked, context: C) -> Sequence[GraphQLError]:
        """Through the gates and validated. Raises `Refusal` for what a gate says."""
        for gate in self._gates:
            await gate(asked, context)
        return self.documents.validate(asked.operation.document, suggests=self._suggests(context))

    async def answer(self, asked: Asked, context: C) -> Answer:
        """Checked and executed. Errors of fields are data."""
        if errors := await self.check(asked, context):
            return Answer(errors=errors)
        result = asked.operation.execute(asked.variables, context)
        if not isinstance(result, Executed):
            result = await result
        found = result.errors or ()
        executed = result.data is not None or any(error.path for error in found)
        answer = Answer(result.data, found, executed=executed, cost=asked.operation.weights.of(result.data or {}))
        for after in self._afterwards:
            after(self._schema, asked, answer, context)
        return answer

    async def execute(  # type: ignore[override] # what our extensions would need is not ours to offer
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: C | None = None,
        root_value: None = None,
        operation_name: str | None = None,
        allowed_operation_types: Collection[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Strawberry's own entrance, by the same way; `data` is what a client reads of the JSON."""
        if root_value is not None or operation_extensions is not None:
            raise TypeError("An operation has no root value and no extensions here.")
        try:
            asked = self.ask(self.documents.read(query or ""), operation_name, variable_values or {})
            if asked.operation.kind not in (allowed_operation_types or _ALL):
                raise bad_request(f"A {asked.operation.kind.value} is not allowed here.")
            answer = await self.answer(asked, context_value)  # type: ignore[arg-type]
        except GraphQLError as refusal:
            return ExecutionResult(data=None, errors=[refusal])
        data = orjson.loads(replies.json(answer.data))
        return ExecutionResult(data=data, errors=list(answer.errors) or None, extensions=answer.extensions)

    def execute_sync(self, *_: Any, **__: Any) -> NoReturn:
        """No way around the gates, which are asynchronous."""
        raise TypeError("Operations are executed asynchronously here: await execute().")

    async def subscribe(self, *_: Any, **__: Any) -> NoReturn:
        """No way around the gates, which price a single answer."""
        raise TypeError("Subscriptions are not executed here.")
