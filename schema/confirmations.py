"""Showing again who one is."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from schema.errors import Conflict, InvalidInput, NotAllowed, NotFound
from schema.scalars import Secret
from schema.second_factors import CODE, PASSKEY, RECOVERY_CODE


@strawberry.input(description="How you show again who you are: by one of these.")
class ConfirmIdentityInput:
    password: Secret | None = strawberry.field(
        default=None, description="Your password, where you have neither an authenticator app nor a passkey."
    )
    totp_code: Secret | None = strawberry.field(default=None, description=CODE)
    recovery_code: Secret | None = strawberry.field(default=None, description=RECOVERY_CODE)
    passkey: Secret | None = strawberry.field(default=None, description=PASSKEY)


@strawberry.type(description="It is you. What asked for a confirmation may be tried again.")
class ConfirmIdentityPayload:
    good_until: datetime = strawberry.field(description="When such a deed asks for the next confirmation.")


ConfirmIdentityResult: TypeAlias = Annotated[
    ConfirmIdentityPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("ConfirmIdentityResult", description="What came of showing who you are."),
]
