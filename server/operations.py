"""Keeps a process's trusted operations in step with PostgreSQL, and PostgreSQL's counts with the process."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from typing import Final

import structlog
from graphql import GraphQLError

from db import operations
from db.operations import OperationRow
from db.stores import Stores
from db.transaction import write
from engine.documents import Documents
from engine.lookup import Lookup
from engine.trusted import Imported
from server.errors import is_unavailable

# Counts wait to be written as long as it takes to look for changes so many times.
_LOOKS: Final = 5
# Seconds between two looks for what somebody misses, and for which somebody waits for one.
_PAUSE: Final = 0.1
_PATIENCE: Final = 1.0
_log = structlog.get_logger("operations")


@asynccontextmanager
async def in_step(stores: Stores, lookup: Lookup, documents: Documents, *, refresh: float) -> AsyncIterator[None]:
    """The list is there before the block begins, unless PostgreSQL is not; what is counted is written after it.

    Between, changes are looked for every `refresh` seconds, and when somebody asks for what is not in the list.
    """
    keeper = Keeper(stores, lookup, documents)
    await keeper.refresh()
    lookup.look_again = keeper.look
    tasks = [
        asyncio.create_task(keeper.follow(refresh)),
        asyncio.create_task(keeper.keep_writing(refresh * _LOOKS)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await keeper.write()


class Keeper:
    """One for a process. No trouble of PostgreSQL leaves it: the process goes on with the list it has."""

    def __init__(self, stores: Stores, lookup: Lookup, documents: Documents) -> None:
        self._stores = stores
        self._lookup = lookup
        self._documents = documents
        self._revision = 0
        self._cold: list[OperationRow] = []
        self._refreshing = asyncio.Lock()
        self._refreshed_at = -math.inf

    async def follow(self, seconds: float) -> None:
        """Compile what is known, then take what changes every so many seconds, until cancelled."""
        while True:
            await self._warm()
            await asyncio.sleep(seconds)
            await self.refresh()

    async def look(self) -> None:
        """As `refresh`, if the last time was not just now; gives up where PostgreSQL is slow to answer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE), self._refreshing:
                if time.monotonic() - self._refreshed_at > _PAUSE:
                    await self._refresh()

    async def keep_writing(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self.write()

    async def refresh(self) -> None:
        """Take what was imported or retired since the last time."""
        # One after another, or an older answer that comes later would bring back what was retired.
        async with self._refreshing:
            await self._refresh()

    async def write(self) -> None:
        """Add what was counted since to PostgreSQL's counts; what fails is kept for the next time."""
        counts, used = self._lookup.uses.taken(), set(self._lookup.trusted.used)
        if not counts and not used:
            return
        self._lookup.trusted.used -= used
        try:
            async with write(self._stores.sessions) as session:
                flat = {(*use.client, str(use.kind)): count for use, count in counts.items()}
                await operations.note_uses(session, flat, used)
        except Exception as error:
            self._lookup.uses.give_back(counts)
            self._lookup.trusted.used |= used
            _tell(error)

    async def _refresh(self) -> None:
        try:
            rows = await operations.changes(self._stores.reads, after=self._revision)
        except Exception as error:
            _tell(error)
            return
        finally:
            self._refreshed_at = time.monotonic()
        if rows:
            self._lookup.trusted.take([_imported(row) for row in rows])
            self._revision = rows[-1].revision
            self._cold += rows

    async def _warm(self) -> None:
        """Compile what was used last first, as far as there is room."""
        rows, self._cold = self._cold, []
        trusted = [row for row in rows if row.retired_at is None]
        for row in sorted(trusted, key=lambda row: row.last_used_on or date.min, reverse=True):
            if self._documents.trusted_bytes >= self._documents.max_trusted_bytes:
                break
            try:
                errors = self._documents.validate(self._documents.trust(row.text))
            except GraphQLError as refusal:
                errors = [refusal]
            if errors:
                _log.error("trusted_operation_invalid", id=row.id, names=row.names, error=errors[0].message)
            await asyncio.sleep(0)  # requests go first


def _imported(row: OperationRow) -> Imported:
    return Imported(row.id, row.text, row.digest, is_retired=row.retired_at is not None)


def _tell(error: Exception) -> None:
    if is_unavailable(error):
        _log.warning("unavailable", kind=type(error).__name__)
    else:
        _log.error("unexpected_error", exc_info=error)
