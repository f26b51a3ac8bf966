"""Signing in by the accounts that people have elsewhere, and which of them are linked."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

from db.models import Provider
from db.queries import identities
from db.queries.identities import IdentityRow
from engine.batch import batch
from engine.cost import ListSize
from schema.context import Info
from schema.errors import ConfirmationNeeded, Conflict, InvalidInput, NotAllowed, NotFound, SecondFactorNeeded
from schema.own import is_yourself
from schema.scalars import SafeText, Secret

if TYPE_CHECKING:
    from schema.sessions import SessionTokens
    from schema.users import User

LazyTokens = Annotated["SessionTokens", strawberry.lazy("schema.sessions")]
LazyUser = Annotated["User", strawberry.lazy("schema.users")]


@strawberry.type(description="An account elsewhere that signs you in.")
class LinkedIdentity:
    provider: Provider = strawberry.field(description="Whose account it is.")
    email: str | None = strawberry.field(description="The address that the provider gave when you last used it.")
    created_at: datetime = strawberry.field(description="When it was linked.")
    last_used_at: datetime | None = strawberry.field(description="When you last came by it.")

    @classmethod
    def from_row(cls, row: IdentityRow) -> "LinkedIdentity":
        return cls(
            provider=row.provider, email=row.email, created_at=row.created_at, last_used_at=row.last_used_at
        )


@strawberry.type
class OwnIdentities:
    @batch(
        description="The accounts elsewhere that sign you in, oldest first; null on anybody but yourself.",
        directives=[ListSize(assumed_size=len(Provider))],
    )
    @staticmethod
    async def identities(users: list["User"], info: Info) -> list[list[LinkedIdentity] | None]:
        return [await _identities(user.row_id, info) if is_yourself(user, info) else None for user in users]


async def _identities(user_id: int, info: Info) -> list[LinkedIdentity]:
    rows = await identities.of_user(info.context.services.stores.reads, user_id)
    return [LinkedIdentity.from_row(row) for row in rows]


@strawberry.input(
    description="What the browser brought back from a provider, and that it is you who sent it there."
)
class SignInWithProviderInput:
    code: Secret = strawberry.field(description="`code` of the return address, good for one minute and once.")
    verifier: Secret = strawberry.field(description="What `challenge` was the SHA-256 of when you began.")
    username: SafeText | None = strawberry.field(
        default=None,
        description=(
            "For a new account; wanted where the answer is `InvalidInput` on it, and then the code is good for "
            "ten more minutes."
        ),
    )
    cancel_deletion: bool = strawberry.field(
        default=False,
        description=(
            "Whether a deleted account is to come back; wanted where the answer is `InvalidInput` on it, and the "
            "code is as good as before."
        ),
    )


@strawberry.input(description="Whose account to link.")
class StartLinkingInput:
    provider: Provider = strawberry.field(description="One of `serverInfo.providers`.")


@strawberry.input(
    description="What the browser brought back from a provider, and that it is you who sent it there."
)
class LinkIdentityInput:
    code: Secret = strawberry.field(description="`code` of the return address, good for one minute and once.")
    verifier: Secret = strawberry.field(description="What `challenge` was the SHA-256 of when you began.")


@strawberry.input(description="Whose account to unlink.")
class UnlinkIdentityInput:
    provider: Provider = strawberry.field(description="One of those in `viewer.identities`.")


@strawberry.type(description="You are signed in.")
class SignInWithProviderPayload:
    session: LazyTokens = strawberry.field(description="The new session.")
    viewer: LazyUser = strawberry.field(description="You.")


@strawberry.type(description="Send the browser to `/auth/{provider}/start` with the ticket.")
class StartLinkingPayload:
    ticket: str = strawberry.field(description="The parameter `ticket`; good once.")
    expires_at: datetime = strawberry.field(description="Until when it is good.")


@strawberry.type(description="It signs you in from now on.")
class LinkIdentityPayload:
    identity: LinkedIdentity = strawberry.field(description="What was linked.")


@strawberry.type(description="It signs you in no longer.")
class UnlinkIdentityPayload:
    provider: Provider = strawberry.field(description="Whose account was unlinked.")


SignInWithProviderResult: TypeAlias = Annotated[
    SignInWithProviderPayload | InvalidInput | NotFound | NotAllowed | Conflict | SecondFactorNeeded,
    strawberry.union("SignInWithProviderResult", description="What came of signing in."),
]
StartLinkingResult: TypeAlias = Annotated[
    StartLinkingPayload | InvalidInput | NotFound | NotAllowed | Conflict | ConfirmationNeeded,
    strawberry.union("StartLinkingResult", description="What came of beginning to link an account."),
]
LinkIdentityResult: TypeAlias = Annotated[
    LinkIdentityPayload | InvalidInput | NotFound | NotAllowed | Conflict | ConfirmationNeeded,
    strawberry.union("LinkIdentityResult", description="What came of linking an account."),
]
UnlinkIdentityResult: TypeAlias = Annotated[
    UnlinkIdentityPayload | InvalidInput | NotFound | NotAllowed | Conflict | ConfirmationNeeded,
    strawberry.union("UnlinkIdentityResult", description="What came of unlinking an account."),
]
