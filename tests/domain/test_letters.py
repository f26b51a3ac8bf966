"""Letters: what is told, and when."""

import asyncpg

from db.stores import Stores
from db.transaction import write
from domain.letters import SEND, Notice, notify
from tests import jobs
from tests.factories import Make


class TestNotify:
    async def test_a_letter_waits_once_the_deed_is_done(
        self, make: Make, stores: Stores, owner: asyncpg.Connection
    ) -> None:
        ada = await make.user("ada")
        async with write(stores.sessions) as session:
            await notify(session, ada.id, Notice.WAY_IN_ADDED, what="Google")
            assert await jobs.waiting(owner, SEND) == []
        assert await jobs.waiting(owner, SEND) == [{"kind": "WAY_IN_ADDED", "user_id": ada.id, "what": "Google"}]

    async def test_no_letter_tells_of_what_did_not_happen(
        self, make: Make, stores: Stores, owner: asyncpg.Connection
    ) -> None:
        ada = await make.user("ada")
        async with write(stores.sessions) as session:
            await notify(session, ada.id, Notice.PASSWORD_CHANGED)
            await session.rollback()
        assert await jobs.waiting(owner, SEND) == []
