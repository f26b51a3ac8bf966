"""Passkeys, which sign in by themselves."""

from typing import Final

import strawberry

from resolvers import passkeys
from resolvers.limits import Per, limited
from schema.passkeys import (
    AddPasskeyResult,
    RemovePasskeyResult,
    RenamePasskeyResult,
    SignInWithPasskeyResult,
    StartPasskeyResult,
    StartPasskeySignInResult,
)

_SIGN_INS: Final = "20/5m"
_CHANGES: Final = "20/h"


@strawberry.type
class Passkeys:
    start_passkey: StartPasskeyResult | None = strawberry.mutation(
        resolver=passkeys.start_passkey,
        description="Ask what a browser needs to make a passkey; asks for a confirmation.",
        metadata=limited(_CHANGES, bucket="passkey", per=Per.BOTH),
    )
    add_passkey: AddPasskeyResult | None = strawberry.mutation(
        resolver=passkeys.add_passkey,
        description="Have the passkey that the browser made sign you in from now on.",
        metadata=limited(_CHANGES, bucket="passkey", per=Per.BOTH),
    )
    start_passkey_sign_in: StartPasskeySignInResult | None = strawberry.mutation(
        resolver=passkeys.start_passkey_sign_in,
        description="Ask what a browser needs to show a passkey.",
        metadata=limited(_SIGN_INS, bucket="passkey-sign-in", per=Per.ADDRESS),
    )
    sign_in_with_passkey: SignInWithPasskeyResult | None = strawberry.mutation(
        resolver=passkeys.sign_in_with_passkey,
        description="Sign in with a passkey, which is both factors at once; what follows is done as you.",
        metadata=limited(_SIGN_INS, bucket="sign-in", per=Per.ADDRESS),
    )
    rename_passkey: RenamePasskeyResult | None = strawberry.mutation(
        resolver=passkeys.rename_passkey,
        description="Call a passkey something else.",
        metadata=limited(_CHANGES, bucket="passkey", per=Per.BOTH),
    )
    remove_passkey: RemovePasskeyResult | None = strawberry.mutation(
        resolver=passkeys.remove_passkey,
        description="Let a passkey sign you in no longer; asks for a confirmation.",
        metadata=limited(_CHANGES, bucket="passkey", per=Per.BOTH),
    )
