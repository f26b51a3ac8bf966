"""Passkeys, as several files of tests use them."""

from typing import Any

from tests.api.accounts import ERRORS, TOKENS
from tests.authenticator import Authenticator
from tests.conftest import Api
from tests.factories import Person

START = f"mutation {{ startPasskey {{ __typename ... on StartPasskeyPayload {{ options }} {ERRORS} }} }}"
ADD = f"""
mutation ($input: AddPasskeyInput!) {{
  addPasskey(input: $input) {{ __typename ... on AddPasskeyPayload {{ passkey {{ id name }} }} {ERRORS} }}
}}
"""
START_SIGN_IN = f"""
mutation {{ startPasskeySignIn {{ __typename ... on StartPasskeySignInPayload {{ options }} {ERRORS} }} }}
"""
SIGN_IN = f"""
mutation ($input: SignInWithPasskeyInput!) {{
  signInWithPasskey(input: $input) {{
    __typename ... on SignInWithPasskeyPayload {{ {TOKENS} viewer {{ username passkeys {{ name }} }} }} {ERRORS}
  }}
}}
"""


async def add(api: Api, person: Person, authenticator: Authenticator) -> Any:
    options = (await api(START, viewer=person))["options"]
    return await api(ADD, viewer=person, input={"passkey": authenticator.make(options), "name": "My key"})


async def show(api: Api, authenticator: Authenticator) -> str:
    return authenticator.show((await api(START_SIGN_IN))["options"])


async def sign_in(api: Api, authenticator: Authenticator) -> Any:
    return await api(SIGN_IN, input={"passkey": await show(api, authenticator)})
