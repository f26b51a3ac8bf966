"""Root fields about mutes."""

from domain import mutes
from resolvers.errors import user_errors
from resolvers.targets import target
from schema.context import Info
from schema.mutes import (
    MuteInput,
    MutePayload,
    MuteResult,
    UnmuteInput,
    UnmutePayload,
    UnmuteResult,
)
from schema.users import User


@user_errors
async def mute(info: Info, input: MuteInput) -> MuteResult:
    viewer = info.context.signed_in
    user_id = target(input.user_id, "User", field="user_id")
    async with info.context.write() as session:
        row = await mutes.mute(session, viewer, user_id, until=input.until)
    return MutePayload(user=User(row))


@user_errors
async def unmute(info: Info, input: UnmuteInput) -> UnmuteResult:
    viewer = info.context.signed_in
    async with info.context.write() as session:
        row = await mutes.unmute(session, viewer, target(input.user_id, "User", field="user_id"))
    return UnmutePayload(user=User(row) if row else None)
