"""What a person learns of their own standing: role, permissions, suspension."""

from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission, permissions
from db.models import Role
from engine.batch import batch
from schema.context import Info
from schema.moderation import Suspension
from schema.nodes import shown

if TYPE_CHECKING:
    from schema.users import User


@strawberry.type
class OwnStanding:
    """Fields of a `User` that are null on anybody but the viewer."""

    @batch(description="What you are trusted with; null on anybody but yourself.")
    @staticmethod
    async def role(users: "list[User]", info: Info) -> list[Role | None]:
        viewer = info.context.viewer
        return [viewer.role if viewer and user.row_id == viewer.user_id else None for user in users]

    @batch(
        description="What you may do, by your role; null on anybody but yourself, none while you are suspended."
    )
    @staticmethod
    async def permissions(users: "list[User]", info: Info) -> list[list[Permission] | None]:
        viewer = info.context.viewer
        own = sorted(permissions(viewer)) if viewer else []
        return [own if viewer and user.row_id == viewer.user_id else None for user in users]

    @batch(description="Why you are suspended; null while you are not, and on anybody but yourself.")
    @staticmethod
    async def suspension(users: "list[User]", info: Info) -> list[Suspension | None]:
        loader = info.context.loaders.own_suspension_by_user_id
        return shown(Suspension.from_row, await loader.many([user.row_id for user in users]))
