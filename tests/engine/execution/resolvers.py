"""How fields of generated schemas resolve: each asks the `World` in its context what the answer is.

A batch field has a function over all parents for an executor that knows of them, and for graphql-core one over a
single parent that answers alike.
"""

from asyncio import sleep
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from graphql import GraphQLAbstractType, GraphQLOutputType, default_field_resolver

from tests.engine.execution.dice import Dice, number
from tests.engine.execution.worlds import Info, key_of, kind_of

Options = dict[str, Any]


def _default(name: str, kind: GraphQLOutputType) -> Options:
    """What stands under the field's name in its parent."""
    return {"extensions": {"stands_in_parent": True}}


def _plain(name: str, kind: GraphQLOutputType) -> Options:
    def resolve(source: Any, info: Info, **arguments: Any) -> Any:
        world = info.context
        world.note(info)
        return world.answer(kind, source, info, arguments)

    return {"resolve": resolve}


def _coroutine(name: str, kind: GraphQLOutputType) -> Options:
    async def resolve(source: Any, info: Info, **arguments: Any) -> Any:
        world = info.context
        world.note(info)
        for _ in range(world.ticks(name, key_of(source))):
            await sleep(0)
        world.note(info)
        return world.settled_answer(kind, source, info, arguments)

    return {"resolve": resolve}


def _batch(name: str, kind: GraphQLOutputType) -> Options:
    async def one(source: Any, info: Info, **arguments: Any) -> Any:
        return (await many([source], info, **arguments))[0]

    async def many(sources: Sequence[Any], info: Info, **arguments: Any) -> list[Any]:
        world = info.context
        world.note(info)
        await sleep(0)
        world.note(info)
        return world.batch(name, kind, sources, arguments)

    return {"resolve": one, "extensions": {"batch": many}}


SYNC: tuple[Callable[[str, GraphQLOutputType], Options], ...] = (_default, _plain)
ASYNC = (_default, _default, _plain, _coroutine, _batch)


def type_resolver(value: Any, info: Info, abstract: GraphQLAbstractType) -> Any:
    world = info.context
    return world.type_name(value, abstract.name)


def type_check(name: str) -> Callable[[Any, Info], bool | Awaitable[bool]]:
    def is_type_of(value: Any, info: Info) -> Any:
        world = info.context
        return world.is_type(value, name, is_so=kind_of(value) == name)

    return is_type_of


def _some_fields(source: Any, info: Info, **arguments: Any) -> Any:
    """What stands in the parent, and for a third of the fields what the world makes of it."""
    if number("instead", info.field_name) % 3:
        return default_field_resolver(source, info, **arguments)
    return info.context.answer(info.return_type, source, info, arguments)


def _between(resolve: Callable[..., Any], source: Any, info: Info, **arguments: Any) -> Any:
    """Now and then something goes wrong before a field is resolved."""
    world = info.context
    is_ours = not info.parent_type.name.startswith("__")
    if is_ours and Dice("between", world.seed, info.field_name, key_of(source)).happens(world.faults):
        raise ValueError(f"stopped before {info.field_name}")
    return resolve(source, info, **arguments)


# What `execute` may be given besides.
GIVEN: Options = {"field_resolver": _some_fields, "type_resolver": type_resolver, "middleware": [_between]}
