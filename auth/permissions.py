"""What a viewer may do by their role, and to a row they can see. What they see is `db.visibility`'s question."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from auth.viewer import Viewer
from db.models import Role
from db.queries.comments import CommentRow
from db.queries.posts import PostRow


class Permission(StrEnum):
    """What a role is trusted with."""

    TAKE_PART = "TAKE_PART"
    REMOVE_CONTENT = "REMOVE_CONTENT"
    SUSPEND_PEOPLE = "SUSPEND_PEOPLE"
    SET_ROLES = "SET_ROLES"
    READ_AUDIT_LOG = "READ_AUDIT_LOG"


_OF_EVERYONE: Final = frozenset({Permission.TAKE_PART})
_OF_MODERATORS: Final = _OF_EVERYONE | {Permission.REMOVE_CONTENT, Permission.SUSPEND_PEOPLE}
PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.USER: _OF_EVERYONE,
    Role.MODERATOR: _OF_MODERATORS,
    Role.ADMIN: _OF_MODERATORS | {Permission.SET_ROLES, Permission.READ_AUDIT_LOG},
}
_RANKS: Final = list(Role)


def permissions(viewer: Viewer) -> frozenset[Permission]:
    """Those of the role; none for the suspended, whatever their role."""
    return frozenset() if viewer.is_suspended else PERMISSIONS[viewer.role]


def may(viewer: Viewer | None, permission: Permission) -> bool:
    return viewer is not None and permission in permissions(viewer)


def outranks(role: Role, other: Role) -> bool:
    """Nobody acts on who is trusted with as much as they are, or more."""
    return _RANKS.index(role) > _RANKS.index(other)


def may_take_part(viewer: Viewer) -> bool:
    """Publish, comment, like, follow and change a profile: everyone but the suspended."""
    return may(viewer, Permission.TAKE_PART)


def may_edit_post(viewer: Viewer | None, post: PostRow) -> bool:
    return viewer is not None and may_take_part(viewer) and post.author_id == viewer.user_id


def may_delete_post(viewer: Viewer | None, post: PostRow) -> bool:
    """One's own, even when suspended, and any post for moderators."""
    if viewer is None:
        return False
    return post.author_id == viewer.user_id or may(viewer, Permission.REMOVE_CONTENT)


def may_edit_comment(viewer: Viewer | None, comment: CommentRow) -> bool:
    return (
        viewer is not None
        and may_take_part(viewer)
        and comment.deleted_at is None
        and comment.author_id == viewer.user_id
    )


def may_delete_comment(viewer: Viewer | None, comment: CommentRow) -> bool:
    """One's own, those on one's own posts, and any comment for moderators; a tombstone is gone already."""
    if viewer is None or comment.deleted_at is not None:
        return False
    is_theirs = viewer.user_id in (comment.author_id, comment.post_author_id)
    return is_theirs or may(viewer, Permission.REMOVE_CONTENT)
