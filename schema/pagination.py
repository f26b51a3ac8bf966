"""Relay connections: pages of a list behind opaque cursors that name their list and their place in it."""

import base64
import binascii
import inspect
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, Final, Generic, TypeAlias, TypeVar

import strawberry

from db.limits import MAX_PAGE_SIZE, PAGE_SIZE
from db.loaders import Loader
from db.queries.pages import Page, Slice
from engine.batch import batch
from engine.cost import Cost, ListSize
from schema.context import Info
from schema.errors import bad_user_input
from schema.nodes import opaque

T = TypeVar("T")
R = TypeVar("R")

_FORM: Final = re.compile(r"([a-zA-Z.]+):(0|[1-9][0-9]{0,18})")
_KEY_MAX: Final = 2**63 - 1

# Of a kind of lists and a key.
cursor: Final[Callable[[str, int], str]] = opaque


# What every list that is paged carries: its price is that of so many nodes.
PAGE: Final = ListSize(assumed_size=PAGE_SIZE, slicing_arguments=["first", "last"], sized_fields=["edges"])


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether the list goes on after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is more of the list before this page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first edge, to page backwards from.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last edge, to page forwards from.")


# Not priced: each edge has a node, which is.
@strawberry.type(description="One place in a list.", directives=[Cost(weight="0")])
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Opaque; pass it as `after` or `before` of the same list.")
    node: T = strawberry.field(description="What stands here.")

    # Strawberry's own takes its values by name: for the edges of a page twice as long.
    def __init__(self, cursor: str, node: T) -> None:
        self.cursor = cursor
        self.node = node


@dataclass(frozen=True, slots=True)
class Total:
    """Where a list's length can be had: a stats loader, the key, and the counter's name."""

    loader: Loader[int, Any]
    key: int
    counter: str

    def read(self, stats: "Stats") -> int:
        row = stats[self.loader, self.key]
        return 0 if row is None else int(getattr(row, self.counter))


Stats: TypeAlias = dict[tuple[Loader[int, Any], int], Any]
Length: TypeAlias = int | Total


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The page's places, in the list's order.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")
    total: strawberry.Private[Length | None] = None

    @batch(
        description=(
            "How long the whole list is, hidden members included, the same for everyone who may see its owner. "
            "Null for feeds and searches, which have no end worth counting."
        )
    )
    @staticmethod
    async def total_count(connections: list["Connection[T]"], info: Info) -> list[int | None]:
        found = await _stats([at.total for at in connections if isinstance(at.total, Total)])
        return [at.total.read(found) if isinstance(at.total, Total) else at.total for at in connections]


def counted(loader: Loader[int, Any], counter: str, keys: Sequence[int]) -> list[Total]:
    """The lengths of lists that a counter of their parents tells, if they are asked for."""
    return [Total(loader, key, counter) for key in keys]


async def _stats(totals: list[Total]) -> "Stats":
    keys: defaultdict[Loader[int, Any], list[int]] = defaultdict(list)
    for total in totals:
        keys[total.loader].append(total.key)
    return {
        (loader, key): row
        for loader, wanted in keys.items()
        for key, row in zip(wanted, await loader.many(wanted), strict=True)
    }


@dataclass(frozen=True, slots=True)
class Paging:
    """What a client asked of a list: what it is a list of, which its cursors carry, and the page.

    Lists walked by the same keys share a kind, so the edge of a new post fits every list of posts.
    """

    kind: str
    page: Page


def paged(kind: str) -> Callable[[Any], Any]:
    """Give a resolver with a `paging: Paging` parameter the four arguments of a Relay connection instead."""

    def decorate(resolver: Any) -> Any:
        resolve = getattr(resolver, "__func__", resolver)

        @wraps(resolve)
        async def with_arguments(*args: Any, **kwargs: Any) -> Any:
            asked = {name: kwargs.pop(name, None) for name in ("first", "after", "last", "before")}
            return await resolve(*args, paging=_paging(kind, **asked), **kwargs)

        signature = inspect.signature(resolve)
        kept = [parameter for parameter in signature.parameters.values() if parameter.name != "paging"]
        added = inspect.signature(_arguments).parameters.values()
        with_arguments.__signature__ = signature.replace(parameters=[*kept, *added])  # type: ignore[attr-defined]
        with_arguments.__annotations__ = {
            **{p.name: p.annotation for p in [*kept, *added]},
            "return": signature.return_annotation,
        }
        return with_arguments

    return decorate


