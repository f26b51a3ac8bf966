"""Passkeys through the API: added, shown, copied, forged and removed."""

import json
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from db.models import AuditEntry, Challenge, Passkey, Session, SignInMethod, User, UserStatus
from schema.nodes import global_id
from tests.api.accounts import CONFIRM_IDENTITY, DELETE_ACCOUNT, ERRORS, Rows, log_in
from tests.api.passkeys import ADD, SIGN_IN, START, START_SIGN_IN, add, show, sign_in
from tests.api.second_factors import COMPLETE, REPLACE_RECOVERY_CODES, turn_on
from tests.authenticator import Authenticator
from tests.conftest import Api
from tests.factories import PASSWORD, Make, Person

RENAME = f"""
mutation ($input: RenamePasskeyInput!) {{
  renamePasskey(input: $input) {{ __typename ... on RenamePasskeyPayload {{ passkeyId }} {ERRORS} }}
}}
"""
REMOVE = f"""
mutation ($input: RemovePasskeyInput!) {{
  removePasskey(input: $input) {{ __typename ... on RemovePasskeyPayload {{ passkeyId }} {ERRORS} }}
}}
"""
WRONG = "This is not the passkey that was asked for, or it took too long. Begin anew."
REFUSED = {"__typename": "NotAllowed", "message": WRONG}


async def test_a_password_alone_does_not_confirm_who_has_a_passkey(
    api: Api, ada: Person, key: Authenticator, rows: Rows
) -> None:
    answer = await api(CONFIRM_IDENTITY, viewer=ada, input={"password": PASSWORD})
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "password")
    assert "authn_confirmed" not in [entry.event for entry in await rows(AuditEntry)]


async def test_new_recovery_codes_are_given_to_who_shows_a_passkey(
    api: Api, ada: Person, key: Authenticator
) -> None:
    await turn_on(api, ada)
    answer = await api(REPLACE_RECOVERY_CODES, viewer=ada, input={"passkey": await show(api, key)})
    assert len(answer["recoveryCodes"]) == 10


async def test_signs_in_without_a_name_and_as_both_factors(
    api: Api, ada: Person, key: Authenticator, rows: Rows
) -> None:
    await turn_on(api, ada)
    answer = await sign_in(api, key)
    assert answer["viewer"] == {"username": "ada", "passkeys": [{"name": "My key"}]}
    assert (await rows(Session))[-1].method is SignInMethod.PASSKEY
    assert await rows(Challenge) == []


async def test_who_deleted_their_account_is_asked_first_and_comes_back_by_the_same_answer(
    api: Api, ada: Person, key: Authenticator, rows: Rows
) -> None:
    await api(DELETE_ACCOUNT, viewer=ada, input={"password": PASSWORD})
    shown = await show(api, key)
    offered = await api(SIGN_IN, input={"passkey": shown})
    assert (offered["__typename"], offered["field"]) == ("InvalidInput", "cancelDeletion")
    answer = await api(SIGN_IN, input={"passkey": shown, "cancelDeletion": True})
    assert answer["viewer"]["username"] == "ada"
    assert [user.status for user in await rows(User)] == [UserStatus.ACTIVE]


async def test_when_it_is_too_late_a_passkey_brings_nothing_back(
    api: Api, ada: Person, key: Authenticator, owner: asyncpg.Connection
) -> None:
    await owner.execute("UPDATE users SET status = 'DELETED', deleted_at = now() - interval '30 days'")
    assert await api(SIGN_IN, input={"passkey": await show(api, key), "cancelDeletion": True}) == REFUSED


async def test_what_a_browser_is_asked_for_is_a_passkey_that_is_unlocked(
    api: Api, ada: Person, key: Authenticator
) -> None:
    made = json.loads((await api(START, viewer=ada))["options"])
    assert made["rp"] == {"id": "localhost", "name": "Plaza"}
    assert made["authenticatorSelection"]["residentKey"] == "required"
    assert made["authenticatorSelection"]["userVerification"] == "required"
    assert len(made["excludeCredentials"]) == 1
    shown = json.loads((await api(START_SIGN_IN))["options"])
    assert (shown["rpId"], shown["userVerification"]) == ("localhost", "required")


@pytest.mark.parametrize(
    "lie",
    [{"rp_id": "evil.example"}, {"origin": "https://evil.example"}, {"is_verified": False}],
    ids=lambda lie: next(iter(lie)),
)
async def test_what_was_not_made_for_us_or_without_unlocking_is_not_added(
    api: Api, ada: Person, rows: Rows, lie: dict[str, Any]
) -> None:
    answer = await add(api, ada, Authenticator(**lie))
    assert answer == {"__typename": "InvalidInput", "field": "passkey", "message": WRONG}
    assert await rows(Passkey) == []


