"""Root fields about people."""

from db.queries import users
from schema.context import Context, Info
from schema.errors import unauthenticated
from schema.scalars import SafeText
from schema.users import User


async def viewer(info: Info) -> User | None:
    if info.context.viewer is None:
        return None
    row = await info.context.loaders.user_by_id.load(info.context.viewer.user_id)
    return None if row is None else User(row)


async def user(info: Info, username: SafeText) -> User | None:
    row = await users.by_username(info.context.services.stores.reads, username, viewer_id=info.context.viewer_id)
    return None if row is None else User(row)


async def yourself(context: Context) -> User:
    """The signed-in person, after something that concerns them."""
    row = await context.loaders.user_by_id.load(context.signed_in.user_id)
    if row is None:
        raise unauthenticated()  # purged in this very moment
    return User(row)
