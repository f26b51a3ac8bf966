"""An archive holds everything that is a person's and nothing of anybody else's secrets, in bounded memory."""

import asyncio
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zipfile import ZipFile

import asyncpg
import pytest
from sqlalchemy import ForeignKey

from db import exports as statements
from db.models import AuditEntry, Export, ExportPart, Role, Row
from db.stores import Stores
from db.transaction import write
from domain import archives, exports, moderation, tasks
from domain.audit import Origin
from domain.errors import Conflict
from tests.factories import Make, Person
from tests.rows import Rows

HERE = Origin("test-request", "192.0.2.77", "tests")
CANARY = "0123456789abcdef0123456789abcdef"


async def requested(stores: Stores, person: Person, **how: bool) -> int:
    async with write(stores.sessions) as session:
        return (await exports.request(session, person.viewer, origin=HERE, **how)).id


async def made(stores: Stores, rows: Rows, person: Person, *, account_only: bool = False) -> dict[str, Any]:
    """The archive's files as they read."""
    export_id = await requested(stores, person)
    await tasks.make_export(stores, export_id=export_id, account_only=account_only)
    (export,) = [each for each in await rows(Export) if each.id == export_id]
    archive = b"".join(each.content for each in await rows(ExportPart) if each.export_id == export_id)
    assert export.size == len(archive)
    with ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name).decode() for name in opened.namelist()}


def test_every_column_that_names_a_person_is_exported_or_left_out_for_a_reason() -> None:
    naming = {
        (table.name, column.name)
        for table in Row.metadata.sorted_tables
        for column in table.columns
        if any(_is_of_people(key) for key in column.foreign_keys)
    } | {("users", "id")}
    exported = {(section.by.class_.__tablename__, section.by.key) for section in statements.SECTIONS}
    assert naming - exported == statements.OMITTED.keys()
    assert exported <= naming


async def test_holds_every_row_that_is_the_persons_and_none_of_anybody_elses(
    stores: Stores, make: Make, rows: Rows, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "_SLICE", 2)
    ada, bob, eve = await make.user("ada"), await make.user("bob"), await make.user("eve")
    mine = [await make.post(ada, f"mine {n}") for n in range(5)]
    theirs = await make.post(bob, "theirs")
    await make.comment(ada, theirs, "my word")
    await make.comment(bob, mine[0], "their word")
    await make.like(ada, theirs)
    await make.like(bob, mine[0])
    for other in (bob, eve):
        await make.follow(ada, other)
        await make.mute(ada, other)
    await make.follow(bob, ada)
    await make.block(ada, await make.user("nuisance"))
    await make.block(await make.user("hater"), ada)
    await make.mute(await make.user("bored"), ada)
    read = await made(stores, rows, ada)
    files = {name: json.loads(text) for name, text in read.items() if name.endswith(".json")}
    assert {name.removesuffix(".json") for name in files} == {
        *(section.file for section in statements.SECTIONS),
        "security_log",
    }
    assert [post["text"] for post in files["posts.json"]] == [f"mine {n}" for n in range(5)]
    assert [each["text"] for each in files["comments.json"]] == ["my word"]
    assert [each["post_id"] for each in files["likes.json"]] == [theirs.id]
    assert [each["username"] for each in files["following.json"]] == ["bob", "eve"]
    assert [each["username"] for each in files["followers.json"]] == ["bob"]
    assert sorted(each["username"] for each in files["mutes.json"]) == ["bob", "eve"]
    assert [each["username"] for each in files["blocks.json"]] == ["nuisance"]
    assert [each["email"] for each in files["account.json"]] == ["ada@example.org"]
    assert files["profile.json"][0]["username"] == "ada"
    assert files["identities.json"] == []
    for hidden in ("theirs", "their word", "hater", "bored", "argon2", "bob@example.org"):
        assert hidden not in "".join(read.values())


async def test_leaves_out_every_secret(stores: Stores, make: Make, rows: Rows, owner: asyncpg.Connection) -> None:
    ada = await make.user()
    secret = CANARY.encode()
    await owner.execute("INSERT INTO totps (user_id, sealed_secret) VALUES ($1, $2)", ada.id, secret)
    await owner.execute("INSERT INTO recovery_codes (user_id, hash) VALUES ($1, $2)", ada.id, secret)
    later = datetime.now(UTC) + timedelta(days=1)
    await owner.execute(
        "INSERT INTO personal_tokens (user_id, hash, name, scopes, expires_at) "
        "VALUES ($1, $2, 'script', '{READ}', $3)",
        ada.id,
        secret,
        later,
    )
    await owner.execute(
        "INSERT INTO passkeys (user_id, credential_id, public_key, sign_count, name) "
        "VALUES ($1, $2, $2, 7, 'phone')",
        ada.id,
        secret,
    )
    await owner.execute(
        "INSERT INTO mail_links (user_id, hash, purpose, email, former_email, expires_at) "
        "VALUES ($1, $2, 'VERIFY_EMAIL', 'new@example.org', 'ada@example.org', $3)",
        ada.id,
        secret,
        later,
    )
    files = await made(stores, rows, ada)
    for name in ("authenticator", "recovery_codes", "personal_tokens", "passkeys", "mail_links"):
        assert len(json.loads(files[f"{name}.json"])) == 1, name
    for form in (CANARY, secret.hex(), str(secret), "password_hash", "argon2"):
        assert form not in "".join(files.values())


