"""One's own e-mail address: see it, have it verified, change it."""

from typing import Annotated, TypeAlias

import strawberry

from db.queries.accounts import AddressRow
from engine.batch import batch
from schema.context import Info
from schema.errors import ConfirmationNeeded, Conflict, InvalidInput, NotAllowed, NotFound
from schema.own import is_yourself
from schema.scalars import SafeText, Secret


@strawberry.type
class OwnAddress:
    """What a person sees of their own address; a part of `User`."""

    row_id: strawberry.Private[int]

    @batch(description="Your e-mail address; null on anybody but yourself.")
    @staticmethod
    async def email(users: list["OwnAddress"], info: Info) -> list[str | None]:
        return [None if own is None else own.email for own in await _own(users, info)]

    @batch(description="Whether you have shown that this address is yours; null on anybody but yourself.")
    @staticmethod
    async def email_verified(users: list["OwnAddress"], info: Info) -> list[bool | None]:
        return [None if own is None else own.email_verified_at is not None for own in await _own(users, info)]


@strawberry.input(description="Which address to have verified.")
class RequestEmailVerificationInput:
    email: SafeText | None = strawberry.field(
        default=None, description="The address that you show as yours: refused if it is not, or no longer."
    )


@strawberry.input(description="What the link in the letter carries.")
class VerifyEmailInput:
    token: Secret = strawberry.field(description="What stands behind `#token=` in the link; good once.")
    password: Secret | None = strawberry.field(
        default=None,
        description=(
            "The account's password, which shows that you made the account. It counts the first time an address "
            "is verified, where you ask through no session of the account's; a wrong one leaves the link good."
        ),
    )


@strawberry.input(description="The address to have from now on.")
class ChangeEmailInput:
    new_email: SafeText = strawberry.field(description="It becomes yours when you open the link sent there.")


@strawberry.type(description="A letter with a link is on its way; the link before it opens nothing any more.")
class RequestEmailVerificationPayload:
    email: str = strawberry.field(description="Where it goes.")


@strawberry.type(
    description=(
        "The address is its account's and verified. The first time, all sessions and personal tokens of the "
        "account ended but the session you ask through. Without one and without the password, passkeys, second "
        "factors, linked identities and the password are void as well."
    )
)
class VerifyEmailPayload:
    email: str = strawberry.field(description="The account's address as it now stands.")
    needs_password: bool = strawberry.field(
        description="Whether a password has to be set by `requestPasswordReset` before anyone signs in by one."
    )
    message: str = strawberry.field(description="What to do next, in words that can be shown to a person.")


@strawberry.type(
    description=(
        "A letter is on its way to the new address, and one to the address you have. The answer is the same "
        "where the new one has an account already."
    )
)
class ChangeEmailPayload:
    new_email: str = strawberry.field(description="The address that was asked for, as it will be kept.")


RequestEmailVerificationResult: TypeAlias = Annotated[
    RequestEmailVerificationPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("RequestEmailVerificationResult", description="What came of asking for a link."),
]
VerifyEmailResult: TypeAlias = Annotated[
    VerifyEmailPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("VerifyEmailResult", description="What came of opening the link."),
]
ChangeEmailResult: TypeAlias = Annotated[
    ChangeEmailPayload | InvalidInput | NotFound | NotAllowed | Conflict | ConfirmationNeeded,
    strawberry.union("ChangeEmailResult", description="What came of asking for another address."),
]


async def _own(users: list[OwnAddress], info: Info) -> list[AddressRow | None]:
    rows = await info.context.loaders.own_address.many([user.row_id for user in users])
    return [row if is_yourself(user, info) else None for user, row in zip(users, rows, strict=True)]
