"""Profiles: what people say about themselves, and whether everyone may follow them."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.permissions import may_take_part
from auth.viewer import Viewer
from db import edges
from db.counters import count_for_each, count_for_user
from db.limits import BIO, DISPLAY_NAME
from db.locks import change_people, hold_counters
from db.models import User
from db.queries.users import UserRow
from domain.errors import InvalidInput, NotAllowed
from domain.posts import SUSPENDED
from domain.text import https_url_problem, is_blank


async def update(session: AsyncSession, viewer: Viewer, **changes: Any) -> UserRow:
    """Change some of `display_name`, `bio`, `avatar_url` and `is_private` of one's own profile.

    Whoever waits to follow an account that opens to everyone follows it. Raises `NotAllowed` for the suspended
    and `InvalidInput` for what a profile cannot hold.
    """
    if not may_take_part(viewer):
        raise NotAllowed(SUSPENDED)
    checked = {name: _CHECKS[name](value) for name, value in changes.items()}
    await change_people(session, viewer.user_id)
    user = await session.get_one(User, viewer.user_id, populate_existing=True)
    opens = user.is_private and checked.get("is_private") is False
    for name, value in checked.items():
        setattr(user, name, value)
    await session.flush()
    if opens:
        await _accept_all(session, viewer.user_id)
    return UserRow.of(user)


def check_display_name(name: str) -> str:
    """The name as it is stored. Raises `InvalidInput`."""
    name = name.strip()
    if is_blank(name) or len(name) > DISPLAY_NAME or "\n" in name or "\t" in name:
        raise InvalidInput("display_name", f"Use a name of 1 to {DISPLAY_NAME} characters on one line.")
    return name


async def _accept_all(session: AsyncSession, user_id: int) -> None:
    asked = await edges.disconnect_requests(session, user_id)
    await hold_counters(session, [user_id, *asked])
    # Who follows as many as one can is let go; the account is open, so they can follow it when they like.
    follow = await edges.connect_followers(session, asked, user_id)
    await count_for_each(session, follow, following_count=1)
    await count_for_user(session, user_id, follower_count=len(follow), request_count=-len(asked))


def _check_bio(bio: str | None) -> str:
    bio = (bio or "").strip()
    if len(bio) > BIO:
        raise InvalidInput("bio", f"Write at most {BIO} characters.")
    return bio


def _check_avatar_url(url: str | None) -> str | None:
    if url is not None and (problem := https_url_problem(url)):
        raise InvalidInput("avatar_url", problem)
    return url


_CHECKS: Final[dict[str, Callable[[Any], Any]]] = {
    "display_name": check_display_name,
    "bio": _check_bio,
    "avatar_url": _check_avatar_url,
    "is_private": bool,
}
