"""Root fields of those who are trusted with other people."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain import moderation
from domain.errors import NotPermitted
from resolvers.errors import user_errors
from resolvers.targets import target
from schema.context import Context, Info
from schema.moderation import (
    RestoreUserInput,
    RestoreUserPayload,
    RestoreUserResult,
    SetRoleInput,
    SetRolePayload,
    SetRoleResult,
    SuspendUserInput,
    SuspendUserPayload,
    SuspendUserResult,
)


@user_errors
async def set_role(info: Info, input: SetRoleInput) -> SetRoleResult:
    context, user_id = info.context, target(input.user_id, "User", field="user_id")
    async with noting_refusal(context), context.write() as session:
        await moderation.set_role(session, context.signed_in, user_id, input.role, origin=context.origin)
    return SetRolePayload(user_id=input.user_id, role=input.role)


@user_errors
async def suspend_user(info: Info, input: SuspendUserInput) -> SuspendUserResult:
    context, user_id = info.context, target(input.user_id, "User", field="user_id")
    async with noting_refusal(context), context.write() as session:
        await moderation.suspend(
            session, context.signed_in, user_id, reason=input.reason, until=input.until, origin=context.origin
        )
    return SuspendUserPayload(user_id=input.user_id, until=input.until)


@user_errors
async def restore_user(info: Info, input: RestoreUserInput) -> RestoreUserResult:
    context, user_id = info.context, target(input.user_id, "User", field="user_id")
    async with noting_refusal(context), context.write() as session:
        await moderation.restore(session, context.signed_in, user_id, origin=context.origin)
    return RestoreUserPayload(user_id=input.user_id)


@asynccontextmanager
async def noting_refusal(context: Context) -> AsyncIterator[None]:
    """Whoever tries what their role does not allow leaves a trace, though nothing was done."""
    viewer = context.signed_in
    try:
        yield
    except NotPermitted as refused:
        async with context.write() as session:
            moderation.note_refusal(session, viewer, refused, origin=context.origin)
        raise
