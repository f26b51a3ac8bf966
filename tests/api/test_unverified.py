"""Before its address is verified an account gets no way in, second factor or token that might outlast that."""

from typing import Any

import asyncpg
import pytest

from db.models import Passkey, PersonalToken, Totp
from tests.api.accounts import ERRORS, Rows
from tests.api.passkeys import ADD, START
from tests.api.second_factors import CONFIRM_TOTP, START_TOTP, App
from tests.authenticator import Authenticator
from tests.conftest import Api
from tests.factories import Make, Person

MAKE_TOKEN = f"""
mutation ($input: CreatePersonalTokenInput!) {{
  createPersonalToken(input: $input) {{ __typename {ERRORS} }}
}}
"""
REFUSED = {"__typename": "Conflict", "message": "Verify your e-mail address first."}
UNVERIFY = "UPDATE credentials SET email_verified_at = NULL"

START_LINKING = f"""
mutation ($input: StartLinkingInput!) {{ startLinking(input: $input) {{ __typename {ERRORS} }} }}
"""

DEEDS: dict[str, tuple[str, dict[str, Any]]] = {
    "startPasskey": (START, {}),
    "startTotp": (START_TOTP, {}),
    "startLinking": (START_LINKING, {"input": {"provider": "GITHUB"}}),
    "createPersonalToken": (MAKE_TOKEN, {"input": {"name": "A script", "scopes": ["READ"]}}),
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_nothing_is_begun(api: Api, make: Make, rows: Rows, deed: str) -> None:
    document, given = DEEDS[deed]
    assert await api(document, viewer=await make.user(verified=False), **given) == REFUSED
    assert [*await rows(Passkey), *await rows(Totp), *await rows(PersonalToken)] == []


async def test_nothing_that_was_begun_is_finished(
    api: Api, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    ada: Person = await make.user()
    made = Authenticator().make((await api(START, viewer=ada))["options"])
    app = App((await api(START_TOTP, viewer=ada))["secret"], [])
    await owner.execute(UNVERIFY)
    assert await api(ADD, viewer=ada, input={"passkey": made, "name": "My key"}) == REFUSED
    assert await api(CONFIRM_TOTP, viewer=ada, input={"totpCode": app.code()}) == REFUSED
    assert await rows(Passkey) == []
    assert [totp.confirmed_at for totp in await rows(Totp)] == [None]
