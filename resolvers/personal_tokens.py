"""Root fields about one's tokens for scripts."""

from domain import personal_tokens
from resolvers.errors import user_errors
from resolvers.targets import target
from schema.context import Info
from schema.personal_tokens import (
    CreatePersonalTokenInput,
    CreatePersonalTokenPayload,
    CreatePersonalTokenResult,
    PersonalToken,
    RevokePersonalTokenInput,
    RevokePersonalTokenPayload,
    RevokePersonalTokenResult,
)


@user_errors
async def create_personal_token(info: Info, input: CreatePersonalTokenInput) -> CreatePersonalTokenResult:
    viewer = info.context.signed_in
    async with info.context.write() as session:
        made = await personal_tokens.create(
            session,
            viewer,
            name=input.name,
            scopes=input.scopes,
            expires_at=input.expires_at,
            origin=info.context.origin,
        )
    return CreatePersonalTokenPayload(token=made.secret, personal_token=PersonalToken.from_row(made.row))


@user_errors
async def revoke_personal_token(info: Info, input: RevokePersonalTokenInput) -> RevokePersonalTokenResult:
    viewer = info.context.signed_in
    token_id = target(input.token_id, "PersonalToken", field="token_id")
    async with info.context.write() as session:
        await personal_tokens.revoke(session, viewer, token_id, origin=info.context.origin)
    return RevokePersonalTokenPayload(token_id=input.token_id)
