"""Strawberry's own features are as they were: a schema on the engine answers what one on graphql-core does."""

from collections.abc import AsyncIterator, Callable, Iterable
from enum import Enum
from typing import Annotated, Any

import pytest
import strawberry
from graphql import GraphQLError
from graphql import execute as by_graphql_core
from strawberry import relay
from strawberry.extensions import FieldExtension, SchemaExtension
from strawberry.permission import BasePermission
from strawberry.types import ExecutionResult

from engine.batch import batch
from engine.execution import execute, no_fallthrough

seen: list[str] = []


class Closed(BasePermission):
    message = "closed"

    async def has_permission(self, source: Any, info: strawberry.Info, **kwargs: Any) -> bool:
        return bool(info.context.get("open"))


class Shout(FieldExtension):
    def resolve(self, next_: Callable[..., Any], source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        return f"{next_(source, info, **kwargs)}!"


class Seen(SchemaExtension):
    def resolve(self, _next: Callable[..., Any], root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append(f"{info.parent_type.name}.{info.field_name} {info.path.as_list()}")
        return _next(root, info, *args, **kwargs)

    def get_results(self) -> dict[str, Any]:
        return {"seen": bool(seen)}


@strawberry.enum
class Colour(Enum):
    RED = "r"
    BLUE = "b"


@strawberry.input
class Filter:
    word: str = "a"
    colours: list[Colour] = strawberry.field(default_factory=lambda: [Colour.RED])


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Fruit(relay.Node, Named):
    code: relay.NodeID[int]
    colour: Colour
    secret: str = strawberry.field(default="s", permission_classes=[Closed])
    loud: str = strawberry.field(default="hey", extensions=[Shout()])

    @classmethod
    def resolve_nodes(cls, *, info: strawberry.Info, node_ids: Iterable[str], required: bool = False) -> Any:
        return [FRUITS.get(int(each)) for each in node_ids]

    @strawberry.field
    def described(self, info: strawberry.Info, prefix: str = "a", given: Filter | None = None) -> str:
        return f"{prefix} {given} {self.colour.name} {self.name} at {info.path.key} for {info.context.get('who')}"

    @strawberry.field
    def bare(parent: strawberry.Parent["Fruit"]) -> str:  # noqa: N805 # Strawberry passes the parent by its type
        return parent.name[::-1]

    @strawberry.field
    async def later(self) -> str | None:
        if self.name == "plum":
            raise GraphQLError("no plums", extensions={"code": "PLUM"})
        return self.name.upper()

    @batch
    @staticmethod
    async def length(
        fruits: list["Fruit"], info: strawberry.Info, word: str = "a", as_of: Colour = Colour.RED
    ) -> list[int]:
        return [len(fruit.name + word) + (fruit.colour is as_of) for fruit in fruits]


@strawberry.type
class Stone(Named):
    weight: float


FRUITS = {
    n: Fruit(code=n, name=name, colour=colour)
    for n, (name, colour) in enumerate([("apple", Colour.RED), ("plum", Colour.BLUE)], 1)
}
Thing = Annotated[Fruit | Stone, strawberry.union("Thing")]


@strawberry.type
class Query:
    node: relay.Node = relay.node()

    @strawberry.field
    def fruits(self, colours: list[Colour] | None = None) -> list[Fruit]:
        return [fruit for fruit in FRUITS.values() if colours is None or fruit.colour in colours]

    @strawberry.field
    async def things(self) -> list[Thing]:
        return [FRUITS[1], Stone(name="flint", weight=1.5)]

    @strawberry.field
    def named(self) -> list[Named]:
        return [Stone(name="flint", weight=1.5), FRUITS[2]]

    @strawberry.field(permission_classes=[Closed])  # type: ignore[untyped-decorator] # Strawberry's plugin loses it
    def vault(self) -> str | None:
        return "gold"


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def rename(self, id: relay.GlobalID, name: str, info: strawberry.Info) -> Fruit:
        info.context.setdefault("order", []).append(name)
        fruit = await id.resolve_node(info, ensure_type=Fruit)
        return Fruit(code=fruit.code, name=f"{name} {len(info.context['order'])}", colour=fruit.colour)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self, to: int = 2) -> AsyncIterator[Fruit]:
        for number in range(1, to + 1):
            yield FRUITS[number]


class Context(dict[str, Any]):
    def __init__(self, said: dict[str, Any]) -> None:
        super().__init__(said)
        self.batches: dict[Any, Any] = {}  # for the executor that has to collect them


class On(strawberry.Schema):
    executor: Callable[..., Any] = staticmethod(execute)

    def _get_execute_function(self) -> Callable[..., Any]:
        return self.executor


# One schema for each, since Strawberry's fields for Relay can stand in one alone.
SCHEMA = On(query=Query, mutation=Mutation, subscription=Subscription, types=[Fruit, Stone])
EXECUTORS = (execute, by_graphql_core)


DOCUMENTS = [
    "{ fruits { id name colour described loud bare __typename } }",
    '{ fruits { described(prefix: "the", given: {colours: [BLUE]}) same: described(given: null) } }',
    '{ fruits(colours: [BLUE]) { code: id later length(word: "abc", asOf: BLUE) } }',
    "{ fruits { name length later } vault }",
    "{ fruits(colours: [RED]) { secret } }",
    "{ things { ... on Named { name } ... on Stone { weight } ... on Fruit { colour secret } __typename } }",
    "{ named { name ... on Fruit { id loud } ... on Stone { weight } } }",
    "query ($id: ID!) { node(id: $id) { id ... on Fruit { name bare } } }",
    'mutation ($id: ID!) { a: rename(id: $id, name: "x") { name } b: rename(id: $id, name: "y") { name id } }',
    '{ __schema { types { name fields { name args { name defaultValue } } } } __type(name: "Colour") { kind } }',
    "{ nothing }",
]


def told(result: Any) -> Any:
    assert isinstance(result, ExecutionResult)
    errors = sorted((error.formatted for error in result.errors or ()), key=repr)
    return result.data, errors, result.extensions


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("extensions", [[], [Seen]], ids=["plain", "an extension around every field"])
@pytest.mark.parametrize("document", DOCUMENTS)
async def test_a_schema_answers_as_it_did(
    document: str, extensions: list[Any], is_open: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {"id": relay.to_base64("Fruit", 2)}
    answers, hooks = [], []
    monkeypatch.setattr(SCHEMA, "extensions", extensions)
    for executor in EXECUTORS:
        monkeypatch.setattr(SCHEMA, "executor", executor)
        seen.clear()
        for _ in range(3):
            with no_fallthrough():
                context = Context({"open": is_open, "who": "ada"})
                result = await SCHEMA.execute(document, variable_values=variables, context_value=context)
        answers.append(told(result))
        # Of what an error made null, this one executes all and that one what came before.
        hooks.append(sorted(seen) if result.data else [])
    assert answers[0] == answers[1]
    assert hooks[0] == hooks[1]


def test_synchronously_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    document = "{ fruits { id name colour described loud bare } }"
    answers = []
    for executor in EXECUTORS:
        monkeypatch.setattr(SCHEMA, "executor", executor)
        with no_fallthrough():
            answers.append(told(SCHEMA.execute_sync(document, context_value=Context({"who": "ada"}))))
    assert answers[0] == answers[1]
    assert answers[0][1] == []


async def test_a_subscription_is_graphql_cores() -> None:
    found = await SCHEMA.subscribe("subscription { ticks { name bare } }")
    names = [result.data async for result in found]
    assert names == [{"ticks": {"name": "apple", "bare": "elppa"}}, {"ticks": {"name": "plum", "bare": "mulp"}}]
