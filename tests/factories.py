"""Rows made straight in the database, with the counters that the rules would have moved."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from auth.viewer import Viewer
from db.counters import count_for_comment, count_for_post, count_for_user
from db.models import (
    Block,
    Comment,
    CommentStats,
    Credential,
    Follow,
    FollowRequest,
    Like,
    Mute,
    Post,
    PostStats,
    Role,
    Row,
    Session,
    User,
    UserStats,
    UserStatus,
)
from db.transaction import Sessions, write
from schema.nodes import global_id

# argon2id of "correct horse battery", with parameters that cost nothing.
PASSWORD = "correct horse battery"
PASSWORD_HASH = "$argon2id$v=19$m=8,t=1,p=1$Ja3hOTbgZco$wmochVsDCjV0/IiYqGb32g"
VAULT_KEY = "fedcba9876543210" * 3
_LATER = datetime.fromisoformat("2100-01-01T00:00:00Z")


@dataclass(frozen=True)
class Person:
    """A user of a test and how they ask."""

    id: int
    username: str
    viewer: Viewer

    @property
    def gid(self) -> str:
        return global_id("User", self.id)

    @property
    def session_id(self) -> int:
        assert self.viewer.session_id is not None
        return self.viewer.session_id


@dataclass(frozen=True)
class Thing:
    """A post or comment of a test."""

    id: int
    gid: str


class Make:
    """`make.user("ada")`, `make.post(ada)`: each in a transaction of its own."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._names = count(1)

    async def user(
        self,
        username: str | None = None,
        *,
        private: bool = False,
        email: str | None = None,
        verified: bool = True,
        role: Role = Role.USER,
        status: UserStatus = UserStatus.ACTIVE,
        **columns: Any,
    ) -> Person:
        username = username or f"person_{next(self._names)}"
        columns.setdefault("display_name", username.title())
        if status is UserStatus.DELETED:
            columns.setdefault("deleted_at", datetime.now(UTC))
        user = User(username=username, is_private=private, role=role, status=status, **columns)
        async with write(self._sessions) as session:
            await _add(session, user)
            session.add(UserStats(user_id=user.id))
            now = datetime.now(UTC)
            credential = Credential(
                user_id=user.id,
                email=email or f"{username}@example.org",
                email_verified_at=now if verified else None,
                password_hash=PASSWORD_HASH,
            )
            session.add(credential)
            sign_in = Session(user_id=user.id, expires_at=_LATER, proven_at=now)
            await _add(session, sign_in)
        viewer = Viewer(user.id, username, role, status, sign_in.id, now)
        return Person(user.id, username, viewer)

    async def suspend(self, person: Person) -> Person:
        async with write(self._sessions) as session:
            suspended = update(User).where(User.id == person.id).values(status=UserStatus.SUSPENDED)
            await session.execute(suspended)
        return replace(person, viewer=replace(person.viewer, status=UserStatus.SUSPENDED))

    async def post(self, author: Person, text: str = "Hello", **columns: Any) -> Thing:
        post = Post(author_id=author.id, text=text, **columns)
        async with write(self._sessions) as session:
            await _add(session, post)
            session.add(PostStats(post_id=post.id))
            if post.deleted_at is None:
                await count_for_user(session, author.id, post_count=1)
        return Thing(post.id, global_id("Post", post.id))

    async def comment(
        self, author: Person, post: Thing, text: str = "Indeed", *, parent: Thing | None = None
    ) -> Thing:
        async with write(self._sessions) as session:
            above = await session.get_one(Comment, parent.id) if parent else None
            comment = Comment(
                post_id=post.id,
                author_id=author.id,
                parent_id=above and above.id,
                depth=above.depth + 1 if above else 0,
                text=text,
            )
            await _add(session, comment)
            session.add(CommentStats(comment_id=comment.id))
            await count_for_post(session, post.id, comment_count=1, thread_count=0 if above else 1)
            if above:
                await count_for_comment(session, above.id, reply_count=1)
        return Thing(comment.id, global_id("Comment", comment.id))

    async def follow(self, follower: Person, followee: Person) -> None:
        async with write(self._sessions) as session:
            await _add(session, Follow(follower_id=follower.id, followee_id=followee.id))
            await count_for_user(session, follower.id, following_count=1)
            await count_for_user(session, followee.id, follower_count=1)

    async def follow_request(self, requester: Person, target: Person) -> None:
        async with write(self._sessions) as session:
            await _add(session, FollowRequest(requester_id=requester.id, target_id=target.id))
            await count_for_user(session, target.id, request_count=1)

    async def like(self, person: Person, post: Thing) -> None:
        async with write(self._sessions) as session:
            await _add(session, Like(post_id=post.id, user_id=person.id))
            await count_for_user(session, person.id, liked_count=1)
            await count_for_post(session, post.id, like_count=1)

    async def block(self, blocker: Person, blocked: Person) -> None:
        async with write(self._sessions) as session:
            session.add(Block(blocker_id=blocker.id, blocked_id=blocked.id))

    async def mute(self, muter: Person, muted: Person, *, until: datetime | None = None) -> None:
        async with write(self._sessions) as session:
            session.add(Mute(muter_id=muter.id, muted_id=muted.id, expires_at=until))


async def _add(session: AsyncSession, row: Row) -> None:
    session.add(row)
    await session.flush()