async def test_tells_what_others_did_to_somebody_but_not_who_and_from_where(
    stores: Stores, make: Make, rows: Rows
) -> None:
    moderator, ada = await make.user(role=Role.MODERATOR), await make.user()
    async with write(stores.sessions) as session:
        await moderation.suspend(session, moderator.viewer, ada.id, reason="Insults.", until=None, origin=HERE)
    files = await made(stores, rows, ada)
    suspended, asked = json.loads(files["security_log.json"])
    assert (suspended["event"], suspended["by_yourself"], suspended["address"]) == ("user_suspended", False, None)
    assert (asked["event"], asked["by_yourself"], asked["address"]) == ("export_requested", True, "192.0.2.77")
    assert json.loads(files["suspension.json"])[0]["reason"] == "Insults."
    assert str(moderator.id) not in "".join(files.values())


async def test_the_account_alone_leaves_out_what_was_published(stores: Stores, make: Make, rows: Rows) -> None:
    ada = await make.user()
    await make.post(ada)
    files = await made(stores, rows, ada, account_only=True)
    assert {"posts.json", "comments.json", "likes.json"}.isdisjoint(files)
    assert "account.json" in files


async def test_a_second_one_within_a_day_is_refused_even_at_once(stores: Stores, make: Make, rows: Rows) -> None:
    ada = await make.user()
    asked = await asyncio.gather(*(requested(stores, ada) for _ in range(4)), return_exceptions=True)
    assert [type(each) for each in asked if not isinstance(each, int)] == [Conflict] * 3
    assert len(await rows(Export)) == 1


async def test_making_it_twice_or_at_once_makes_one(stores: Stores, make: Make, rows: Rows) -> None:
    ada = await make.user()
    export_id = await requested(stores, ada)
    done = await asyncio.gather(*(exports.make(stores.sessions, export_id, account_only=False) for _ in range(3)))
    assert sorted(done) == [False, False, True]
    assert await exports.make(stores.sessions, export_id, account_only=False) is False
    assert [each.number for each in await rows(ExportPart)] == [0]


async def test_one_that_nobody_wants_any_more_is_not_made(stores: Stores) -> None:
    assert await exports.make(stores.sessions, 12345, account_only=False) is False


async def test_goes_with_its_pieces_when_its_time_is_over(
    stores: Stores, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    for person in [await make.user() for _ in range(2)]:
        await made(stores, rows, person)
    (first, _) = await rows(Export)
    await owner.execute("UPDATE exports SET expires_at = now() WHERE id = $1", first.id)
    await tasks.expire_exports(stores)
    (left,) = await rows(Export)
    assert left.id != first.id
    assert {each.export_id for each in await rows(ExportPart)} == {left.id}
    assert left.expires_at - left.ready_at == timedelta(days=7)


async def test_a_large_archive_is_never_in_memory_whole() -> None:
    async def many() -> Any:
        for number in range(20_000):
            yield {"text": f"{number * 2654435761 % 2**64:x}" * 8, "number": number}

    async def none() -> Any:
        return
        yield

    sizes, whole = [], b""
    async for piece in archives.pieces("Read me", {"many": many(), "none": none()}, size=10_000):
        sizes.append(len(piece))
        whole += piece
    assert max(sizes) < 3 * 10_000 < len(whole) / 5
    with ZipFile(io.BytesIO(whole)) as opened:
        assert [each["number"] for each in json.loads(opened.read("many.json"))] == list(range(20_000))
        assert json.loads(opened.read("none.json")) == []


async def test_leaves_its_traces(stores: Stores, make: Make, rows: Rows) -> None:
    ada = await make.user()
    export_id = await requested(stores, ada)
    await exports.make(stores.sessions, export_id, account_only=False)
    async with write(stores.sessions) as session:
        opening = await exports.open_archive(session, ada.viewer, export_id, origin=HERE)
    async with write(stores.sessions) as session:
        assert await exports.take(session, opening.secret, origin=HERE) is not None
    entries = [(entry.event, entry.subject_id, entry.details) for entry in await rows(AuditEntry)]
    assert entries == [
        (event, ada.id, {"export_id": export_id})
        for event in ("export_requested", "export_opened", "export_downloaded")
    ]


def _is_of_people(key: ForeignKey) -> bool:
    return key.target_fullname == "users.id"
