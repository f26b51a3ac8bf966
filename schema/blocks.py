"""Inputs and answers of blocking."""

from typing import Annotated, TypeAlias

import strawberry

from schema.errors import Conflict, InvalidInput, NotAllowed, NotFound
from schema.users import User


@strawberry.input(description="Someone to block: neither of you sees the other, and neither follows the other.")
class BlockInput:
    user_id: strawberry.ID = strawberry.field(description="The person to block.")


@strawberry.input(description="Someone to block no longer.")
class UnblockInput:
    user_id: strawberry.ID = strawberry.field(description="The person to block no longer.")


@strawberry.type(description="You block them.")
class BlockPayload:
    user: User | None = strawberry.field(
        description="The person, this last time; null when you blocked them before."
    )


@strawberry.type(description="You do not block them.")
class UnblockPayload:
    user: User | None = strawberry.field(
        description="The person as you see them again; null when they are out of your sight for another reason."
    )


BlockResult: TypeAlias = Annotated[
    BlockPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("BlockResult", description="What became of `block`."),
]
UnblockResult: TypeAlias = Annotated[
    UnblockPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("UnblockResult", description="What became of `unblock`."),
]