@pytest.mark.parametrize(
    "lie",
    [
        {"rp_id": "evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "http://localhost.evil.example"},
        {"is_verified": False},
        {"user_handle": "OTk5"},
        {"key": Authenticator().key},
        {"credential_id": b"somebody else's"},
    ],
    ids=lambda lie: next(iter(lie)),
)
async def test_a_lie_opens_nothing_and_leaves_a_trace(
    api: Api, key: Authenticator, rows: Rows, lie: dict[str, Any]
) -> None:
    assert await sign_in(api, replace(key, **lie)) == REFUSED
    assert (await rows(AuditEntry))[-1].event == "authn_login_fail"
    assert len(await rows(Session)) == 1


async def test_an_answer_is_good_once(api: Api, key: Authenticator, rows: Rows) -> None:
    shown = await show(api, key)
    assert (await api(SIGN_IN, input={"passkey": shown}))["__typename"] == "SignInWithPasskeyPayload"
    assert await api(SIGN_IN, input={"passkey": shown}) == REFUSED
    assert len(await rows(Session)) == 2


async def test_an_answer_to_a_challenge_that_is_over_opens_nothing(
    api: Api, key: Authenticator, owner: asyncpg.Connection
) -> None:
    shown = await show(api, key)
    await owner.execute("UPDATE challenges SET expires_at = now()")
    assert await api(SIGN_IN, input={"passkey": shown}) == REFUSED


async def test_a_copy_is_found_out_by_its_count(api: Api, key: Authenticator, rows: Rows) -> None:
    copy = replace(key)
    assert (await sign_in(api, key))["__typename"] == "SignInWithPasskeyPayload"
    assert await sign_in(api, copy) == REFUSED
    events = [entry.event for entry in await rows(AuditEntry)]
    assert events[-2:] == ["authn_passkey_copied", "authn_login_fail"]


async def test_a_passkey_that_does_not_count_may_be_shown_again_and_again(api: Api, ada: Person) -> None:
    key = Authenticator()
    await add(api, ada, key)
    for _ in range(3):
        assert (await sign_in(api, key))["__typename"] == "SignInWithPasskeyPayload"


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"response": 7}',
        '{"response": {"clientDataJSON": "W10"}}',  # []
        '{"response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOjd9"}}',  # {"challenge":7}
        "[" * 5000,
        "\ud800",
    ],
)
async def test_garbage_opens_nothing(api: Api, ada: Person, garbage: str) -> None:
    assert await api(SIGN_IN, input={"passkey": garbage}) == REFUSED
    answer = await api(ADD, viewer=ada, input={"passkey": garbage, "name": "x"})
    assert answer["__typename"] == "InvalidInput"


@pytest.mark.parametrize("own", [None, 7, "&", "W"])
async def test_an_answer_that_names_no_passkey_opens_nothing(api: Api, key: Authenticator, own: object) -> None:
    answer = json.loads(await show(api, key))
    bent = json.dumps({**answer, "rawId": own})
    assert await api(SIGN_IN, input={"passkey": bent}) == REFUSED


async def test_confirms_who_one_is_and_finishes_a_sign_in(api: Api, ada: Person, key: Authenticator) -> None:
    await turn_on(api, ada)
    answer = await api(CONFIRM_IDENTITY, viewer=ada, input={"passkey": await show(api, key)})
    assert answer["__typename"] == "ConfirmIdentityPayload"
    half = await log_in(api, "ada")
    assert half["methods"] == ["TOTP", "RECOVERY_CODE", "PASSKEY"]
    answer = await api(COMPLETE, input={"challenge": half["challenge"], "passkey": await show(api, key)})
    assert answer["__typename"] == "CompleteSignInPayload"


async def test_somebody_elses_confirms_nothing(api: Api, key: Authenticator, make: Make) -> None:
    bob = await make.user("bob")
    answer = await api(CONFIRM_IDENTITY, viewer=bob, input={"passkey": await show(api, key)})
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "passkey")


async def test_what_one_person_began_nobody_else_finishes(api: Api, ada: Person, make: Make, rows: Rows) -> None:
    bob = await make.user("bob")
    options = (await api(START, viewer=ada))["options"]
    answer = await api(ADD, viewer=bob, input={"passkey": Authenticator().make(options), "name": "Mine"})
    assert answer["__typename"] == "InvalidInput"
    assert await rows(Passkey) == []


async def test_adding_and_removing_ask_for_a_confirmation(
    api: Api, ada: Person, key: Authenticator, rows: Rows
) -> None:
    stale = replace(ada, viewer=replace(ada.viewer, proven_at=None))
    (passkey,) = await rows(Passkey)
    removal = {"passkeyId": global_id("Passkey", passkey.id)}
    assert (await api(START, viewer=stale))["__typename"] == "ConfirmationNeeded"
    assert (await api(REMOVE, viewer=stale, input=removal))["__typename"] == "ConfirmationNeeded"
    assert len(await rows(Passkey)) == 1


async def test_is_renamed_and_removed_by_its_owner_alone(
    api: Api, ada: Person, key: Authenticator, make: Make, rows: Rows
) -> None:
    bob = await make.user("bob")
    passkey_id = global_id("Passkey", (await rows(Passkey))[0].id)
    for person, came in ((bob, "NotFound"), (ada, "Payload")):
        answer = await api(RENAME, viewer=person, input={"passkeyId": passkey_id, "name": "Telephone"})
        assert answer["__typename"].endswith(came)
    assert (await rows(Passkey))[0].name == "Telephone"
    assert (await api(REMOVE, viewer=bob, input={"passkeyId": passkey_id}))["__typename"] == "NotFound"
    assert (await api(REMOVE, viewer=ada, input={"passkeyId": passkey_id}))["__typename"] == "RemovePasskeyPayload"
    assert await rows(Passkey) == []
    assert await sign_in(api, key) == REFUSED


async def test_the_last_way_in_stays(
    api: Api, ada: Person, key: Authenticator, rows: Rows, owner: asyncpg.Connection
) -> None:
    await owner.execute("UPDATE credentials SET password_hash = NULL")
    passkey_id = global_id("Passkey", (await rows(Passkey))[0].id)
    assert (await api(REMOVE, viewer=ada, input={"passkeyId": passkey_id}))["__typename"] == "Conflict"
    assert len(await rows(Passkey)) == 1
