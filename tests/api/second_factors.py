"""Authenticator apps, as several files of tests use them."""

import time
from dataclasses import dataclass
from typing import Any

from auth import totp
from tests.api.accounts import ERRORS, TOKENS
from tests.conftest import Api
from tests.factories import Person

START_TOTP = f"mutation {{ startTotp {{ __typename ... on StartTotpPayload {{ secret uri }} {ERRORS} }} }}"
CONFIRM_TOTP = f"""
mutation ($input: ConfirmTotpInput!) {{
  confirmTotp(input: $input) {{ __typename ... on ConfirmTotpPayload {{ recoveryCodes }} {ERRORS} }}
}}
"""
REMOVE_TOTP = f"""
mutation ($input: RemoveTotpInput!) {{
  removeTotp(input: $input) {{ __typename ... on RemoveTotpPayload {{ removedAt }} {ERRORS} }}
}}
"""
REPLACE_RECOVERY_CODES = f"""
mutation ($input: ReplaceRecoveryCodesInput) {{
  replaceRecoveryCodes(input: $input) {{
    __typename ... on ReplaceRecoveryCodesPayload {{ recoveryCodes }} {ERRORS}
  }}
}}
"""
COMPLETE = f"""
mutation ($input: CompleteSignInInput!) {{
  completeSignIn(input: $input) {{
    __typename ... on CompleteSignInPayload {{ {TOKENS} viewer {{ username hasTotp }} }} {ERRORS}
  }}
}}
"""
OWN = "{ viewer { hasTotp recoveryCodesLeft } }"


@dataclass(frozen=True)
class App:
    """An authenticator app, and the codes that were written down beside it."""

    secret: str
    recovery_codes: list[str]

    def code(self, steps_ahead: int = 0) -> str:
        return totp.code_at(self.secret, int(time.time()) // totp.STEP + steps_ahead)

    @property
    def next_code(self) -> str:
        """One that was not used to turn the app on, and is good already."""
        return self.code(1)


async def turn_on(api: Api, person: Person) -> App:
    secret: str = (await api(START_TOTP, viewer=person))["secret"]
    answer: dict[str, Any] = await api(CONFIRM_TOTP, viewer=person, input={"totpCode": App(secret, []).code()})
    return App(secret, answer["recoveryCodes"])
