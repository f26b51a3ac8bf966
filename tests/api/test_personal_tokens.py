"""Personal tokens: made, listed and ended through the API."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from db.models import AuditEntry, PersonalToken
from domain.letters import SEND
from schema.nodes import global_id
from tests import jobs
from tests.api.accounts import CHANGE_PASSWORD, DELETE_ACCOUNT, LOGOUT_EVERYWHERE, Rows, stored
from tests.conftest import Api
from tests.factories import PASSWORD, Make, Person

CREATE = """
mutation ($input: CreatePersonalTokenInput!) {
  createPersonalToken(input: $input) {
    __typename
    ... on CreatePersonalTokenPayload { token personalToken { id name scopes expiresAt lastUsedAt } }
    ... on UserError { message } ... on InvalidInput { field }
  }
}
"""
REVOKE = """
mutation ($input: RevokePersonalTokenInput!) {
  revokePersonalToken(input: $input) {
    __typename ... on RevokePersonalTokenPayload { tokenId } ... on UserError { message }
  }
}
"""
TOKENS = "{ viewer { personalTokens { id name scopes } } }"
GOOD = {"name": "Weather", "scopes": ["READ", "POST"]}


async def create(api: Api, viewer: Person, **changes: Any) -> Any:
    return await api(CREATE, viewer=viewer, input={**GOOD, **changes})


async def test_a_token_is_shown_once_and_stored_as_a_hash(api: Api, ada: Person, rows: Rows) -> None:
    made = await create(api, ada, name=" Weather ", scopes=["POST", "READ", "POST"])
    (row,) = await rows(PersonalToken)
    assert made["token"].startswith("plaza_")
    assert row.hash == stored(made["token"])
    assert (row.user_id, row.name, row.scopes) == (ada.id, "Weather", ["POST", "READ"])
    assert made["personalToken"]["name"] == "Weather"
    assert made["personalToken"]["lastUsedAt"] is None
    (listed,) = (await api(TOKENS, viewer=ada))["personalTokens"]
    assert listed == {"id": global_id("PersonalToken", row.id), "name": "Weather", "scopes": ["POST", "READ"]}
    (entry,) = await rows(AuditEntry)
    assert (entry.event, entry.actor_id) == ("authn_token_created", ada.id)
    assert entry.details == {"token_id": row.id, "scopes": ["POST", "READ"]}


async def test_a_letter_tells_of_it(api: Api, ada: Person, owner: asyncpg.Connection) -> None:
    await create(api, ada)
    assert await jobs.waiting(owner, SEND) == [{"kind": "TOKEN_MADE", "user_id": ada.id, "what": "Weather"}]


async def test_it_is_good_for_ninety_days_unless_said_otherwise(api: Api, ada: Person, rows: Rows) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=5)
    await create(api, ada)
    await create(api, ada, expiresAt=soon.isoformat())
    usual, short = await rows(PersonalToken)
    assert timedelta(days=89) < usual.expires_at - datetime.now(UTC) <= timedelta(days=90)
    assert short.expires_at == soon


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 51}),
        ("scopes", {"scopes": []}),
        ("expiresAt", {"expiresAt": "2020-01-01T00:00:00Z"}),
        ("expiresAt", {"expiresAt": "2099-01-01T00:00:00Z"}),
    ],
)
async def test_refuses_what_is_not_acceptable(
    api: Api, ada: Person, rows: Rows, field: str, changes: dict[str, Any]
) -> None:
    answer = await create(api, ada, **changes)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)
    assert await rows(PersonalToken) == []


async def test_asks_for_a_proof_of_the_last_ten_minutes(api: Api, ada: Person, rows: Rows) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=11)
    answer = await create(api, replace(ada, viewer=replace(ada.viewer, proven_at=long_ago)))
    assert answer["__typename"] == "ConfirmationNeeded"
    assert await rows(PersonalToken) == []


async def test_a_person_has_at_most_twenty(api: Api, ada: Person, make: Make, owner: asyncpg.Connection) -> None:
    await owner.execute(
        "INSERT INTO personal_tokens (user_id, hash, name, scopes, expires_at)"
        " SELECT $1, sha256(n::text::bytea), 'n', '{READ}', now() + interval '1 day'"
        " FROM generate_series(1, 20) n",
        ada.id,
    )
    assert (await create(api, ada))["message"] == "You have 20 tokens. Revoke one first."
    assert (await create(api, await make.user()))["__typename"] == "CreatePersonalTokenPayload"
    await owner.execute(
        "UPDATE personal_tokens SET expires_at = now() WHERE id = (SELECT min(id) FROM personal_tokens)"
    )
    assert (await create(api, ada))["__typename"] == "CreatePersonalTokenPayload"


async def test_who_was_signed_out_meanwhile_makes_none(api: Api, ada: Person, rows: Rows) -> None:
    await api(LOGOUT_EVERYWHERE, viewer=ada, input={})
    assert (await create(api, ada))["message"] == "This session is over. Sign in again."
    assert await rows(PersonalToken) == []


async def test_a_revoked_token_is_gone_and_nobody_elses_can_be_revoked(
    api: Api, ada: Person, make: Make, rows: Rows
) -> None:
    made = (await create(api, ada))["personalToken"]["id"]
    no_such = {"__typename": "NotFound", "message": "There is no such token."}
    assert await api(REVOKE, viewer=await make.user(), input={"tokenId": made}) == no_such
    assert (await rows(PersonalToken))[0].revoked_at is None
    assert (await api(REVOKE, viewer=ada, input={"tokenId": made}))["tokenId"] == made
    assert (await api(TOKENS, viewer=ada))["personalTokens"] == []
    assert await api(REVOKE, viewer=ada, input={"tokenId": made}) == no_such


@pytest.mark.parametrize(
    ("document", "given"),
    [
        (CHANGE_PASSWORD, {"currentPassword": PASSWORD, "newPassword": "a staple of batteries"}),
        (DELETE_ACCOUNT, {"password": PASSWORD}),
    ],
)
async def test_another_password_and_a_deletion_end_them_all(
    api: Api, ada: Person, rows: Rows, document: str, given: dict[str, str]
) -> None:
    await create(api, ada)
    answer = await api(document, viewer=ada, input=given)
    assert answer["__typename"].endswith("Payload")
    (token,) = await rows(PersonalToken)
    assert token.revoked_at is not None
    (entry,) = [each for each in await rows(AuditEntry) if each.event == "authn_token_revoked"]
    assert entry.details["tokens"] == [token.id]
