"""Compiled reads, and the two sources they run on."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Text,
    TypeDecorator,
    any_,
    bindparam,
    cast,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from db.models import Audience, AuditEntry, Post, PostType, User
from db.models.base import Choice
from db.queries import users
from db.reads import SessionReads, columns, read, reads_in
from db.transaction import write
from schema.context import Services
from tests.factories import Make


@dataclass(slots=True)
class Named:
    id: int
    username: str


@dataclass(slots=True)
class Shown:
    id: int
    type: PostType
    audience: Audience


@dataclass(slots=True)
class Written:
    text: str
    author: Named


USERNAME = bindparam("username", type_=Text)
NAMED = select(*columns(User, Named))


def test_arguments_stand_in_the_statements_order_whatever_the_callers() -> None:
    statement = read(
        int,
        select(User.id).where(
            User.username == bindparam("zed", type_=Text),
            User.id > bindparam("alpha", type_=BigInteger),
        ),
    )
    assert statement.parameters == ("zed", "alpha")
    assert statement.arguments({"alpha": 1, "zed": "z"}) == ["z", 1]


async def test_a_parameter_named_twice_is_given_once(services: Services, make: Make) -> None:
    ada, _ = await make.user("ada"), await make.user("bob")
    statement = read(int, select(User.id).where((User.username == USERNAME) | (User.display_name == USERNAME)))
    found = await services.stores.reads.fetch(statement, username="ada")
    assert found == [ada.id]


@pytest.mark.parametrize("values", [{}, {"name": "ada"}, {"username": "ada", "surplus": 1}])
def test_refuses_missing_and_surplus_arguments(values: dict[str, Any]) -> None:
    statement = read(Named, NAMED.where(User.username == USERNAME))
    with pytest.raises(TypeError, match="wanted"):
        statement.arguments(values)


class Shout(TypeDecorator[str]):
    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return value and value.upper()


@pytest.mark.parametrize("kind", [JSON(), JSONB(), Shout(), ARRAY(Shout())])
def test_refuses_a_parameter_that_would_need_a_conversion(kind: Any) -> None:
    with pytest.raises(TypeError, match="would need a conversion"):
        read(int, select(User.id).where(cast(User.username, Text) == bindparam("value", type_=kind)))


@pytest.mark.parametrize("kind", [Text(), BigInteger(), ARRAY(BigInteger())])
def test_takes_a_parameter_that_is_bound_as_it_is(kind: Any) -> None:
    assert read(int, select(User.id).where(literal(1) == bindparam("value", type_=kind))).parameters == ("value",)


async def test_a_value_of_our_own_is_written_into_the_statement(services: Services, make: Make) -> None:
    ada = await make.user("ada")
    post = await make.post(ada, audience=Audience.FOLLOWERS)
    await make.post(ada)
    statement = read(int, select(Post.id).where(Post.audience == Audience.FOLLOWERS, Post.text != "it's"))
    assert statement.parameters == ()
    assert "= 'FOLLOWERS'" in statement.sql
    assert "'it''s'" in statement.sql
    assert await services.stores.reads.fetch(statement) == [post.id]


def test_refuses_a_value_that_has_no_text() -> None:
    with pytest.raises(TypeError, match="cannot be written"):
        read(int, select(User.id).where(User.username == literal(b"raw", type_=_Unwritable())))


class _Unwritable(TypeDecorator[Any]):
    impl = BigInteger
    cache_ok = True

    def literal_processor(self, dialect: Any) -> None:
        return None


def test_refuses_columns_that_are_not_the_rows_fields_in_order() -> None:
    with pytest.raises(TypeError, match="Named wants"):
        read(Named, select(User.username, User.id))
    with pytest.raises(TypeError, match="Named wants"):
        read(Named, select(User.id))
    with pytest.raises(TypeError, match="int takes one column"):
        read(int, select(User.id, User.username))


async def test_shapes_records_into_rows_with_their_enums(services: Services, make: Make) -> None:
    ada = await make.user("ada")
    post = await make.post(ada, audience=Audience.FOLLOWERS)
    rows = await services.stores.reads.fetch(read(Shown, select(*columns(Post, Shown))))
    assert rows == [Shown(post.id, PostType.TEXT, Audience.FOLLOWERS)]
    assert type(rows[0].type) is PostType
    assert type(rows[0].audience) is Audience


async def test_a_field_that_is_a_row_itself_takes_its_columns(services: Services, make: Make) -> None:
    ada = await make.user("ada")
    await make.post(ada, "hello")
    joined = select(Post.text, *columns(User, Named)).join(User, User.id == Post.author_id)
    assert await services.stores.reads.fetch(read(Written, joined)) == [Written("hello", Named(ada.id, "ada"))]
    with pytest.raises(TypeError, match="Written wants"):
        read(Written, select(Post.text, User.id).join(User, User.id == Post.author_id))


async def test_keeps_null_where_a_conversion_would_apply(services: Services, make: Make) -> None:
    await make.user("ada")
    nothing = read(str, select(cast(None, Choice(Audience)).label("audience")))
    assert await services.stores.reads.fetch(nothing) == [None]


def test_refuses_a_column_of_json_which_the_two_sources_give_differently() -> None:
    with pytest.raises(TypeError, match="JSON"):
        read(dict, select(AuditEntry.details))


async def test_moments_come_back_aware_and_in_utc(services: Services) -> None:
    now = read(datetime, select(func.now().label("now")))
    (moment,) = await services.stores.reads.fetch(now)
    assert moment.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=1)


async def test_an_array_parameter_holds_any_number_of_keys(services: Services, make: Make) -> None:
    people = [await make.user(f"person_{number}") for number in range(3)]
    statement = read(
        int,
        select(User.id).where(User.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))).order_by(User.id),
    )
    for wanted in ([], [people[0].id], [person.id for person in people]):
        assert await services.stores.reads.fetch(statement, ids=wanted) == wanted


async def test_a_rule_sees_its_own_uncommitted_writes_and_the_pool_does_not(services: Services) -> None:
    pool = services.stores.reads
    async with write(services.stores.sessions) as session:
        user = User(username="ada", display_name="Ada")
        session.add(user)
        # Pending, not even flushed: taking the reads flushes it.
        inside = await reads_in(session)
        assert list(await users.by_ids(inside, [user.id], viewer_id=None)) == [user.id]
        assert await users.by_ids(pool, [user.id], viewer_id=None) == {}
    assert list(await users.by_ids(pool, [user.id], viewer_id=None)) == [user.id]


async def test_the_same_query_gives_equal_rows_from_both_sources(services: Services, make: Make) -> None:
    ada = await make.user("ada")
    async with write(services.stores.sessions) as session:
        inside = await users.by_username(await reads_in(session), "ADA", viewer_id=None)
    assert inside == await users.by_username(services.stores.reads, "ada", viewer_id=None)
    assert inside is not None
    assert inside.id == ada.id


async def test_a_raw_connection_is_inside_the_transaction_even_as_its_first_act(services: Services) -> None:
    async def insert_and_fail() -> None:
        async with write(services.stores.sessions) as session:
            await _insert_raw(await reads_in(session))
            raise _Undone

    with pytest.raises(_Undone):
        await insert_and_fail()
    async with services.stores.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(User)) == 0


async def test_a_raw_write_stands_once_the_transaction_does(services: Services) -> None:
    async with write(services.stores.sessions) as session:
        await _insert_raw(await reads_in(session))
    async with services.stores.sessions() as session:
        assert (await session.scalars(select(User.username))).all() == ["raw"]


async def test_every_read_of_a_session_runs_on_its_one_connection(services: Services) -> None:
    backend = read(int, select(func.pg_backend_pid().label("pid")))
    async with write(services.stores.sessions) as session:
        first, second = await reads_in(session), await reads_in(session)
        pids = {*await first.fetch(backend), *await second.fetch(backend)}
        assert pids == {await session.scalar(text("SELECT pg_backend_pid()"))}


class _Undone(Exception):
    pass


async def _insert_raw(reads: SessionReads) -> None:
    await reads.connection.execute("INSERT INTO users (username, display_name) VALUES ('raw', 'Raw')")
