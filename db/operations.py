"""Trusted operations and the counts of their use, as PostgreSQL keeps them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import ClientUse, TrustedOperation
from db.reads import Reads, columns, read

USES_KEPT_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class OperationRow:
    id: str
    text: str
    digest: bytes
    names: str
    revision: int
    imported_at: datetime
    retired_at: datetime | None
    last_used_on: date | None


@dataclass(frozen=True, slots=True)
class UseRow:
    client: str
    version: str
    kind: str
    count: int
    last_on: date


@dataclass(frozen=True, slots=True)
class NewOperation:
    """`names` are those of its document's operations."""

    id: str
    text: str
    digest: bytes
    names: str


_changes = read(
    OperationRow,
    select(*columns(TrustedOperation, OperationRow))
    .where(TrustedOperation.revision > bindparam("revision"))
    .order_by(TrustedOperation.revision, TrustedOperation.id),
)
_uses = read(
    UseRow,
    select(
        ClientUse.client,
        ClientUse.version,
        ClientUse.kind,
        func.sum(ClientUse.count).cast(ClientUse.count.type).label("count"),
        func.max(ClientUse.day).label("last_on"),
    )
    .where(ClientUse.day >= bindparam("since"))
    .group_by(ClientUse.client, ClientUse.version, ClientUse.kind)
    .order_by(ClientUse.client, ClientUse.version, ClientUse.kind),
)


async def changes(db: Reads, *, after: int = 0) -> list[OperationRow]:
    """What was imported or retired since that revision of the list, oldest first."""
    return await db.fetch(_changes, revision=after)


async def uses(db: Reads, *, since: date) -> list[UseRow]:
    return await db.fetch(_uses, since=since)


async def texts(session: AsyncSession, ids: Iterable[str]) -> dict[str, str]:
    """What these ids have ever meant. Holds the list until the transaction ends, so that it stays true."""
    # In the order of their commits, or a process that asks for what is newer would miss a slower one.
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('trusted_operations'))"))
    found = select(TrustedOperation.id, TrustedOperation.text).where(TrustedOperation.id.in_(list(ids)))
    return {row.id: row.text for row in await session.execute(found)}


async def put(session: AsyncSession, operations: Sequence[NewOperation]) -> int:
    """After `texts`: add these, and take back those that were retired; how many were not there."""
    values = [
        {"id": each.id, "text": each.text, "digest": each.digest, "names": each.names} for each in operations
    ]
    revision = await _next_revision(session)
    adding = insert(TrustedOperation).values(revision=revision)
    changed = await session.scalars(
        adding.on_conflict_do_update(
            index_elements=["id"],
            set_={"retired_at": None, "revision": revision, "digest": adding.excluded.digest},
            where=TrustedOperation.retired_at.is_not(None),
        ).returning(TrustedOperation.id),
        values,
    )
    return len(changed.all())


async def retire(session: AsyncSession, ids: Sequence[str]) -> list[str]:
    """After `texts`: no longer answer these; those that were answered until now."""
    changing = update(TrustedOperation).where(TrustedOperation.id.in_(ids), TrustedOperation.retired_at.is_(None))
    revision = await _next_revision(session)
    retired = await session.scalars(
        changing.values(retired_at=func.now(), revision=revision).returning(TrustedOperation.id)
    )
    return list(retired)


async def note_uses(
    session: AsyncSession, counts: Mapping[tuple[str, str, str], int], used: Iterable[str]
) -> None:
    """Add today's counts by client, version and kind, and the day to the operations that were used."""
    today = func.current_date()
    if counts:
        # In one order, so that processes that write at once never wait for each other in a circle.
        values = [
            {"client": client, "version": version, "kind": kind, "count": count}
            for (client, version, kind), count in sorted(counts.items())
        ]
        adding = insert(ClientUse).values(day=today)
        await session.execute(
            adding.on_conflict_do_update(
                index_elements=["day", "client", "version", "kind"],
                set_={"count": ClientUse.count + adding.excluded.count},
            ),
            values,
        )
    ids = select(TrustedOperation.id).where(
        TrustedOperation.id.in_(list(used)), TrustedOperation.last_used_on.is_distinct_from(today)
    )
    held = list(await session.scalars(ids.order_by(TrustedOperation.id).with_for_update()))
    await session.execute(update(TrustedOperation).where(TrustedOperation.id.in_(held)).values(last_used_on=today))
    await session.execute(delete(ClientUse).where(ClientUse.day < today - USES_KEPT_DAYS))


async def _next_revision(session: AsyncSession) -> int:
    latest: int | None = await session.scalar(select(func.max(TrustedOperation.revision)))
    return (latest or 0) + 1