def connection(
    make: Callable[[R], T],
    paging: Paging,
    rows: Slice[Any],
    nodes: Sequence[R | None],
    total: Length | None = None,
) -> Connection[T]:
    """The page with its nodes in place; a node that went since the page was read is left out.

    The cursors to go on from stay those of the page as it was read: were all its nodes gone, a client would
    otherwise be told that the list goes on, but not from where.
    """
    edges = [
        Edge(cursor(paging.kind, edge.key), make(node))
        for edge, node in zip(rows.edges, nodes, strict=True)
        if node is not None
    ]
    page_info = PageInfo(
        has_next_page=rows.has_next,
        has_previous_page=rows.has_previous,
        start_cursor=cursor(paging.kind, rows.edges[0].key) if rows.edges else None,
        end_cursor=cursor(paging.kind, rows.edges[-1].key) if rows.edges else None,
    )
    return Connection(edges=edges, page_info=page_info, total=total)


async def connections(
    make: Callable[[R], T],
    paging: Paging,
    slices: Loader[int, Slice[Any]],
    nodes: Loader[int, R] | None,
    parents: Sequence[int],
    lengths: Sequence[Length],
) -> list[Connection[T]]:
    """The same page of every parent's list: one statement for all the pages, and one for all their nodes.

    Without a loader of nodes they came with the pages.
    """
    pages = [rows or Slice(()) for rows in await slices.many(parents)]
    edges = [edge for rows in pages for edge in rows.edges]
    found = iter(
        [edge.node for edge in edges] if nodes is None else await nodes.many([edge.node_id for edge in edges])
    )
    return [
        connection(make, paging, rows, [next(found) for _ in rows.edges], length)
        for rows, length in zip(pages, lengths, strict=True)
    ]


def _arguments(
    *,
    first: Annotated[
        int | None, strawberry.argument(description="How many from the start, 1–100; 20 when not said.")
    ] = None,
    after: Annotated[
        str | None, strawberry.argument(description="Only what comes after this cursor of the list.")
    ] = None,
    last: Annotated[
        int | None, strawberry.argument(description="How many from the end, 1–100; not with `first`.")
    ] = None,
    before: Annotated[
        str | None, strawberry.argument(description="Only what comes before this cursor of the list.")
    ] = None,
) -> None:
    """The signature that every paged field gets."""


def _paging(kind: str, *, first: int | None, after: str | None, last: int | None, before: str | None) -> Paging:
    if first is not None and last is not None:
        raise bad_user_input("last", "Ask for `first` or `last`, not both.")
    page = Page(
        size=_size("last", last) if last is not None else _size("first", first),
        after=_key(kind, "after", after),
        before=_key(kind, "before", before),
        from_end=last is not None,
    )
    return Paging(kind, page)


def _size(argument: str, asked: int | None) -> int:
    size = PAGE_SIZE if asked is None else asked
    if not 1 <= size <= MAX_PAGE_SIZE:
        raise bad_user_input(argument, f"`{argument}` is between 1 and {MAX_PAGE_SIZE}.")
    return size


def _key(kind: str, argument: str, value: str | None) -> int | None:
    if value is None:
        return None
    try:
        match = _FORM.fullmatch(base64.b64decode(value, altchars=b"-_", validate=True).decode("ascii"))
    except (ValueError, binascii.Error):
        match = None
    # Written as we write it, or not at all: base64 has several spellings of the same bytes.
    if match is None or int(match[2]) > _KEY_MAX or cursor(kind, int(match[2])) != value:
        raise bad_user_input(argument, f"`{argument}` is not a cursor of this list.")
    return int(match[2])
