"""An authenticator app through the API: turned on, used once a code, and removed."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from db.models import AuditEntry, RecoveryCode, Totp
from tests.api.accounts import CONFIRM_IDENTITY, Rows
from tests.api.second_factors import (
    CONFIRM_TOTP,
    OWN,
    REMOVE_TOTP,
    REPLACE_RECOVERY_CODES,
    START_TOTP,
    App,
    turn_on,
)
from tests.conftest import Api, Refused
from tests.factories import PASSWORD, Make, Person
from tests.letters import Mail

WRONG = "This is wrong, or was used before."
AGAIN = {"__typename": "ConfirmationNeeded", "message": "Confirm first that it is you."}


def stale(person: Person) -> Person:
    return replace(person, viewer=replace(person.viewer, proven_at=None))


async def test_guards_nothing_before_a_first_code_shows_that_the_app_has_it(api: Api, ada: Person) -> None:
    started = await api(START_TOTP, viewer=ada)
    assert started["uri"] == f"otpauth://totp/Plaza:ada?secret={started['secret']}&issuer=Plaza"
    assert await api(OWN, viewer=ada) == {"hasTotp": False, "recoveryCodesLeft": 0}
    answer = await api(CONFIRM_TOTP, viewer=ada, input={"totpCode": "000000"})
    assert answer == {"__typename": "InvalidInput", "field": "totpCode", "message": WRONG}
    assert await api(OWN, viewer=ada) == {"hasTotp": False, "recoveryCodesLeft": 0}


async def test_a_first_code_turns_it_on_and_gives_ten_recovery_codes(api: Api, ada: Person, rows: Rows) -> None:
    app = await turn_on(api, ada)
    assert len(set(app.recovery_codes)) == 10
    assert await api(OWN, viewer=ada) == {"hasTotp": True, "recoveryCodesLeft": 10}
    events = [entry.event for entry in await rows(AuditEntry)]
    assert events == ["authn_totp_started", "authn_totp_added"]


async def test_neither_the_secret_nor_a_recovery_code_is_stored_as_it_is(
    api: Api, ada: Person, owner: asyncpg.Connection
) -> None:
    app = await turn_on(api, ada)
    stored = await owner.fetchval(
        "SELECT string_agg(convert_from(sealed_secret, 'utf8'), ' ') FROM totps"
    ) + await owner.fetchval("SELECT string_agg(hash::text, ' ') FROM recovery_codes")
    assert [secret for secret in (app.secret, *app.recovery_codes) if secret in stored] == []


async def test_to_start_anew_replaces_a_secret_that_was_never_confirmed(api: Api, ada: Person) -> None:
    first = (await api(START_TOTP, viewer=ada))["secret"]
    second = (await api(START_TOTP, viewer=ada))["secret"]
    answer = await api(CONFIRM_TOTP, viewer=ada, input={"totpCode": App(first, []).code()})
    assert answer["__typename"] == "InvalidInput"
    answer = await api(CONFIRM_TOTP, viewer=ada, input={"totpCode": App(second, []).code()})
    assert answer["__typename"] == "ConfirmTotpPayload"


async def test_one_that_is_on_is_neither_replaced_nor_confirmed_again(api: Api, ada: Person, rows: Rows) -> None:
    app = await turn_on(api, ada)
    before = (await rows(Totp))[0].sealed_secret
    assert (await api(START_TOTP, viewer=ada))["__typename"] == "Conflict"
    answer = await api(CONFIRM_TOTP, viewer=ada, input={"totpCode": app.next_code})
    assert answer["__typename"] == "Conflict"
    assert (await rows(Totp))[0].sealed_secret == before


@pytest.mark.parametrize("document", [START_TOTP, REPLACE_RECOVERY_CODES])
async def test_asks_for_a_confirmation(api: Api, ada: Person, rows: Rows, document: str) -> None:
    assert await api(document, viewer=stale(ada)) == AGAIN
    assert await rows(AuditEntry) == []


async def test_to_remove_it_asks_for_a_confirmation_before_it_looks_at_the_code(api: Api, ada: Person) -> None:
    app = await turn_on(api, ada)
    assert await api(REMOVE_TOTP, viewer=stale(ada), input={"totpCode": app.next_code}) == AGAIN
    answer = await api(REMOVE_TOTP, viewer=ada, input={"totpCode": app.next_code})
    assert answer["__typename"] == "RemoveTotpPayload"


@pytest.mark.parametrize("by", ["totpCode", "recoveryCode"])
async def test_is_removed_with_its_recovery_codes(api: Api, ada: Person, rows: Rows, by: str) -> None:
    app = await turn_on(api, ada)
    code = app.next_code if by == "totpCode" else app.recovery_codes[3]
    answer = await api(REMOVE_TOTP, viewer=ada, input={by: code})
    assert answer["__typename"] == "RemoveTotpPayload"
    assert [await rows(Totp), await rows(RecoveryCode)] == [[], []]
    assert (await rows(AuditEntry))[-1].event == "authn_totp_removed"
    assert await api(OWN, viewer=ada) == {"hasTotp": False, "recoveryCodesLeft": 0}


async def test_the_letter_about_a_recovery_code_is_true_of_a_removal_too(
    api: Api, ada: Person, mail: Mail
) -> None:
    app = await turn_on(api, ada)
    await mail.deliver()
    await api(REMOVE_TOTP, viewer=ada, input={"recoveryCode": app.recovery_codes[0]})
    (told,) = [letter for letter in await mail.deliver() if letter["subject"].startswith("A recovery code")]
    assert "showed a recovery code" in told["text"]
    assert "signed in to" not in told["text"]


@pytest.mark.parametrize("input", [{}, {"totpCode": "000000", "recoveryCode": "x"}, {"totpCode": "00000"}])
async def test_is_not_removed_without_one_right_answer(
    api: Api, ada: Person, rows: Rows, input: dict[str, str]
) -> None:
    await turn_on(api, ada)
    answer = await api(REMOVE_TOTP, viewer=ada, input=input)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "totpCode")
    assert len(await rows(Totp)) == 1


async def test_new_recovery_codes_are_good_in_place_of_the_old_ones(api: Api, ada: Person) -> None:
    app = await turn_on(api, ada)
    shown = {"totpCode": app.next_code}
    new = (await api(REPLACE_RECOVERY_CODES, viewer=ada, input=shown))["recoveryCodes"]
    old = await api(CONFIRM_IDENTITY, viewer=ada, input={"recoveryCode": app.recovery_codes[0]})
    assert (old["__typename"], old["field"]) == ("InvalidInput", "recoveryCode")
    typed = new[0].lower().replace("-", " ")
    answer = await api(CONFIRM_IDENTITY, viewer=ada, input={"recoveryCode": typed})
    assert answer["__typename"] == "ConfirmIdentityPayload"
    assert (await api(OWN, viewer=ada))["recoveryCodesLeft"] == 9


@pytest.mark.parametrize("input", [None, {}, {"totpCode": "000000"}, {"recoveryCode": "wrong"}])
async def test_whoever_has_the_session_alone_gets_no_recovery_codes_to_remove_the_app_with(
    api: Api, ada: Person, input: dict[str, str] | None
) -> None:
    app = await turn_on(api, ada)
    answer = await api(REPLACE_RECOVERY_CODES, viewer=ada, input=input)
    assert answer["__typename"] == "InvalidInput"
    answer = await api(CONFIRM_IDENTITY, viewer=ada, input={"recoveryCode": app.recovery_codes[0]})
    assert answer["__typename"] == "ConfirmIdentityPayload"


async def test_a_recovery_code_is_enough_for_new_ones(api: Api, ada: Person) -> None:
    app = await turn_on(api, ada)
    answer = await api(REPLACE_RECOVERY_CODES, viewer=ada, input={"recoveryCode": app.recovery_codes[0]})
    assert len(answer["recoveryCodes"]) == 10


async def test_a_password_alone_does_not_confirm_whom_an_app_guards(api: Api, ada: Person, rows: Rows) -> None:
    await turn_on(api, ada)
    answer = await api(CONFIRM_IDENTITY, viewer=stale(ada), input={"password": PASSWORD})
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "password")
    assert "authn_confirmed" not in [entry.event for entry in await rows(AuditEntry)]


async def test_without_an_app_there_are_no_recovery_codes_to_replace(api: Api, ada: Person) -> None:
    assert (await api(REPLACE_RECOVERY_CODES, viewer=ada))["__typename"] == "Conflict"


@pytest.mark.parametrize("kind", ["totpCode", "recoveryCode"])
async def test_of_many_who_show_the_same_code_at_once_one_is_believed(
    api: Api, ada: Person, rows: Rows, kind: str
) -> None:
    app = await turn_on(api, ada)
    code = app.next_code if kind == "totpCode" else app.recovery_codes[0]
    answers = await asyncio.gather(*(api(CONFIRM_IDENTITY, viewer=ada, input={kind: code}) for _ in range(4)))
    assert sorted(answer["__typename"] for answer in answers) == ["ConfirmIdentityPayload", *["InvalidInput"] * 3]
    events = [entry.event for entry in await rows(AuditEntry)]
    assert (events.count("authn_confirmed"), events.count("authn_second_factor_fail")) == (1, 3)


async def test_a_code_before_the_last_one_taken_is_not_taken(api: Api, ada: Person) -> None:
    app = await turn_on(api, ada)
    answer = await api(CONFIRM_IDENTITY, viewer=ada, input={"totpCode": app.code()})
    assert answer["__typename"] == "InvalidInput"


async def test_somebody_elses_codes_prove_nothing(api: Api, ada: Person, make: Make) -> None:
    bob = await make.user("bob")
    app, _ = await turn_on(api, bob), await turn_on(api, ada)
    for hers in ({"totpCode": app.next_code}, {"recoveryCode": app.recovery_codes[0]}):
        answer = await api(CONFIRM_IDENTITY, viewer=ada, input=hers)
        assert answer["__typename"] == "InvalidInput"
    assert (await api(OWN, viewer=bob))["recoveryCodesLeft"] == 10


@pytest.mark.usefixtures("no_time_passes")
async def test_five_wrong_codes_are_all_that_a_quarter_of_an_hour_has_room_for(api: Api, ada: Person) -> None:
    app = await turn_on(api, ada)
    for _ in range(5):
        await api(CONFIRM_IDENTITY, viewer=ada, input={"totpCode": "000000"})
    with pytest.raises(Refused) as refused:
        await api(CONFIRM_IDENTITY, viewer=ada, input={"recoveryCode": app.recovery_codes[0]})
    assert refused.value.code == "RATE_LIMITED"


async def test_what_one_has_is_null_on_anybody_else(api: Api, ada: Person, make: Make) -> None:
    bob = await make.user("bob")
    await turn_on(api, ada)
    query = '{ user(username: "ada") { hasTotp recoveryCodesLeft } }'
    assert await api(query, viewer=bob) == {"hasTotp": None, "recoveryCodesLeft": None}
    assert await api(query) == {"hasTotp": None, "recoveryCodesLeft": None}
    assert await api(query, viewer=ada) == {"hasTotp": True, "recoveryCodesLeft": 10}
