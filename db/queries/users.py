"""Accounts, their counters, and what stands between them and the viewer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Text, any_, bindparam, cast, func, select
from sqlalchemy.orm import aliased

from db.models import Block, Follow, FollowRequest, Mute, User, UserStats
from db.moments import in_seconds, seconds_of
from db.queries.pages import IDS_ALONE, EdgeRow, Page, Slice, given, in_order, rooted
from db.reads import Reads, columns, read
from db.visibility import VIEWER, person_visible

IDS = bindparam("ids", type_=ARRAY(BigInteger))


@dataclass(slots=True)
class UserRow:
    """A person as others see them."""

    id: int
    username: str
    display_name: str
    bio: str
    avatar_url: str | None
    is_private: bool
    created_at: float

    @classmethod
    def of(cls, user: User) -> "UserRow":
        return cls(*(seconds_of(getattr(user, name)) for name in cls.__slots__))


@dataclass(slots=True)
class UserStatsRow:
    user_id: int
    post_count: int
    follower_count: int
    following_count: int
    request_count: int
    liked_count: int


@dataclass(slots=True)
class RelationshipRow:
    """What the viewer and this person are to each other; all false for an anonymous viewer."""

    user_id: int
    viewer_follows: bool
    viewer_has_requested: bool
    follows_viewer: bool
    viewer_blocks: bool
    viewer_mutes: bool


_visible = select(*map(in_seconds, columns(User, UserRow))).where(person_visible(User))
_by_ids = read(UserRow, _visible.where(User.id == any_(IDS)))
_by_username = read(
    UserRow, _visible.where(func.lower(User.username) == func.lower(bindparam("username", type_=Text)))
)
_stats = read(UserStatsRow, select(*columns(UserStats, UserStatsRow)).where(UserStats.user_id == any_(IDS)))


def _has(edge: type, mine: str, theirs: str, person: ColumnElement[int]) -> ColumnElement[bool]:
    entity: Any = aliased(edge)
    statement = select(1).where(getattr(entity, mine) == VIEWER, getattr(entity, theirs) == person)
    if edge is Mute:
        statement = statement.where((entity.expires_at.is_(None)) | (entity.expires_at > func.now()))
    return statement.exists()


_people = given("ids", "person")
_person_id = _people.c.id
_relationships = read(
    RelationshipRow,
    select(
        _person_id.label("user_id"),
        _has(Follow, "follower_id", "followee_id", _person_id).label("viewer_follows"),
        _has(FollowRequest, "requester_id", "target_id", _person_id).label("viewer_has_requested"),
        _has(Follow, "followee_id", "follower_id", _person_id).label("follows_viewer"),
        _has(Block, "blocker_id", "blocked_id", _person_id).label("viewer_blocks"),
        _has(Mute, "muter_id", "muted_id", _person_id).label("viewer_mutes"),
    ).select_from(_people),
)

# Closeness in thousandths above the 53 bits of the id: one key that orders by best match, then newest.
_text = bindparam("text", type_=Text)
_closeness = cast(func.word_similarity(_text, User.search_name) * 1000, BigInteger).op("<<")(53)
_search = rooted(
    in_order(
        select(_closeness.op("|")(User.id).label("key"), User.id.label("node_id")).where(
            _text.op("<%")(User.search_name), person_visible(User)
        )
    ),
    IDS_ALONE,
)


async def by_ids(db: Reads, ids: Sequence[int], *, viewer_id: int | None) -> dict[int, UserRow]:
    """Those of the accounts that the viewer may see."""
    return {row.id: row for row in await db.fetch(_by_ids, ids=ids, viewer_id=viewer_id)}


async def by_username(db: Reads, username: str, *, viewer_id: int | None) -> UserRow | None:
    """The account of that name, in any case of letters, if the viewer may see it."""
    rows = await db.fetch(_by_username, username=username, viewer_id=viewer_id)
    return rows[0] if rows else None


async def stats(db: Reads, ids: Sequence[int]) -> dict[int, UserStatsRow]:
    return {row.user_id: row for row in await db.fetch(_stats, ids=ids)}


async def relationships(db: Reads, ids: Sequence[int], *, viewer_id: int | None) -> dict[int, RelationshipRow]:
    return {row.user_id: row for row in await db.fetch(_relationships, ids=ids, viewer_id=viewer_id)}


async def search(db: Reads, page: Page, text: str, *, viewer_id: int | None) -> Slice[EdgeRow]:
    """People whose username or display name is close to `text`, best match first."""
    return await _search.one(db, page, text=text.lower(), viewer_id=viewer_id)
