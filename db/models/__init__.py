"""Every table, one file a noun; importing this package completes the metadata."""

from db.models.accounts import PersonalToken, RefreshToken, Session, SignInMethod, TokenScope
from db.models.audit import AuditEntry
from db.models.base import Row
from db.models.buckets import StoredBucket
from db.models.comments import Comment, CommentStats
from db.models.exports import Export, ExportPart, RetiredUsername
from db.models.follows import Block, Follow, FollowRequest, Mute
from db.models.identities import EndedConsent, Identity, LinkTicket, OAuthFlow, Provider, SignInCode
from db.models.letters import LinkPurpose, MailLink
from db.models.operations import ClientUse, TrustedOperation
from db.models.posts import Audience, Like, Post, PostStats, PostType
from db.models.second_factors import Challenge, ChallengePurpose, Passkey, RecoveryCode, Totp
from db.models.suspensions import Suspension
from db.models.users import Credential, Role, User, UserStats, UserStatus

__all__ = [
    "Audience",
    "AuditEntry",
    "Block",
    "Challenge",
    "ChallengePurpose",
    "ClientUse",
    "Comment",
    "CommentStats",
    "Credential",
    "EndedConsent",
    "Export",
    "ExportPart",
    "Follow",
    "FollowRequest",
    "Identity",
    "Like",
    "LinkPurpose",
    "LinkTicket",
    "MailLink",
    "Mute",
    "OAuthFlow",
    "Passkey",
    "PersonalToken",
    "Post",
    "PostStats",
    "PostType",
    "Provider",
    "RecoveryCode",
    "RefreshToken",
    "RetiredUsername",
    "Role",
    "Row",
    "Session",
    "SignInCode",
    "SignInMethod",
    "StoredBucket",
    "Suspension",
    "TokenScope",
    "Totp",
    "TrustedOperation",
    "User",
    "UserStats",
    "UserStatus",
]
