"""Where one is signed in, and signing out from afar."""

from typing import Any

import asyncpg
import httpx
import pytest

from db.models import AuditEntry, Session
from schema.nodes import global_id
from tests.api.accounts import VIEWER, Rows, log_in, post, refresh
from tests.conftest import Api, Refused
from tests.factories import Make, Person

SESSIONS = "{ viewer { sessions { id device address method lastUsedAt isCurrent } } }"
SESSIONS_OF = "query ($name: SafeText!) { user(username: $name) { sessions { id } } }"
REVOKE = """
mutation ($input: RevokeSessionInput!) {
  revokeSession(input: $input) {
    __typename ... on RevokeSessionPayload { sessionId } ... on UserError { message } ... on InvalidInput { field }
  }
}
"""
NO_SUCH = {"__typename": "NotFound", "message": "There is no such session."}
_FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"


async def sessions(api: Api, viewer: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api(SESSIONS, viewer=viewer))["sessions"]
    return found


async def revoke(api: Api, viewer: Person, session_id: int) -> Any:
    return await api(REVOKE, viewer=viewer, input={"sessionId": global_id("Session", session_id)})


async def test_tells_device_network_and_way_in(
    api: Api, client: httpx.AsyncClient, make: Make, owner: asyncpg.Connection
) -> None:
    ada = await make.user("ada")
    client.headers["user-agent"] = _FIREFOX
    await log_in_over_http(client)
    await owner.execute("UPDATE sessions SET ip = '2001:db8:1:2:3::4' WHERE user_agent = ''")
    other, this = await sessions(api, ada)
    assert (other["device"], other["address"], other["isCurrent"]) == ("Firefox on Linux", "127.0.0.0/24", False)
    assert (this["device"], this["address"], this["isCurrent"]) == ("Unknown device", "2001:db8:1::/48", True)
    assert {other["method"], this["method"]} == {"PASSWORD"}
    assert this["id"] == global_id("Session", ada.session_id)


async def log_in_over_http(client: httpx.AsyncClient) -> dict[str, str]:
    document = (
        'mutation { login(input: {usernameOrEmail: "ada", password: "correct horse battery"})'
        " { ... on LoginPayload { session { accessToken refreshToken } } } }"
    )
    tokens: dict[str, str] = (await post(client, document))["data"]["login"]["session"]
    return tokens


async def test_a_refresh_is_a_use(api: Api, make: Make, owner: asyncpg.Connection) -> None:
    ada = await make.user("ada")
    token = (await log_in(api, "ada"))["session"]["refreshToken"]
    await owner.execute("UPDATE sessions SET last_used_at = last_used_at - interval '1 day'")
    before = [session["lastUsedAt"] for session in await sessions(api, ada)]
    await refresh(api, token)
    first, second = await sessions(api, ada)
    assert (first["isCurrent"], second["isCurrent"]) == (False, True)
    assert first["lastUsedAt"] > max(before)
    assert second["lastUsedAt"] in before


async def test_shows_no_session_that_is_over_and_nobody_elses(
    api: Api, make: Make, owner: asyncpg.Connection
) -> None:
    ada, eve = await make.user("ada"), await make.user("eve")
    for over in ("revoked_at = now()", "expires_at = now()"):
        await log_in(api, "ada")
        await owner.execute(f"UPDATE sessions SET {over} WHERE id = (SELECT max(id) FROM sessions)")
    assert [session["isCurrent"] for session in await sessions(api, ada)] == [True]
    assert await api(SESSIONS_OF, viewer=eve, name="ada") == {"sessions": None}
    assert await api(SESSIONS_OF, name="ada") == {"sessions": None}


async def test_a_revoked_session_opens_nothing_from_that_moment(
    api: Api, client: httpx.AsyncClient, make: Make, rows: Rows
) -> None:
    ada = await make.user("ada")
    tokens = await log_in_over_http(client)
    assert "errors" not in await post(client, VIEWER, tokens["accessToken"])
    other = (await rows(Session))[1]
    assert (await revoke(api, ada, other.id))["__typename"] == "RevokeSessionPayload"
    refused = await post(client, VIEWER, tokens["accessToken"])
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert (await refresh(api, tokens["refreshToken"]))["__typename"] == "NotAllowed"
    (entry,) = [each for each in await rows(AuditEntry) if each.event == "authn_token_revoked"]
    assert (entry.actor_id, entry.subject_id) == (ada.id, ada.id)
    assert entry.details == {"reason": "revoked", "sessions": [other.id]}
    assert await revoke(api, ada, other.id) == NO_SUCH


async def test_nobody_revokes_another_persons(api: Api, make: Make, rows: Rows) -> None:
    ada, eve = await make.user("ada"), await make.user("eve")
    assert await revoke(api, eve, ada.session_id) == NO_SUCH
    assert [session.revoked_at for session in await rows(Session)] == [None, None]
    assert await rows(AuditEntry) == []


async def test_who_revokes_their_own_session_is_signed_out(api: Api, make: Make) -> None:
    ada = await make.user("ada")
    answer = await api.raw(
        f"{REVOKE.rstrip().removesuffix('}')} logoutEverywhere(input: {{}}) {{ __typename }} }}",
        viewer=ada,
        input={"sessionId": global_id("Session", ada.session_id)},
    )
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]


@pytest.mark.parametrize("bad", ["", "x", global_id("User", 1), "U2Vzc2lvbjox"[:-1]])
async def test_what_is_no_session_is_told(api: Api, make: Make, bad: str) -> None:
    answer = await api(REVOKE, viewer=await make.user(), input={"sessionId": bad})
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "sessionId")


async def test_asks_for_signing_in(api: Api) -> None:
    with pytest.raises(Refused) as refused:
        await api(REVOKE, input={"sessionId": global_id("Session", 1)})
    assert refused.value.code == "UNAUTHENTICATED"
