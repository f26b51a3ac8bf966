"""Batch fields: a resolver that takes every parent of its level at once and answers with a list.

    @strawberry.type
    class Post:
        author_id: strawberry.Private[int]

        @batch
        @staticmethod
        async def author(posts: list["Post"], info: Info) -> list[User | None]: ...

In the schema the field's type is the list's item. Under the ordinary executor the calls for single parents are
collected by a dataloader and made as one; an executor that sees a whole level reads the function from the
field's metadata under `BATCH`.
"""

import inspect
from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import partial
from typing import Any, Final, Protocol, get_args, get_origin

import strawberry
from aiodataloader import DataLoader

BATCH: Final = "batch"

BatchResolver = Callable[..., Awaitable[Sequence[Any]] | Sequence[Any]]


class HasBatches(Protocol):
    """What a batch field needs of the operation's context: an empty dict, new for each operation."""

    batches: dict[Hashable, DataLoader[Any, Any]]


def batch(resolver: Any = None, **options: Any) -> Any:
    """Make a field of a static method over all parents; `options` go to `strawberry.field`.

    The method gets `(parents, info, **arguments)` and returns one value or exception for each parent, in
    their order; it may be a plain function too. Arguments must be hashable, since parents with equal ones share
    a call. It must not wait for what another batch of the same operation does.
    """
    if resolver is None:
        return partial(batch, **options)
    resolve: BatchResolver = getattr(resolver, "__func__", resolver)

    def one(self: Any, info: Any, **arguments: Any) -> Awaitable[Any]:
        return _loader(info, resolve, arguments).load(self)

    signature = _signature_of_one(inspect.signature(resolve))
    one.__signature__ = signature  # type: ignore[attr-defined]
    one.__annotations__ = {p.name: p.annotation for p in signature.parameters.values() if p.name != "self"}
    one.__annotations__["return"] = signature.return_annotation
    one.__name__, one.__qualname__ = resolve.__name__, resolve.__qualname__
    one.__module__, one.__doc__ = resolve.__module__, resolve.__doc__
    return strawberry.field(resolver=one, metadata={BATCH: resolve}, **options)


def _loader(info: Any, resolve: BatchResolver, arguments: dict[str, Any]) -> DataLoader[Any, Any]:
    context: HasBatches = info.context
    key = (resolve, *arguments.items())
    loader = context.batches.get(key)
    if loader is None:

        async def load(parents: list[Any]) -> list[Any]:
            found = resolve(parents, info, **arguments)
            return list(await found if inspect.isawaitable(found) else found)

        # Not cached: a parent may be mutable, and what is worth keeping is kept by the loaders underneath.
        loader = context.batches[key] = DataLoader(load, cache=False)
    return loader


def _signature_of_one(many: inspect.Signature) -> inspect.Signature:
    returned = many.return_annotation
    if get_origin(returned) is not list:
        raise TypeError(f"a batch resolver returns a list of values, not {returned!r}")
    parents, *rest = many.parameters.values()
    myself = parents.replace(name="self", annotation=inspect.Parameter.empty)
    return many.replace(parameters=[myself, *rest], return_annotation=get_args(returned)[0])
