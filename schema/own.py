"""What of a person is for their own eyes alone, and for no script of theirs either."""

from typing import Protocol

from schema.context import Info


class IsUser(Protocol):
    row_id: int


def is_yourself(user: IsUser, info: Info) -> bool:
    """Is it the viewer, in person? A personal token is never shown how its owner's account is kept safe."""
    viewer = info.context.viewer
    return viewer is not None and viewer.scopes is None and viewer.user_id == user.row_id
