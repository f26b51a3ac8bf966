"""Every table, one file a noun; importing this package completes the metadata."""

from db.models.accounts import RefreshToken, Session
from db.models.audit import AuditEntry
from db.models.base import Row
from db.models.comments import Comment, CommentStats
from db.models.follows import Block, Follow, FollowRequest, Mute
from db.models.operations import ClientUse, TrustedOperation
from db.models.posts import Audience, Like, Post, PostStats, PostType
from db.models.users import Credential, Role, User, UserStats, UserStatus

__all__ = [
    "Audience",
    "AuditEntry",
    "Block",
    "ClientUse",
    "Comment",
    "CommentStats",
    "Credential",
    "Follow",
    "FollowRequest",
    "Like",
    "Mute",
    "Post",
    "PostStats",
    "PostType",
    "RefreshToken",
    "Role",
    "Row",
    "Session",
    "TrustedOperation",
    "User",
    "UserStats",
    "UserStatus",
]
