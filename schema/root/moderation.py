"""Who is trusted with what, and who takes part."""

from typing import Final

import strawberry

from resolvers import moderation
from resolvers.limits import limited
from schema.moderation import RestoreUserResult, SetRoleResult, SuspendUserResult

_MODERATION: Final = "60/5m"


@strawberry.type
class Moderation:
    set_role: SetRoleResult | None = strawberry.mutation(
        resolver=moderation.set_role,
        description="Trust somebody with more or less; for administrators.",
        metadata=limited(_MODERATION, bucket="moderation"),
    )
    suspend_user: SuspendUserResult | None = strawberry.mutation(
        resolver=moderation.suspend_user,
        description="Hide somebody from everybody and let them take no part; for moderators.",
        metadata=limited(_MODERATION, bucket="moderation"),
    )
    restore_user: RestoreUserResult | None = strawberry.mutation(
        resolver=moderation.restore_user,
        description="End a suspension before its time, harmless when there is none; for moderators.",
        metadata=limited(_MODERATION, bucket="moderation"),
    )
