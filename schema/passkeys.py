"""Passkeys: what a browser is asked, what it answers, and which ones the viewer has."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

from db.queries import second_factors
from db.queries.second_factors import PasskeyRow
from domain.passkeys import MOST
from engine.batch import batch
from engine.cost import ListSize
from schema.context import Info
from schema.errors import ConfirmationNeeded, Conflict, InvalidInput, NotAllowed, NotFound
from schema.nodes import global_id
from schema.own import is_yourself
from schema.scalars import SafeText, Secret
from schema.second_factors import PASSKEY

if TYPE_CHECKING:
    from schema.sessions import SessionTokens
    from schema.users import User

LazyTokens = Annotated["SessionTokens", strawberry.lazy("schema.sessions")]
LazyUser = Annotated["User", strawberry.lazy("schema.users")]


@strawberry.type(description="A passkey of yours.")
class Passkey:
    id: strawberry.ID = strawberry.field(description="For `renamePasskey` and `removePasskey`.")
    name: str = strawberry.field(description="What you call it.")
    is_backed_up: bool = strawberry.field(description="Whether it is on more than one device.")
    created_at: datetime = strawberry.field(description="When you added it.")
    last_used_at: datetime | None = strawberry.field(description="When you last showed it.")

    @classmethod
    def from_row(cls, row: PasskeyRow) -> "Passkey":
        return cls(
            id=global_id("Passkey", row.id),
            name=row.name,
            is_backed_up=row.is_backed_up,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
        )


@strawberry.type
class OwnPasskeys:
    @batch(
        description="Your passkeys, oldest first; null on anybody but yourself.",
        directives=[ListSize(assumed_size=MOST)],
    )
    @staticmethod
    async def passkeys(users: list["User"], info: Info) -> list[list[Passkey] | None]:
        return [await _passkeys(user.row_id, info) if is_yourself(user, info) else None for user in users]


async def _passkeys(user_id: int, info: Info) -> list[Passkey]:
    rows = await second_factors.passkeys(info.context.services.stores.reads, user_id)
    return [Passkey.from_row(row) for row in rows]


@strawberry.input(description="The passkey that the browser made, and what to call it.")
class AddPasskeyInput:
    passkey: Secret = strawberry.field(
        description="What `navigator.credentials.create` gave for the options: its `toJSON()`, as text."
    )
    name: SafeText = strawberry.field(description="Such as the device's name, 1–50 characters.")


@strawberry.input(description="A passkey, which says whose it is.")
class SignInWithPasskeyInput:
    passkey: Secret = strawberry.field(description=PASSKEY)
    cancel_deletion: bool = strawberry.field(
        default=False,
        description=(
            "Whether a deleted account is to come back; wanted where the answer is `InvalidInput` on it, and then "
            "the same passkey may be sent again."
        ),
    )


@strawberry.input(description="Which passkey to call what.")
class RenamePasskeyInput:
    passkey_id: strawberry.ID = strawberry.field(description="One of `viewer.passkeys`.")
    name: SafeText = strawberry.field(description="1–50 characters.")


@strawberry.input(description="Which passkey to remove.")
class RemovePasskeyInput:
    passkey_id: strawberry.ID = strawberry.field(description="One of `viewer.passkeys`.")


@strawberry.type(description="A browser may make a passkey now.")
class StartPasskeyPayload:
    options: str = strawberry.field(
        description="JSON for `PublicKeyCredential.parseCreationOptionsFromJSON`, good for five minutes and once."
    )


@strawberry.type(description="It signs you in from now on.")
class AddPasskeyPayload:
    passkey: Passkey = strawberry.field(description="The new passkey.")


@strawberry.type(description="A browser may show a passkey now.")
class StartPasskeySignInPayload:
    options: str = strawberry.field(
        description="JSON for `PublicKeyCredential.parseRequestOptionsFromJSON`, good for five minutes and once."
    )


@strawberry.type(description="You are signed in.")
class SignInWithPasskeyPayload:
    session: LazyTokens = strawberry.field(description="The new session.")
    viewer: LazyUser = strawberry.field(description="You.")


@strawberry.type(description="It is called so from now on.")
class RenamePasskeyPayload:
    passkey_id: strawberry.ID = strawberry.field(description="The passkey.")


@strawberry.type(description="It opens nothing any more.")
class RemovePasskeyPayload:
    passkey_id: strawberry.ID = strawberry.field(description="The passkey that is gone.")


StartPasskeyResult: TypeAlias = Annotated[
    StartPasskeyPayload | InvalidInput | NotFound | NotAllowed | Conflict | ConfirmationNeeded,
    strawberry.union("StartPasskeyResult", description="What came of beginning to add a passkey."),
]
AddPasskeyResult: TypeAlias = Annotated[
    AddPasskeyPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("AddPasskeyResult", description="What came of adding a passkey."),
]
StartPasskeySignInResult: TypeAlias = Annotated[
    StartPasskeySignInPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("StartPasskeySignInResult", description="What came of asking for a passkey."),
]
SignInWithPasskeyResult: TypeAlias = Annotated[
    SignInWithPasskeyPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("SignInWithPasskeyResult", description="What came of signing in with a passkey."),
]
RenamePasskeyResult: TypeAlias = Annotated[
    RenamePasskeyPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("RenamePasskeyResult", description="What came of renaming a passkey."),
]
RemovePasskeyResult: TypeAlias = Annotated[
    RemovePasskeyPayload | InvalidInput | NotFound | NotAllowed | Conflict | ConfirmationNeeded,
    strawberry.union("RemovePasskeyResult", description="What came of removing a passkey."),
]
