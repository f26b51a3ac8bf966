"""Statements about exports, and the walk through every row that is a person's, in slices."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, func, insert, inspect, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from db.models import (
    AuditEntry,
    Block,
    Comment,
    Credential,
    Export,
    ExportPart,
    Follow,
    FollowRequest,
    Identity,
    Like,
    MailLink,
    Mute,
    Passkey,
    PersonalToken,
    Post,
    RecoveryCode,
    Row,
    Session,
    Suspension,
    Totp,
    User,
    UserStats,
    UserStatus,
)

_SLICE: Final = 500


@dataclass(frozen=True, slots=True)
class Section:
    """One file of an archive: the rows of a table that are a person's by one of its columns.

    `besides` is left out of them; `other` is a column with another person's id, whose username is added.
    """

    file: str
    table: type[Row]
    by: InstrumentedAttribute[Any]
    besides: frozenset[str] = frozenset()
    is_content: bool = False
    other: InstrumentedAttribute[Any] | None = None


SECTIONS: Final = (
    Section("profile", User, User.id, frozenset({"search_name"})),
    Section("counters", UserStats, UserStats.user_id),
    Section("account", Credential, Credential.user_id, frozenset({"password_hash"})),
    Section("suspension", Suspension, Suspension.user_id),
    Section("identities", Identity, Identity.user_id, frozenset({"sealed_token"})),
    Section("sessions", Session, Session.user_id),
    Section("personal_tokens", PersonalToken, PersonalToken.user_id, frozenset({"hash"})),
    Section("passkeys", Passkey, Passkey.user_id, frozenset({"credential_id", "public_key", "sign_count"})),
    Section("authenticator", Totp, Totp.user_id, frozenset({"sealed_secret", "last_step"})),
    Section("recovery_codes", RecoveryCode, RecoveryCode.user_id, frozenset({"hash"})),
    Section("mail_links", MailLink, MailLink.user_id, frozenset({"hash"})),
    Section("exports", Export, Export.user_id, frozenset({"hash", "open_until"})),
    Section("posts", Post, Post.author_id, frozenset({"search"}), is_content=True),
    Section("comments", Comment, Comment.author_id, is_content=True),
    Section("likes", Like, Like.user_id, is_content=True),
    Section("following", Follow, Follow.follower_id, other=Follow.followee_id),
    Section("followers", Follow, Follow.followee_id, other=Follow.follower_id),
    Section("requests_made", FollowRequest, FollowRequest.requester_id, other=FollowRequest.target_id),
    Section("requests_received", FollowRequest, FollowRequest.target_id, other=FollowRequest.requester_id),
    Section("blocks", Block, Block.blocker_id, other=Block.blocked_id),
    Section("mutes", Mute, Mute.muter_id, other=Mute.muted_id),
)
OMITTED: Final = {
    ("challenges", "user_id"): "a question that is answered within minutes",
    ("blocks", "blocked_id"): "who blocks somebody is not for them to know",
    ("mutes", "muted_id"): "who mutes somebody is not for them to know",
}
"""The other columns that name a person, each with the reason why their rows are in no archive."""


async def latest(session: AsyncSession, user_id: int) -> datetime | None:
    """When the person last asked for one that is still there."""
    return await session.scalar(select(func.max(Export.created_at)).where(Export.user_id == user_id))


async def hold(session: AsyncSession, export_id: int) -> Export | None:
    """The export, which nobody else makes until the transaction ends; None where it has gone."""
    return await session.get(Export, export_id, with_for_update={"key_share": True}, populate_existing=True)


async def keep(session: AsyncSession, export_id: int, number: int, content: bytes) -> None:
    await session.execute(insert(ExportPart).values(export_id=export_id, number=number, content=content))


async def take(session: AsyncSession, hash: bytes) -> Export | None:
    """The export that the secret opens, which it does not a second time."""
    present = select(User.id).where(User.id == Export.user_id, User.status != UserStatus.DELETED).exists()
    opened = update(Export).where(Export.hash == hash, Export.open_until > func.now(), present)
    used = opened.values(hash=None, open_until=None).returning(Export)
    return (await session.scalars(used)).one_or_none()


async def part(session: AsyncSession, export_id: int, number: int) -> bytes | None:
    """One piece of an archive; None past the last."""
    piece = select(ExportPart.content).where(ExportPart.export_id == export_id, ExportPart.number == number)
    return await session.scalar(piece)


async def expire(session: AsyncSession, limit: int) -> int:
    """Remove exports whose time is over, with their archives; how many, `limit` at most."""
    over = select(Export.id).where(Export.expires_at < func.now()).limit(limit)
    return len((await session.scalars(delete(Export).where(Export.id.in_(over)).returning(Export.id))).all())


async def rows(session: AsyncSession, section: Section, user_id: int) -> AsyncIterator[dict[str, Any]]:
    """Every row of the section that is the person's, in the order of its key; some hundreds are read at a time."""
    key = inspect(section.table).primary_key
    statement = _selected(section).where(section.by == user_id).order_by(*key).limit(_SLICE)
    after: Sequence[Any] = ()
    while True:
        further = statement.where(tuple_(*key) > tuple_(*after)) if after else statement
        found = (await session.execute(further)).mappings().all()
        for row in found:
            yield {name: value for name, value in row.items() if name not in section.besides}
        if len(found) < _SLICE:
            return
        after = [found[-1][column.name] for column in key]


async def security_log(session: AsyncSession, user_id: int) -> AsyncIterator[dict[str, Any]]:
    """What the audit log says of the person; of what others did to them, not who and from where."""
    theirs: ColumnElement[bool] = or_(AuditEntry.actor_id == user_id, AuditEntry.subject_id == user_id)
    is_own = func.coalesce(AuditEntry.actor_id == user_id, False)
    statement = select(
        AuditEntry.id,
        AuditEntry.created_at,
        AuditEntry.event,
        is_own.label("by_yourself"),
        func.abbrev(AuditEntry.ip).label("address"),
        AuditEntry.device,
    ).where(theirs)
    after = 0
    while (
        found := (
            await session.execute(statement.where(AuditEntry.id > after).order_by(AuditEntry.id).limit(_SLICE))
        )
        .mappings()
        .all()
    ):
        for row in found:
            hidden = {} if row["by_yourself"] else {"address": None, "device": None}
            yield {**row, **hidden}
        after = found[-1]["id"]


def _selected(section: Section) -> Select[Any]:
    table = section.table.__table__
    columns = [each for each in table.columns if each.primary_key or each.name not in section.besides]
    if section.other is None:
        return select(*columns)
    person = aliased(User)
    return select(*columns, person.username).join(person, person.id == section.other)
