"""Inputs and answers of giving roles, suspending and restoring."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from db.models import Role
from db.queries.suspensions import SuspensionRow
from schema.errors import ConfirmationNeeded, Conflict, InvalidInput, NotAllowed, NotFound
from schema.scalars import SafeText


@strawberry.type(description="Why you take no part for now.")
class Suspension:
    reason: str = strawberry.field(description="As a moderator put it.")
    suspended_at: datetime = strawberry.field(description="When it began, or was last changed.")
    until: datetime | None = strawberry.field(description="When it ends by itself; null for never.")

    @classmethod
    def from_row(cls, row: SuspensionRow) -> "Suspension":
        return cls(reason=row.reason, suspended_at=row.created_at, until=row.until)


@strawberry.input(description="Whom to trust with what.")
class SetRoleInput:
    user_id: strawberry.ID = strawberry.field(description="Somebody who is no administrator, and not you.")
    role: Role = strawberry.field(description="The role they have from now on.")


@strawberry.input(description="Somebody who is to take no part, why, and for how long.")
class SuspendUserInput:
    user_id: strawberry.ID = strawberry.field(description="Somebody with a lesser role than yours.")
    reason: SafeText = strawberry.field(description="Why, in 1–500 characters; the person is told.")
    until: datetime | None = strawberry.field(
        default=None, description="When it ends by itself; left out, somebody has to restore them."
    )


@strawberry.input(description="Somebody who is to take part again.")
class RestoreUserInput:
    user_id: strawberry.ID = strawberry.field(description="Somebody with a lesser role than yours.")


@strawberry.type(description="They have the role.")
class SetRolePayload:
    user_id: strawberry.ID = strawberry.field(description="Whose role it is.")
    role: Role = strawberry.field(description="The role they have now.")


@strawberry.type(
    description="They are hidden from everybody and take no part; they can still sign in, read, export and leave."
)
class SuspendUserPayload:
    user_id: strawberry.ID = strawberry.field(description="Who is suspended.")
    until: datetime | None = strawberry.field(description="When it ends by itself; null for never.")


@strawberry.type(description="They are seen again and take part.")
class RestoreUserPayload:
    user_id: strawberry.ID = strawberry.field(description="Who is suspended no longer.")


SetRoleResult: TypeAlias = Annotated[
    SetRolePayload | InvalidInput | NotFound | NotAllowed | Conflict | ConfirmationNeeded,
    strawberry.union("SetRoleResult", description="What became of `setRole`."),
]
SuspendUserResult: TypeAlias = Annotated[
    SuspendUserPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("SuspendUserResult", description="What became of `suspendUser`."),
]
RestoreUserResult: TypeAlias = Annotated[
    RestoreUserPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("RestoreUserResult", description="What became of `restoreUser`."),
]
