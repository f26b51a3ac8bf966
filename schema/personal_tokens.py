"""Tokens that a person makes for scripts."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

from db.models import TokenScope
from db.queries import personal_tokens as queries
from db.queries.personal_tokens import PersonalTokenRow
from engine.batch import batch
from schema.context import Info
from schema.errors import ConfirmationNeeded, Conflict, InvalidInput, NotAllowed, NotFound
from schema.nodes import global_id
from schema.own import is_yourself
from schema.scalars import SafeText

if TYPE_CHECKING:
    from schema.users import User


@strawberry.type(description="A token that you made for a script. The token itself is shown once and never again.")
class PersonalToken:
    id: strawberry.ID = strawberry.field(description="For `revokePersonalToken`.")
    name: str = strawberry.field(description="What you called it.")
    scopes: list[TokenScope] = strawberry.field(description="What it may do as you.")
    created_at: datetime = strawberry.field(description="When you made it.")
    expires_at: datetime = strawberry.field(description="When it ends.")
    last_used_at: datetime | None = strawberry.field(description="When it was last used, to some minutes.")

    @classmethod
    def from_row(cls, row: PersonalTokenRow) -> "PersonalToken":
        return cls(
            id=global_id("PersonalToken", row.id),
            name=row.name,
            scopes=[TokenScope(scope) for scope in row.scopes],
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
        )


@strawberry.type
class OwnTokens:
    @batch(description="Your tokens for scripts that still stand, newest first; null on anybody but yourself.")
    @staticmethod
    async def personal_tokens(users: list["User"], info: Info) -> list[list[PersonalToken] | None]:
        return [await _tokens(info) if is_yourself(user, info) else None for user in users]


async def _tokens(info: Info) -> list[PersonalToken]:
    rows = await queries.of_user(info.context.services.stores.reads, info.context.signed_in.user_id)
    return [PersonalToken.from_row(row) for row in rows]


@strawberry.input(description="A token for a script.")
class CreatePersonalTokenInput:
    name: SafeText = strawberry.field(description="What it is for, in 1–50 characters.")
    scopes: list[TokenScope] = strawberry.field(description="What it may do as you; at least one.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="When it ends, at most a year from now; left out, in 90 days."
    )


@strawberry.input(description="Which token to end.")
class RevokePersonalTokenInput:
    token_id: strawberry.ID = strawberry.field(description="One of `viewer.personalTokens`.")


@strawberry.type(description="The token is made.")
class CreatePersonalTokenPayload:
    token: str = strawberry.field(
        description="Shown this once: `Authorization: Bearer plaza_…`. Whoever has it acts as you in its scopes."
    )
    personal_token: PersonalToken = strawberry.field(description="What is known of it.")


@strawberry.type(description="The token opens nothing from now on.")
class RevokePersonalTokenPayload:
    token_id: strawberry.ID = strawberry.field(description="The token that ended.")


CreatePersonalTokenResult: TypeAlias = Annotated[
    CreatePersonalTokenPayload | InvalidInput | NotFound | NotAllowed | Conflict | ConfirmationNeeded,
    strawberry.union("CreatePersonalTokenResult", description="What came of making a token."),
]
RevokePersonalTokenResult: TypeAlias = Annotated[
    RevokePersonalTokenPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("RevokePersonalTokenResult", description="What came of ending a token."),
]
