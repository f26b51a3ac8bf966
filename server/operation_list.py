"""`plaza operations`: what an operator does with the list of trusted operations."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from rich.table import Table

from db import operations as rows
from db.operations import NewOperation, OperationRow
from db.stores import Stores, open_stores
from db.transaction import write
from domain import operations
from engine import manifests
from engine.clients import Kind
from engine.manifests import Checked
from schema.root import schema
from server import tables
from server.environment import environment
from server.mistakes import UserMistake
from server.settings import Settings

R = TypeVar("R")


def import_(files: list[Path], prefix: str) -> str:
    """All operations of the manifests, each id with `prefix` before it; a sentence for the terminal."""
    texts: dict[str, str] = {}
    for file in files:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise UserMistake(f"{file} cannot be read ({error.strerror}).") from None
        for name, text in manifests.read(content).items():
            if texts.setdefault(prefix + name, text) != text:
                raise UserMistake(f"Nothing was imported. The manifests have two texts for {prefix + name}.")

    async def act(stores: Stores) -> int:
        meant = {row.id: row.text for row in await rows.changes(stores.reads)}
        return await trust(stores, manifests.checked(schema, texts, meant))

    return f"{_with_stores(act)} of {len(texts)} operations are new; running servers answer them at once."


async def trust(stores: Stores, found: list[Checked]) -> int:
    """How many were not trusted until now."""
    new = [NewOperation(each.id, each.document.text, each.document.digest, each.names) for each in found]
    async with write(stores.sessions) as session:
        return await operations.trust(session, new)


def retire(ids: list[str]) -> str:
    async def act(stores: Stores) -> int:
        async with write(stores.sessions) as session:
            return await operations.retire(session, ids)

    return f"{_with_stores(act)} of {len(ids)} operations are retired; running servers refuse them within seconds."


def show(*, with_retired: bool) -> None:
    """A line for each operation."""
    found = _with_stores(lambda stores: rows.changes(stores.reads))
    table = Table("id", "operations", "imported", "last used", "", box=None)
    for row in sorted(found, key=lambda row: (row.names, row.id)):
        if with_retired or row.retired_at is None:
            table.add_row(row.id, row.names, f"{row.imported_at:%Y-%m-%d}", _last_use(row), _standing(row))
    tables.show(table)


def stats(days: int) -> None:
    """A line for each client, with how many operations of each kind it asked for."""
    since = (datetime.now(UTC) - timedelta(days=days - 1)).date()
    found = _with_stores(lambda stores: rows.uses(stores.reads, since=since))
    kinds = list(Kind)
    table = Table("client", "version", *kinds, "last asked", box=None)
    for (client, version), group in groupby(found, lambda row: (row.client, row.version)):
        rows_by_kind = {row.kind: row for row in group}
        counts = (f"{rows_by_kind[kind].count:,}" if kind in rows_by_kind else "0" for kind in kinds)
        last = max(row.last_on for row in rows_by_kind.values())
        table.add_row(client or "(unnamed)", version, *counts, f"{last:%Y-%m-%d}")
    tables.show(table)


def _with_stores(act: Callable[[Stores], Awaitable[R]]) -> R:
    async def run(settings: Settings) -> R:
        database, redis = settings.database_url.get_secret_value(), settings.redis_url.get_secret_value()
        async with open_stores(database, redis, pool_size=1) as stores:
            return await act(stores)

    with environment() as where:
        where.wait_ready()
        return asyncio.run(run(Settings()))


def _last_use(row: OperationRow) -> str:
    return f"{row.last_used_on:%Y-%m-%d}" if row.last_used_on else "never"


def _standing(row: OperationRow) -> str:
    if row.retired_at is not None:
        return "retired"
    try:
        manifests.checked(schema, {row.id: row.text})
    except manifests.ManifestRefused:
        return "no longer answered: it does not fit the schema"
    return ""
