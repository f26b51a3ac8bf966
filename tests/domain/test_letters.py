"""Letters: what is told, and when."""

import asyncpg

from db.models import MailLink
from db.stores import Stores
from db.transaction import write
from domain import tasks
from domain.letters import SEND, Notice, notify
from tests import jobs
from tests.factories import Make
from tests.rows import Rows


async def test_links_go_a_day_after_they_ran_out(
    make: Make, rows: Rows, stores: Stores, owner: asyncpg.Connection, small_slices: None
) -> None:
    ada = await make.user("ada")
    links = """
        INSERT INTO mail_links (user_id, purpose, email, former_email, expires_at)
        SELECT $1, 'VERIFY_EMAIL', 'ada@example.org', 'ada@example.org', now() - hours * interval '1 hour'
        FROM unnest(ARRAY[-1, 23, 25, 26, 27]) AS hours
    """
    await owner.execute(links, ada.id)
    await tasks.end_links(stores)
    assert len(await rows(MailLink)) == 2


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
