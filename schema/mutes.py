"""Inputs and answers of muting."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from schema.errors import Conflict, InvalidInput, NotAllowed, NotFound
from schema.users import User


@strawberry.input(description="Someone to keep out of your feeds; they are not told.")
class MuteInput:
    user_id: strawberry.ID = strawberry.field(description="The person to mute.")
    until: datetime | None = strawberry.field(
        default=None, description="When it ends by itself; it never does when left out."
    )


@strawberry.input(description="Someone to let into your feeds again.")
class UnmuteInput:
    user_id: strawberry.ID = strawberry.field(description="The person to mute no longer.")


@strawberry.type(description="You mute them.")
class MutePayload:
    user: User = strawberry.field(description="The person, who is not told.")


@strawberry.type(description="You do not mute them.")
class UnmutePayload:
    user: User | None = strawberry.field(
        description="The person; null when they are out of your sight for another reason."
    )


MuteResult: TypeAlias = Annotated[
    MutePayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("MuteResult", description="What became of `mute`."),
]
UnmuteResult: TypeAlias = Annotated[
    UnmutePayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("UnmuteResult", description="What became of `unmute`."),
]
