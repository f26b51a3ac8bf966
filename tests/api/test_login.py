"""Signing in through the API."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import asyncpg
import httpx
import pytest

from auth.passwords import THREADS, WAITING, Passwords, TooBusy
from db.models import AuditEntry, Credential, RefreshToken, Role, Session, UserStatus
from schema.context import Services
from tests.api.accounts import LOGIN, VIEWER, WRONG, Rows, log_in, post, stored
from tests.auth.work import Work
from tests.conftest import Api, Empty, Refused
from tests.factories import PASSWORD, Make, Person

TRIES = 15


@pytest.mark.parametrize("name", ["ada", " ADA ", "ada@example.org", "Ada@Example.Org"])
async def test_signs_in_by_name_or_address(
    api: Api, ada: Person, rows: Rows, services: Services, name: str
) -> None:
    answer = await log_in(api, name)
    assert answer["viewer"] == {"username": "ada"}
    _, begun = await rows(Session)
    assert (begun.user_id, str(begun.ip), begun.user_agent) == (ada.id, "127.0.0.1", "tests")
    assert round((begun.expires_at - begun.created_at).total_seconds() / 86400) == 90
    (token,) = await rows(RefreshToken)
    assert (token.session_id, token.hash, token.used_at) == (
        begun.id,
        stored(answer["session"]["refreshToken"]),
        None,
    )
    assert round((token.expires_at - token.created_at).total_seconds() / 86400) == 30
    claims = services.tokens.read(answer["session"]["accessToken"])
    assert (claims.user_id, claims.session_id) == (ada.id, begun.id)


async def test_records_who_signed_in_and_the_session(api: Api, ada: Person, rows: Rows) -> None:
    await log_in(api, "ada")
    entries = await rows(AuditEntry)
    session_id = (await rows(Session))[1].id
    assert [(entry.event, entry.actor_id, entry.details) for entry in entries] == [
        ("authn_login_success", ada.id, {"method": "PASSWORD"}),
        ("session_created", ada.id, {"session_id": session_id}),
    ]


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ada", "wrong"),
        ("ada@example.org", "wrong"),
        ("ada", ""),
        ("ada", PASSWORD + " "),
        ("ada", "x" * 2000),
        ("bob", PASSWORD),
        ("bob@example.org", PASSWORD),
        ("", PASSWORD),
        ("@", PASSWORD),
        ("åda", PASSWORD),
        ("x" * 5000, PASSWORD),
    ],
)
async def test_an_unknown_name_and_a_wrong_password_are_refused_in_one_sentence(
    api: Api, ada: Person, rows: Rows, name: str, password: str
) -> None:
    assert await log_in(api, name, password) == WRONG
    assert len(await rows(Session)) == 1
    (entry,) = await rows(AuditEntry)
    known = ada.id if name.startswith("ada") else None
    assert (entry.event, entry.actor_id, entry.subject_id) == ("authn_login_fail", None, known)
    assert entry.details == {}


async def test_takes_as_long_for_an_unknown_name_as_for_a_wrong_password(
    api: Api, services: Services, make: Make, owner: asyncpg.Connection
) -> None:
    todays = await services.passwords.hash(PASSWORD)
    for n in range(TRIES):
        await make.user(f"ada_{n}")
    await owner.execute("UPDATE credentials SET password_hash = $1", todays)

    async def seconds(name: str, ip: str) -> float:
        started = time.perf_counter()
        answer = await api.raw(LOGIN, ip=ip, input={"usernameOrEmail": name, "password": "wrong"})
        assert answer == {"data": {"login": WRONG}}
        return time.perf_counter() - started

    unknown, wrong = [], []
    for n in range(TRIES):
        unknown.append(await seconds(f"eve_{n}", f"192.0.2.{n}"))
        wrong.append(await seconds(f"ada_{n}", f"198.51.100.{n}"))
    # The best of many, for a busy machine disturbs only some. Without the dummy hash they would be
    # a factor of ten apart; closer is for a quiet machine to measure.
    best = min(unknown), min(wrong)
    assert max(best) < 2 * min(best)


async def test_replaces_a_hash_of_other_parameters(api: Api, ada: Person, rows: Rows) -> None:
    (before,) = await rows(Credential)
    await log_in(api, "ada")
    (after,) = await rows(Credential)
    assert after.password_hash.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert after.password_changed_at == before.password_changed_at
    assert (await log_in(api, "ada"))["viewer"] == {"username": "ada"}
    assert (await rows(Credential))[0].password_hash == after.password_hash


async def test_two_sign_ins_that_replace_the_hash_at_once_both_succeed(api: Api, ada: Person, rows: Rows) -> None:
    answers = await asyncio.gather(*(log_in(api, "ada") for _ in range(4)))
    assert [answer["viewer"] for answer in answers] == [{"username": "ada"}] * 4
    assert len(await rows(Session)) == 5


async def test_the_suspended_sign_in_and_see_themselves(api: Api, make: Make) -> None:
    await make.user("eve", status=UserStatus.SUSPENDED)
    assert (await log_in(api, "eve"))["viewer"] == {"username": "eve"}


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
async def test_the_trusted_sign_in_alike(api: Api, make: Make, role: Role) -> None:
    await make.user("mod_1", role=role)
    assert (await log_in(api, "mod_1"))["viewer"] == {"username": "mod_1"}


async def test_what_follows_in_the_operation_is_done_as_who_signed_in(api: Api, ada: Person) -> None:
    answer = await api(
        """
        mutation ($login: LoginInput!, $post: CreatePostInput!) {
          login(input: $login) { ... on LoginPayload { viewer { likedPosts { totalCount } } } }
          createPost(input: $post) { ... on CreatePostPayload { post { author { username } } } }
        }
        """,
        login={"usernameOrEmail": "ada", "password": PASSWORD},
        post={"text": "Hello"},
    )
    assert answer["login"] == {"viewer": {"likedPosts": {"totalCount": 0}}}
    assert answer["createPost"] == {"post": {"author": {"username": "ada"}}}


@pytest.mark.usefixtures("no_time_passes")
async def test_an_account_has_five_failures_in_a_quarter_of_an_hour(api: Api, ada: Person, rows: Rows) -> None:
    for _ in range(5):
        assert await log_in(api, "ada", "wrong") == WRONG
    with pytest.raises(Refused) as refused:
        await log_in(api, "ADA")
    assert refused.value.code == "RATE_LIMITED"
    assert refused.value.extensions["retryAfter"] == 180
    # Its address is another door, or a stranger who knows the name could lock its owner out.
    assert (await log_in(api, "ada@example.org"))["viewer"] == {"username": "ada"}


@pytest.mark.usefixtures("no_time_passes")
async def test_a_name_that_nobody_has_is_limited_alike(api: Api) -> None:
    for _ in range(5):
        assert await log_in(api, "nobody_here", "wrong") == WRONG
    with pytest.raises(Refused) as refused:
        await log_in(api, "nobody_here", "wrong")
    assert refused.value.code == "RATE_LIMITED"


@pytest.mark.usefixtures("no_time_passes")
async def test_failures_at_once_do_not_slip_through(api: Api, ada: Person, rows: Rows) -> None:
    answers = await asyncio.gather(
        *(
            api.raw(LOGIN, ip=f"192.0.2.{n}", input={"usernameOrEmail": "ada", "password": "wrong"})
            for n in range(9)
        )
    )
    assert sum("errors" in answer for answer in answers) == 4
    events = Counter(entry.event for entry in await rows(AuditEntry))
    assert events == {"authn_login_fail": 5, "excess_rate_limit_exceeded": 1}


async def test_successes_do_not_count(api: Api, ada: Person, services: Services) -> None:
    for _ in range(7):
        assert (await log_in(api, "ada"))["viewer"] == {"username": "ada"}


@pytest.mark.usefixtures("no_time_passes")
@pytest.mark.parametrize(
    ("sources", "one_more", "another"),
    [
        (["192.0.2.1"], "192.0.2.1", "192.0.2.2"),
        (["2001:db8:1:2::1", "2001:db8:1:2:ffff::2"], "2001:db8:1:2:3::", "2001:db8:1:3::1"),
    ],
)
async def test_an_address_may_try_twenty_times(
    api: Api, sources: Sequence[str], one_more: str, another: str
) -> None:
    async def codes(ip: str, name: str) -> list[str]:
        answer = await api.raw(LOGIN, ip=ip, input={"usernameOrEmail": name, "password": "x" * 1025})
        return [error["extensions"]["code"] for error in answer.get("errors", [])]

    for n in range(20):
        assert await codes(sources[n % len(sources)], f"name_{n}") == []
    assert await codes(one_more, "name_20") == ["RATE_LIMITED"]
    assert await codes(another, "name_20") == []


_TRY = 'login(input: {usernameOrEmail: "ada", password: "wrong"}) { __typename }'


@pytest.mark.parametrize(
    "document",
    [
        f"mutation {{ {' '.join(f'a{n}: {_TRY}' for n in range(5))} }}",
        f"mutation {{ ...A ...A }} fragment A on Mutation {{ {_TRY} ... {{ b: {_TRY} }} }}",
    ],
)
async def test_an_operation_tries_once_whatever_its_aliases(api: Api, rows: Rows, document: str) -> None:
    with pytest.raises(Refused) as refused:
        await api(document)
    assert refused.value.code == "BAD_REQUEST"
    assert await rows(AuditEntry) == []


@pytest.fixture
async def crowd(services: Services) -> AsyncIterator[None]:
    """As many passwords at work as may be."""
    work = Work()
    tasks = [asyncio.create_task(services.passwords._run(work)) for _ in range(THREADS + WAITING)]
    await work.begin(THREADS)
    yield
    work.may_end.set()
    await asyncio.gather(*tasks)


async def test_too_many_passwords_at_once_are_refused_and_not_counted(
    api: Api, ada: Person, crowd: None, services: Services, rows: Rows
) -> None:
    for _ in range(6):
        with pytest.raises(Refused) as refused:
            await log_in(api, "ada", "wrong")
        assert refused.value.code == "RATE_LIMITED"
        assert 1 <= refused.value.extensions["retryAfter"] <= 5
    assert await rows(AuditEntry) == []


async def test_a_hash_that_cannot_be_replaced_now_is_no_reason_to_refuse(
    api: Api, ada: Person, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def too_busy(_: Passwords, password: str) -> str:
        raise TooBusy

    before = (await rows(Credential))[0].password_hash
    monkeypatch.setattr(Passwords, "hash", too_busy)
    assert (await log_in(api, "ada"))["viewer"] == {"username": "ada"}
    assert (await rows(Credential))[0].password_hash == before


async def test_signs_in_over_http_with_a_token_that_is_no_good(client: httpx.AsyncClient, ada: Person) -> None:
    who = {"usernameOrEmail": "ada", "password": PASSWORD}
    answer = await post(client, LOGIN, "garbage", input=who)
    token = answer["data"]["login"]["session"]["accessToken"]
    assert await post(client, VIEWER, token) == {"data": {"viewer": {"username": "ada"}}}


async def test_an_unknown_name_and_a_wrong_password_give_the_same_bytes(
    client: httpx.AsyncClient, ada: Person, fresh_limits: Empty
) -> None:
    answers = []
    # Every answer says how many points are left, and what the one before it did not cost: so a third goes before.
    for name in ("bob", "ada", "eve"):
        await fresh_limits()
        body = {"query": LOGIN, "variables": {"input": {"usernameOrEmail": name, "password": "wrong"}}}
        response = await client.post("/graphql", json=body, headers={"x-request-id": "the-same-id"})
        answers.append((response.status_code, response.content, response.headers.raw))
    assert answers[1] == answers[2]
