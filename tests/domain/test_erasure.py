"""Of whoever left for good no table keeps anything, and nobody becomes them."""

from typing import Any, Final

import asyncpg
import pytest

from db.models import Row, User, UserStatus
from db.stores import Stores
from db.transaction import write
from domain import accounts, tasks
from domain.audit import Origin
from domain.errors import Conflict, InvalidInput
from tests.domain.aging import OVER, leave
from tests.factories import PASSWORD_HASH, Make, Person
from tests.invariants import broken
from tests.rows import Rows

HERE = Origin("test-request", "192.0.2.1", "tests")
HASH: Final = b"0123456789abcdef0123456789abcdef"

NAMELESS: Final = {
    "client_uses": "of clients",
    "trusted_operations": "of operators",
    "retired_usernames": "a hash, and that after the purge",
    "stored_buckets": "rate limits, gone within hours",
    "oauth_flows": "gone within minutes",
    "sign_in_codes": "gone within a minute",
    "ended_consents": "sealed, until the provider has been told",
    "link_tickets": "by their session, and gone within a minute",
    "refresh_tokens": "by their session",
    "export_parts": "by their export",
    "post_stats": "by their post",
    "comment_stats": "by their comment",
}
"""Tables that name nobody, or nobody for long."""

_ROWS: Final = (
    "INSERT INTO audit_log (event, actor_id, subject_id, details) VALUES ('seen', $1, $1, '{}')",
    "INSERT INTO suspensions (user_id, reason) VALUES ($1, 'Insults.')",
    "INSERT INTO totps (user_id, sealed_secret) VALUES ($1, '')",
    "INSERT INTO recovery_codes (user_id, hash) VALUES ($1, $2)",
    "INSERT INTO challenges (user_id, hash, purpose, expires_at) VALUES ($1, $2, 'SECOND_FACTOR', now())",
    "INSERT INTO passkeys (user_id, credential_id, public_key, sign_count, name) VALUES ($1, $2, '', 0, 'phone')",
    "INSERT INTO personal_tokens (user_id, hash, name, scopes, expires_at) "
    "VALUES ($1, $2, 'script', '{READ}', now())",
    "INSERT INTO mail_links (user_id, hash, purpose, email, former_email, expires_at) "
    "VALUES ($1, $2, 'CHANGE_EMAIL', 'gone_soon@example.org', 'gone_soon@example.com', now())",
    "INSERT INTO identities (user_id, provider, issuer, subject, email) "
    "VALUES ($1, 'GITHUB', 'https://github.com', '7', 'gone_soon@example.org')",
    "INSERT INTO exports (user_id, expires_at) VALUES ($1, now())",
)


async def live(make: Make, owner: asyncpg.Connection, gone: Person) -> None:
    """A row of theirs in every table there is."""
    ada = await make.user("ada")
    post = await make.post(ada)
    await make.comment(gone, post)
    await make.like(gone, post)
    await make.post(gone, "by gone_soon")
    await make.follow(gone, ada)
    await make.follow_request(gone, await make.user(private=True))
    await make.block(gone, await make.user())
    await make.mute(ada, gone)
    for statement in _ROWS:
        await owner.execute(statement, *(gone.id, HASH)[: 2 if "$2" in statement else 1])


async def naming(owner: asyncpg.Connection, *said: str) -> set[str]:
    """The tables in whose rows any of it is said."""
    found = set()
    for table in [*(each.name for each in Row.metadata.sorted_tables), "queue.pgqueuer", "queue.pgqueuer_log"]:
        looked = f"SELECT count(*) FROM {table} t WHERE lower(t::text) ~ $1"
        if await owner.fetchval(looked, "|".join(said)):
            found.add(table)
    return found


async def purged(stores: Stores, make: Make, owner: asyncpg.Connection, username: str = "gone_soon") -> Person:
    gone = await make.user(username)
    await leave(owner, gone, OVER)
    await tasks.purge_accounts(stores)
    return gone


async def register(stores: Stores, who: accounts.Applicant) -> None:
    async with write(stores.sessions) as session:
        await accounts.register(session, who, password_hash=PASSWORD_HASH, origin=HERE)


async def create_admin(stores: Stores, who: accounts.Applicant) -> None:
    async with write(stores.sessions) as session:
        await accounts.create_admin(session, who, password_hash=PASSWORD_HASH)


async def test_no_table_keeps_the_id_the_name_or_the_address_of_who_is_gone(
    stores: Stores, make: Make, owner: asyncpg.Connection
) -> None:
    gone = await make.user("Gone_Soon", display_name="Gone_Soon")
    await live(make, owner, gone)
    theirs = (str(gone.id), "gone_soon")
    tables = {table.name for table in Row.metadata.sorted_tables}
    assert await naming(owner, *theirs) == tables - NAMELESS.keys()
    await leave(owner, gone, OVER)
    await tasks.purge_accounts(stores)
    assert await naming(owner, *theirs) == set()
    assert await broken(owner) == {}


@pytest.mark.parametrize("name", ["gone_soon", "GONE_Soon"])
async def test_nobody_registers_with_the_name_of_who_is_gone(
    stores: Stores, make: Make, rows: Rows, owner: asyncpg.Connection, name: str
) -> None:
    await purged(stores, make, owner)
    who = accounts.Applicant(name, "eve@example.org", "Eve")
    with pytest.raises(InvalidInput) as refused:
        await register(stores, who)
    assert (refused.value.field, refused.value.message) == ("username", accounts.TAKEN)
    assert await rows(User) == []


async def test_the_operator_makes_no_administrator_of_that_name(
    stores: Stores, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    await purged(stores, make, owner)
    with pytest.raises(Conflict):
        await create_admin(stores, accounts.Applicant("gone_soon", "eve@example.org", "Eve"))
    assert await rows(User) == []


async def test_who_may_come_back_keeps_their_name(stores: Stores, make: Make, rows: Rows) -> None:
    await make.user("gone_soon", status=UserStatus.DELETED)
    await tasks.purge_accounts(stores)
    assert [user.username for user in await rows(User)] == ["gone_soon"]


async def test_another_name_is_not_taken(stores: Stores, make: Make, owner: asyncpg.Connection) -> None:
    await purged(stores, make, owner)
    await register(stores, accounts.Applicant("gone_so0n", "eve@example.org", "Eve"))


async def test_an_erasure_is_in_the_audit_log_without_a_name(
    stores: Stores, make: Make, owner: asyncpg.Connection
) -> None:
    gone = await make.user()
    await owner.execute("INSERT INTO audit_log (event, subject_id) VALUES ('seen', $1)", gone.id)
    await leave(owner, gone, OVER)
    await tasks.purge_accounts(stores)
    entries: list[Any] = await owner.fetch("SELECT event, actor_id, subject_id FROM audit_log ORDER BY id")
    assert [tuple(entry) for entry in entries] == [
        ("seen", None, None),
        ("audit_person_erased", None, None),
        ("user_purged", None, None),
    ]
