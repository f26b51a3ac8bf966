"""Documents about accounts that several files of tests send."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from tests.conftest import Api
from tests.factories import PASSWORD

Rows = Callable[[type[Any]], Awaitable[list[Any]]]

TOKENS = "session { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }"
ERRORS = "... on UserError { message } ... on InvalidInput { field }"

REGISTER = f"""
mutation ($input: RegisterInput!) {{
  register(input: $input) {{ __typename ... on RegisterPayload {{ username email message }} {ERRORS} }}
}}
"""
LOGIN = f"""
mutation ($input: LoginInput!) {{
  login(input: $input) {{
    __typename ... on LoginPayload {{ {TOKENS} viewer {{ username }} }} {ERRORS}
    ... on SecondFactorNeeded {{ challenge expiresAt methods }}
  }}
}}
"""
REFRESH = f"""
mutation ($input: RefreshSessionInput!) {{
  refreshSession(input: $input) {{ __typename ... on RefreshSessionPayload {{ {TOKENS} }} {ERRORS} }}
}}
"""
LOGOUT = f"""
mutation ($input: LogoutInput!) {{
  logout(input: $input) {{ __typename ... on LogoutPayload {{ endedSessionCount }} {ERRORS} }}
}}
"""
LOGOUT_EVERYWHERE = f"""
mutation ($input: LogoutEverywhereInput!) {{
  logoutEverywhere(input: $input) {{ __typename ... on LogoutEverywherePayload {{ endedSessionCount }} {ERRORS} }}
}}
"""
CONFIRM_IDENTITY = f"""
mutation ($input: ConfirmIdentityInput!) {{
  confirmIdentity(input: $input) {{ __typename ... on ConfirmIdentityPayload {{ goodUntil }} {ERRORS} }}
}}
"""
CHANGE_PASSWORD = f"""
mutation ($input: ChangePasswordInput!) {{
  changePassword(input: $input) {{
    __typename ... on ChangePasswordPayload {{ viewer {{ username }} endedSessionCount }} {ERRORS}
  }}
}}
"""
DELETE_ACCOUNT = f"""
mutation ($input: DeleteAccountInput!) {{
  deleteAccount(input: $input) {{ __typename ... on DeleteAccountPayload {{ purgeOn }} {ERRORS} }}
}}
"""
CANCEL_DELETION = f"""
mutation ($input: CancelDeletionInput!) {{
  cancelDeletion(input: $input) {{
    __typename ... on CancelDeletionPayload {{ {TOKENS} viewer {{ username }} }} {ERRORS}
    ... on SecondFactorNeeded {{ challenge expiresAt methods }}
  }}
}}
"""
REQUEST_RESET = f"""
mutation ($input: RequestPasswordResetInput!) {{
  requestPasswordReset(input: $input) {{ __typename ... on RequestPasswordResetPayload {{ message }} {ERRORS} }}
}}
"""
RESET = f"""
mutation ($input: ResetPasswordInput!) {{
  resetPassword(input: $input) {{ __typename ... on ResetPasswordPayload {{ message }} {ERRORS} }}
}}
"""
REQUEST_VERIFICATION = f"""
mutation ($input: RequestEmailVerificationInput!) {{
  requestEmailVerification(input: $input) {{
    __typename ... on RequestEmailVerificationPayload {{ email }} {ERRORS}
  }}
}}
"""
VERIFY = f"""
mutation ($input: VerifyEmailInput!) {{
  verifyEmail(input: $input) {{ __typename ... on VerifyEmailPayload {{ email needsPassword }} {ERRORS} }}
}}
"""
CHANGE_EMAIL = f"""
mutation ($input: ChangeEmailInput!) {{
  changeEmail(input: $input) {{ __typename ... on ChangeEmailPayload {{ newEmail }} {ERRORS} }}
}}
"""
VIEWER = "{ viewer { username } }"

WRONG = {"__typename": "NotAllowed", "message": "Wrong name or password."}
OVER = {"__typename": "NotAllowed", "message": "This session is over. Sign in again."}


async def log_in(api: Api, name: str, password: str = PASSWORD, **how: Any) -> Any:
    return await api(LOGIN, input={"usernameOrEmail": name, "password": password}, **how)


async def refresh(api: Api, token: str) -> Any:
    return await api(REFRESH, input={"refreshToken": token})


async def post(client: httpx.AsyncClient, document: str, token: str | None = None, **variables: Any) -> Any:
    """The answer to one request over HTTP."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    body = {"query": document, "variables": variables}
    return (await client.post("/graphql", json=body, headers=headers)).json()


def stored(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
