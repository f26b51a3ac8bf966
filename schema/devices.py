"""Where one is signed in, and signing out from afar."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

from db.limits import MAX_PAGE_SIZE
from db.models import SignInMethod
from db.queries import devices as queries
from db.queries.devices import DeviceRow
from domain import places
from engine.batch import batch
from engine.cost import ListSize
from schema.context import Info
from schema.errors import Conflict, InvalidInput, NotAllowed, NotFound
from schema.nodes import global_id
from schema.own import is_yourself

if TYPE_CHECKING:
    from schema.users import User


@strawberry.type(description="You, signed in on one device.")
class Session:
    id: strawberry.ID = strawberry.field(description="For `revokeSession`.")
    device: str = strawberry.field(
        description='What the device calls itself, such as "Firefox on Linux"; a device may lie.'
    )
    address: str | None = strawberry.field(
        description="The network it signed in from: of its address the first 24 bits, of IPv6 the first 48."
    )
    method: SignInMethod = strawberry.field(description="How you showed who you are.")
    created_at: datetime = strawberry.field(description="When you signed in.")
    last_used_at: datetime = strawberry.field(description="When it was last used, to some minutes.")
    expires_at: datetime = strawberry.field(description="When it is over at the latest.")
    is_current: bool = strawberry.field(description="Whether it is the one you ask through.")

    @classmethod
    def from_row(cls, row: DeviceRow, *, current: int | None) -> "Session":
        return cls(
            id=global_id("Session", row.id),
            device=places.named(row.user_agent),
            address=places.neighbourhood(row.ip),
            method=row.method,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            expires_at=row.expires_at,
            is_current=row.id == current,
        )


@strawberry.type
class OwnDevices:
    @batch(
        description="Where you are signed in, last used first, at most 100; null on anybody but yourself.",
        directives=[ListSize(assumed_size=MAX_PAGE_SIZE)],
    )
    @staticmethod
    async def sessions(users: list["User"], info: Info) -> list[list[Session] | None]:
        return [await _sessions(info) if is_yourself(user, info) else None for user in users]


async def _sessions(info: Info) -> list[Session]:
    viewer = info.context.signed_in
    rows = await queries.of_user(info.context.services.stores.reads, viewer.user_id)
    return [Session.from_row(row, current=viewer.session_id) for row in rows]


@strawberry.input(description="Which session to end.")
class RevokeSessionInput:
    session_id: strawberry.ID = strawberry.field(description="One of `viewer.sessions`.")


@strawberry.type(description="The session is over; its tokens open nothing from now on.")
class RevokeSessionPayload:
    session_id: strawberry.ID = strawberry.field(description="The session that is over.")


RevokeSessionResult: TypeAlias = Annotated[
    RevokeSessionPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("RevokeSessionResult", description="What came of ending a session."),
]
