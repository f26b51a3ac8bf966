"""Constraints that keep the rules even against raw SQL."""

import asyncpg
import pytest

from db.ids import EPOCH, id_at, moment_of
from tests.factories import Make

_USER = "INSERT INTO users (username, display_name{0}) VALUES ('{1}', '{2}'{3})"


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (_USER.format("", "ab", "A", ""), "username_form"),
        (_USER.format("", "a b c", "A", ""), "username_form"),
        (_USER.format("", "żółw", "A", ""), "username_form"),
        (_USER.format("", "ok_name", "", ""), "display_name_length"),
        (_USER.format(", bio", "ok_name", "A", ", repeat('x', 501)"), "bio_length"),
        (_USER.format(", avatar_url", "ok_name", "A", ", 'http://x.org/a.png'"), "avatar_url_https"),
        (_USER.format(", role", "ok_name", "A", ", 'KING'"), "role_choice"),
        (_USER.format(", status", "ok_name", "A", ", 'DELETED'"), "deleted_at_status"),
    ],
)
async def test_an_account_is_held_to_its_form(owner: asyncpg.Connection, statement: str, constraint: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await owner.execute(statement)
    assert refused.value.constraint_name == f"ck_users_{constraint}"


async def test_a_username_is_taken_in_every_case_of_letters(make: Make, owner: asyncpg.Connection) -> None:
    await make.user("ada")
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute(_USER.format("", "ADA", "Ada", ""))


@pytest.mark.parametrize(
    ("columns", "values", "constraint"),
    [
        ("text", "''", "text_length"),
        ("text", "repeat('x', 5001)", "text_length"),
        ("type, text", "'IMAGE', ''", "image_has_url"),
        ("type, text, image_url", "'IMAGE', '', 'http://x.org'", "image_url_https"),
        ("type, text", "'LINK', ''", "link_has_url"),
        ("type, text, link_url", "'LINK', '', 'javascript:alert(1)'", "link_url_http"),
        ("text, alt_text", "'x', 'y'", "alt_text_of_image"),
        ("text, audience", "'x', 'ALL'", "audience_choice"),
        ("text, type", "'x', 'POLL'", "type_choice"),
    ],
)
async def test_a_post_is_held_to_its_form(
    make: Make, owner: asyncpg.Connection, columns: str, values: str, constraint: str
) -> None:
    ada = await make.user("ada")
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await owner.execute(f"INSERT INTO posts (author_id, {columns}) VALUES ({ada.id}, {values})")
    assert refused.value.constraint_name == f"ck_posts_{constraint}"


async def test_a_reply_is_one_deeper_than_its_parent_on_the_same_post(
    make: Make, owner: asyncpg.Connection
) -> None:
    ada = await make.user("ada")
    here, elsewhere = await make.post(ada), await make.post(ada)
    parent = await make.comment(ada, here)
    insert = "INSERT INTO comments (post_id, author_id, parent_id, depth, text) VALUES ($1, $2, $3, $4, 'x')"
    for post, depth in ((elsewhere, 1), (here, 2)):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await owner.execute(insert, post.id, ada.id, parent.id, depth)
    for depth in (0, 9):
        with pytest.raises(asyncpg.CheckViolationError):
            await owner.execute(insert, here.id, ada.id, parent.id, depth)
    await owner.execute(insert, here.id, ada.id, parent.id, 1)


@pytest.mark.parametrize(
    ("table", "mine", "theirs"),
    [
        ("follows", "follower_id", "followee_id"),
        ("follow_requests", "requester_id", "target_id"),
        ("blocks", "blocker_id", "blocked_id"),
        ("mutes", "muter_id", "muted_id"),
    ],
)
async def test_nobody_has_an_edge_to_themselves(
    make: Make, owner: asyncpg.Connection, table: str, mine: str, theirs: str
) -> None:
    ada = await make.user("ada")
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(f"INSERT INTO {table} ({mine}, {theirs}) VALUES ($1, $1)", ada.id)


async def test_a_counter_never_goes_below_zero(make: Make, owner: asyncpg.Connection) -> None:
    ada = await make.user("ada")
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("UPDATE user_stats SET follower_count = -1 WHERE user_id = $1", ada.id)


async def test_ids_are_made_in_order_of_time_and_tell_it(owner: asyncpg.Connection) -> None:
    ids = [row[0] for row in await owner.fetch("SELECT next_id() FROM generate_series(1, 5000)")]
    assert len(set(ids)) == 5000
    assert all(0 < each < 2**53 for each in ids)
    now = await owner.fetchval("SELECT clock_timestamp()")
    assert abs((now - moment_of(ids[-1])).total_seconds()) < 60
    assert id_at(moment_of(ids[0]), ids[0] & 4095) == ids[0]
    assert id_at(EPOCH) == 0


@pytest.mark.parametrize("word", ["żółw", "Привет", "ŻÓŁW", "ПРИВЕТ"])
async def test_finds_people_of_every_script_by_trigram(make: Make, owner: asyncpg.Connection, word: str) -> None:
    await make.user("turtle", display_name="Mały żółw")
    await make.user("hello", display_name="Привет всем")
    found = await owner.fetch("SELECT username FROM users WHERE lower($1) <% search_name", word)
    assert [row["username"] for row in found] == ["turtle" if word.lower() == "żółw" else "hello"]
