"""An authenticator app, the recovery codes that stand in for it, and what is theirs on the viewer."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

from db.queries.second_factors import FactorsRow
from engine.batch import batch
from schema.context import Info
from schema.errors import ConfirmationNeeded, Conflict, InvalidInput, NotAllowed, NotFound
from schema.own import is_yourself
from schema.scalars import Secret

if TYPE_CHECKING:
    from schema.users import User

CODE = "The six digits that your authenticator app shows now; they are good once."
PASSKEY = "What `navigator.credentials.get` gave for the options of `startPasskeySignIn`: its `toJSON()`, as text."
RECOVERY_CODE = "One of your recovery codes, in any case of letters; it is good once."


@strawberry.type
class OwnFactors:
    @batch(description="Whether an authenticator app guards your account; null on anybody but yourself.")
    @staticmethod
    async def has_totp(users: list["User"], info: Info) -> list[bool | None]:
        return [None if row is None else row.has_totp for row in await _own(users, info)]

    @batch(description="How many unused recovery codes you have; null on anybody but yourself.")
    @staticmethod
    async def recovery_codes_left(users: list["User"], info: Info) -> list[int | None]:
        return [None if row is None else row.recovery_codes_left for row in await _own(users, info)]


async def _own(users: list["User"], info: Info) -> list[FactorsRow | None]:
    rows = await info.context.loaders.own_factors.many([user.row_id for user in users])
    return [row if is_yourself(user, info) else None for user, row in zip(users, rows, strict=True)]


@strawberry.input(description="A first code, which shows that your authenticator app has the secret.")
class ConfirmTotpInput:
    totp_code: Secret = strawberry.field(description=CODE)


@strawberry.input(description="What shows that the app is yours: one of these.")
class RemoveTotpInput:
    totp_code: Secret | None = strawberry.field(default=None, description=CODE)
    recovery_code: Secret | None = strawberry.field(default=None, description=RECOVERY_CODE)
    passkey: Secret | None = strawberry.field(default=None, description=PASSKEY)


@strawberry.input(description="What shows that the account is yours: one of these. A password is not enough.")
class ReplaceRecoveryCodesInput:
    totp_code: Secret | None = strawberry.field(default=None, description=CODE)
    recovery_code: Secret | None = strawberry.field(default=None, description=RECOVERY_CODE)
    passkey: Secret | None = strawberry.field(default=None, description=PASSKEY)


@strawberry.type(
    description="What your authenticator app needs. It guards nothing before `confirmTotp`; show it to nobody."
)
class StartTotpPayload:
    secret: str = strawberry.field(description="To be typed into the app, where no QR code can be read.")
    uri: str = strawberry.field(description="An `otpauth:` address; show it as a QR code.")


@strawberry.type(description="From now on signing in with a password or through a provider asks for a code.")
class ConfirmTotpPayload:
    recovery_codes: list[str] = strawberry.field(
        description="Ten codes for when the app is lost, each good once. They are not shown again."
    )


@strawberry.type(description="Signing in no longer asks for a code, and the recovery codes are gone.")
class RemoveTotpPayload:
    removed_at: datetime = strawberry.field(description="When it was removed.")


@strawberry.type(description="The old recovery codes are good no longer.")
class ReplaceRecoveryCodesPayload:
    recovery_codes: list[str] = strawberry.field(
        description="Ten new codes, each good once. They are not shown again."
    )


StartTotpResult: TypeAlias = Annotated[
    StartTotpPayload | InvalidInput | NotFound | NotAllowed | Conflict | ConfirmationNeeded,
    strawberry.union("StartTotpResult", description="What came of asking for an authenticator app's secret."),
]
ConfirmTotpResult: TypeAlias = Annotated[
    ConfirmTotpPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("ConfirmTotpResult", description="What came of turning the authenticator app on."),
]
RemoveTotpResult: TypeAlias = Annotated[
    RemoveTotpPayload | InvalidInput | NotFound | NotAllowed | Conflict | ConfirmationNeeded,
    strawberry.union("RemoveTotpResult", description="What came of removing the authenticator app."),
]
ReplaceRecoveryCodesResult: TypeAlias = Annotated[
    ReplaceRecoveryCodesPayload | InvalidInput | NotFound | NotAllowed | Conflict | ConfirmationNeeded,
    strawberry.union("ReplaceRecoveryCodesResult", description="What came of asking for new recovery codes."),
]
