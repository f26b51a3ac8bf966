"""The audit log: what concerns one account, for its owner, and what was done by anybody, for who may look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Text, any_, bindparam, cast, func, select

from db.ids import id_at
from db.models import AuditEntry
from db.queries.pages import IDS_ALONE, EdgeRow, Page, PagedRead, Slice, in_order, rooted
from db.queries.users import IDS
from db.reads import Reads, read
from db.visibility import VIEWER


@dataclass(slots=True)
class AuditRow:
    """`ip` is one address, or the network it was in; `details` is JSON."""

    id: int
    created_at: datetime
    event: str
    actor_id: int | None
    subject_id: int | None
    request_id: str | None
    ip: str | None
    device: str | None
    details: str


_by_ids = read(
    AuditRow,
    select(
        AuditEntry.id,
        AuditEntry.created_at,
        AuditEntry.event,
        AuditEntry.actor_id,
        AuditEntry.subject_id,
        AuditEntry.request_id,
        func.abbrev(AuditEntry.ip).label("ip"),
        AuditEntry.device,
        cast(AuditEntry.details, Text).label("details"),
    ).where(AuditEntry.id == any_(IDS)),
)
_places = select(AuditEntry.id.label("key"), AuditEntry.id.label("node_id"))
_own = rooted(
    in_order(
        _places.where(
            AuditEntry.subject_id == VIEWER, AuditEntry.event == any_(bindparam("events", type_=ARRAY(Text)))
        )
    ),
    IDS_ALONE,
)
# Moments are ids, which every index ends with.
_CONDITIONS: Final[dict[str, ColumnElement[bool]]] = {
    "event": AuditEntry.event == bindparam("event", type_=Text),
    "actor_id": AuditEntry.actor_id == bindparam("actor_id", type_=BigInteger),
    "subject_id": AuditEntry.subject_id == bindparam("subject_id", type_=BigInteger),
    "request_id": AuditEntry.request_id == bindparam("request_id", type_=Text),
    "since": AuditEntry.id >= bindparam("since", type_=BigInteger),
    "until": AuditEntry.id < bindparam("until", type_=BigInteger),
}


async def by_ids(db: Reads, ids: Sequence[int]) -> dict[int, AuditRow]:
    """The entries, for whoever has found out by one of the lists that they may see them."""
    return {row.id: row for row in await db.fetch(_by_ids, ids=ids)}


async def own(db: Reads, page: Page, *, events: Sequence[str], viewer_id: int) -> Slice[EdgeRow]:
    """What happened of these kinds to the viewer's account, newest first."""
    return await _own.one(db, page, events=events, viewer_id=viewer_id)


async def search(
    db: Reads,
    page: Page,
    *,
    event: str | None = None,
    actor_id: int | None = None,
    subject_id: int | None = None,
    request_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Slice[EdgeRow]:
    """All of the log that meets every condition given, newest first; `until` is not included."""
    asked: dict[str, Any] = {
        "event": event,
        "actor_id": actor_id,
        "subject_id": subject_id,
        "request_id": request_id,
        "since": None if since is None else id_at(since),
        "until": None if until is None else id_at(until),
    }
    given = {name: value for name, value in asked.items() if value is not None}
    return await _meeting(frozenset(given)).one(db, page, **given)


@cache
def _meeting(names: frozenset[str]) -> PagedRead[EdgeRow]:
    # One statement for each choice of conditions, sixty-four at most: each walks an index that fits it, which a
    # single one full of "or is null" would not.
    asked = (condition for name, condition in _CONDITIONS.items() if name in names)
    return rooted(in_order(_places.where(*asked)), IDS_ALONE)
