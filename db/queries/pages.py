"""Keyset pages: a slice of a list between two keys, forwards or backwards, for one parent or for many at once.

Every list is walked by one bigint key that never changes while a row stands, so rows coming and going beside
the walk neither repeat nor hide one. A nested list is one LATERAL statement for all its parents.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, Generic, Protocol, TypeVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    SQLColumnExpression,
    bindparam,
    column,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.sql.selectable import TableValuedAlias

from db.reads import Read, Reads, Statement, read

_KEY_MIN: Final = -1
_KEY_MAX: Final = 2**63 - 1
_key: Final = attrgetter("key")


@dataclass(frozen=True, slots=True)
class Page:
    """Which slice: up to `size` rows after and before the given keys, from the start or `from_end`."""

    size: int
    after: int | None = None
    before: int | None = None
    from_end: bool = False


class Place(Protocol):
    """One place in a list: whose list, and the key it is walked by."""

    parent_id: int
    key: int


E = TypeVar("E", bound=Place)


@dataclass(slots=True)
class EdgeRow:
    """A place with the id of what stands there."""

    parent_id: int
    key: int
    node_id: int


@dataclass(frozen=True, slots=True)
class Nodes(Generic[E]):
    """What comes with the places of a list: rows of this type, by adding this to a page, given its nodes' ids."""

    row: type[E]
    add: Callable[[Statement, ColumnElement[int]], Statement]

    def read(self, parent_id: ColumnElement[int], page: FromClause, lists: FromClause) -> Read[E]:
        """The page's places; `lists` is the page, joined to whose it is."""
        places = select(parent_id.label("parent_id"), page.c.key).select_from(lists)
        return read(self.row, self.add(places, page.c.node_id))


# The id alone; whoever shows the page loads what stands there.
IDS_ALONE: Final = Nodes(EdgeRow, lambda places, node_id: places.add_columns(node_id))


@dataclass(frozen=True, slots=True)
class Slice(Generic[E]):
    """A page in the list's own order, and whether the list goes on at either side."""

    edges: Sequence[E]
    has_next: bool = False
    has_previous: bool = False


@dataclass(frozen=True, slots=True)
class PagedRead(Generic[E]):
    """The two statements of a list: from its start and from its end."""

    newest_first: bool
    from_start: Read[E]
    from_end: Read[E]

    async def one(self, db: Reads, page: Page, **values: Any) -> Slice[E]:
        """A list without a parent, such as a feed."""
        return self._slice(await db.fetch(self._statement(page), **self._bounds(page), **values), page)

    async def each(self, db: Reads, parent_ids: Sequence[int], page: Page, **values: Any) -> dict[int, Slice[E]]:
        """The same page of every parent's list, in one statement; a parent without rows has an empty slice."""
        rows = await db.fetch(self._statement(page), parent_ids=parent_ids, **self._bounds(page), **values)
        lists: dict[int, list[E]] = {parent_id: [] for parent_id in parent_ids}
        for row in rows:
            lists[row.parent_id].append(row)
        return {parent_id: self._slice(edges, page) for parent_id, edges in lists.items()}

    def _statement(self, page: Page) -> Read[E]:
        return self.from_end if page.from_end else self.from_start

    def _bounds(self, page: Page) -> dict[str, int]:
        low, high = (page.before, page.after) if self.newest_first else (page.after, page.before)
        return {
            "low": _KEY_MIN if low is None else low,
            "high": _KEY_MAX if high is None else high,
            # One more than asked tells whether the list goes on.
            "size": page.size + 1,
        }

    def _slice(self, rows: list[E], page: Page) -> Slice[E]:
        descending = self.newest_first != page.from_end
        rows.sort(key=_key, reverse=descending)
        more, rows = len(rows) > page.size, rows[: page.size]
        if page.from_end:
            return Slice(rows[::-1], has_next=page.before is not None, has_previous=more)
        return Slice(rows, has_next=more, has_previous=page.after is not None)


# Makes the rows of one list, given the column that holds its parent's id (or nothing, for a root list).
# It labels them `key` and `node_id` and leaves order, bounds and limit to this module.
ListOf = Callable[[ColumnElement[int]], Statement]


def nested(rows: ListOf, nodes: Nodes[E], *, newest_first: bool = True) -> PagedRead[E]:
    """A list that hangs on a parent row."""
    parent = given("parent_ids", "parent")
    body = rows(parent.c.id)

    def statement(descending: bool) -> Read[E]:
        page = _page(body, descending).lateral("edge")
        return nodes.read(parent.c.id, page, parent.join(page, true()))

    return PagedRead(newest_first, statement(newest_first), statement(not newest_first))


def rooted(rows: Callable[[bool], Statement], nodes: Nodes[E]) -> PagedRead[E]:
    """A list without a parent, newest (or best) first; `rows` makes a page of it, descending or not."""

    def statement(descending: bool) -> Read[E]:
        page = rows(descending).subquery("edge")
        return nodes.read(literal_column("0", BigInteger), page, page)

    return PagedRead(True, statement(True), statement(False))


def in_order(rows: Statement) -> Callable[[bool], Statement]:
    """A page of all that `rows` are, by their `key`."""
    return lambda descending: _page(rows, descending)


def given(parameter: str, name: str) -> TableValuedAlias:
    """The ids of an array parameter as a table `name` with the one column `id`."""
    ids = func.unnest(bindparam(parameter, type_=ARRAY(BigInteger)))
    return ids.table_valued(column("id", BigInteger), name=name).render_derived()


def bounded(statement: Statement, key: SQLColumnExpression[int], *, descending: bool) -> Statement:
    """`statement` between the page's keys, in order, cut at the page's size."""
    return (
        statement.where(key > bindparam("low", type_=BigInteger), key < bindparam("high", type_=BigInteger))
        .order_by(key.desc() if descending else key.asc())
        .limit(bindparam("size", type_=BigInteger))
    )


def _page(rows: Statement, descending: bool) -> Statement:
    key = rows.selected_columns["key"]
    return bounded(rows, getattr(key, "element", key), descending=descending)
