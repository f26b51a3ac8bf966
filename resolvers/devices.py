"""Root fields about where one is signed in."""

from domain import devices
from resolvers.errors import user_errors
from resolvers.targets import target
from schema.context import Info
from schema.devices import RevokeSessionInput, RevokeSessionPayload, RevokeSessionResult


@user_errors
async def revoke_session(info: Info, input: RevokeSessionInput) -> RevokeSessionResult:
    viewer = info.context.signed_in
    session_id = target(input.session_id, "Session", field="session_id")
    async with info.context.write() as session:
        await devices.revoke(session, viewer, session_id, origin=info.context.origin)
    if session_id == viewer.session_id:
        info.context.become(None)
    return RevokeSessionPayload(session_id=input.session_id)
