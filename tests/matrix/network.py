"""A small network with every kind of viewer, account and post, kept in the database and in plain Python."""

from dataclasses import dataclass, field

from sqlalchemy import update

from db.models import Audience, Comment, Post, Role, UserStatus
from db.transaction import Sessions, write
from domain import audit
from schema.nodes import global_id
from tests.factories import Make, Person, Thing

# Accounts that are looked at; each has the same posts, comments, likes and follows.
AUTHORS = ("open", "private", "suspended_author", "deleted_author", "muted")
# People who look; authors look, too, except the deleted one, who cannot sign in.
VIEWERS = ("stranger", "follower", "requester", "blocked", "blocker", "suspended", "moderator", "host", "keeper")
LOOKING: tuple[str | None, ...] = (None, *VIEWERS, *(name for name in AUTHORS if name != "deleted_author"))

_STATUS = {
    "suspended_author": UserStatus.SUSPENDED,
    "suspended": UserStatus.SUSPENDED,
    "deleted_author": UserStatus.DELETED,
}


@dataclass(frozen=True)
class Said:
    """A post."""

    gid: str
    id: int
    author: str
    audience: Audience
    deleted: bool = False


@dataclass(frozen=True)
class Remark:
    """A comment."""

    gid: str
    id: int
    writer: str
    post: Said
    parent: "Remark | None" = None
    deleted: bool = False


@dataclass
class Network:
    """Every list in the order in which it was made."""

    people: dict[str, Person] = field(default_factory=dict)
    posts: list[Said] = field(default_factory=list)
    comments: list[Remark] = field(default_factory=list)
    follows: list[tuple[str, str]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    likes: list[tuple[str, Said]] = field(default_factory=list)
    blocks: set[tuple[str, str]] = field(default_factory=set)
    mutes: set[tuple[str, str]] = field(default_factory=set)

    def is_private(self, name: str) -> bool:
        return name in ("private", "keeper")

    def status(self, name: str) -> UserStatus:
        return _STATUS.get(name, UserStatus.ACTIVE)


class Builder:
    """Makes a thing in the database and notes it in the network."""

    def __init__(self, sessions: Sessions) -> None:
        self.network = Network()
        self._sessions = sessions
        self._make = Make(sessions)

    async def person(self, name: str) -> None:
        made = await self._make.user(
            name,
            private=self.network.is_private(name),
            status=self.network.status(name),
            role=Role.MODERATOR if name == "moderator" else Role.USER,
            display_name="Matrix",
        )
        self.network.people[name] = made

    async def post(self, author: str, audience: Audience = Audience.PUBLIC, *, deleted: bool = False) -> Said:
        thing = await self._make.post(self.network.people[author], "On the plaza", audience=audience)
        if deleted:
            async with write(self._sessions) as session:
                gone = update(Post).where(Post.id == thing.id).values(deleted_at=Post.created_at)
                await session.execute(gone)
        post = Said(thing.gid, thing.id, author, audience, deleted)
        self.network.posts.append(post)
        return post

    async def comment(
        self, writer: str, post: Said, parent: Remark | None = None, *, deleted: bool = False
    ) -> Remark:
        above = Thing(parent.id, parent.gid) if parent else None
        thing = await self._make.comment(self.network.people[writer], Thing(post.id, post.gid), parent=above)
        if deleted:
            await self._bury(writer, post, thing)
        comment = Remark(thing.gid, thing.id, writer, post, parent, deleted)
        self.network.comments.append(comment)
        return comment

    async def follow(self, follower: str, followee: str) -> None:
        await self._make.follow(self.network.people[follower], self.network.people[followee])
        self.network.follows.append((follower, followee))

    async def request(self, requester: str, target: str) -> None:
        await self._make.follow_request(self.network.people[requester], self.network.people[target])
        self.network.requests.append((requester, target))

    async def like(self, who: str, post: Said) -> None:
        await self._make.like(self.network.people[who], Thing(post.id, post.gid))
        self.network.likes.append((who, post))

    async def block(self, blocker: str, blocked: str) -> None:
        await self._make.block(self.network.people[blocker], self.network.people[blocked])
        self.network.blocks.add((blocker, blocked))

    async def mute(self, muter: str, muted: str) -> None:
        await self._make.mute(self.network.people[muter], self.network.people[muted])
        self.network.mutes.add((muter, muted))

    async def _bury(self, writer: str, post: Said, comment: Thing) -> None:
        """What its writer's deletion leaves of a comment with replies."""
        who = self.network.people[writer].id
        async with write(self._sessions) as session:
            gone = {"deleted_at": Comment.created_at, "text": ""}
            await session.execute(update(Comment).where(Comment.id == comment.id).values(**gone))
            event = "comment_deleted"
            audit.record(session, event, actor_id=who, subject_id=who, post_id=post.id, comment_id=comment.id)


async def build(sessions: Sessions) -> Network:
    made = Builder(sessions)
    for name in (*VIEWERS, *AUTHORS):
        await made.person(name)
    square = await made.post("host")
    for author in AUTHORS:
        await _settle(made, author, square)
        await _relate(made, author)
    return made.network


async def _settle(made: Builder, author: str, square: Said) -> None:
    """What the author says and does, and what is said and done to it."""
    for audience in Audience:
        post = await made.post(author, audience)
        remark = await made.comment("host", post)
        await made.comment(author, post, remark)
        for who in ("host", *VIEWERS[:-2]):
            await made.like(who, post)
    await made.post(author, deleted=True)
    remark = await made.comment(author, square)
    await made.comment("host", square, remark)
    gone = await made.comment(author, square, deleted=True)
    await made.comment("host", square, gone)
    await made.like(author, square)
    await made.follow(author, "host")
    await made.follow("host", author)
    await made.request(author, "keeper")


async def _relate(made: Builder, author: str) -> None:
    """How each viewer stands to the author. A block outweighs a follow, so whoever is blocked also follows."""
    for follower in ("follower", "blocked", "blocker"):
        await made.follow(follower, author)
    await made.request("requester", author)
    await made.block(author, "blocked")
    await made.block("blocker", author)
    if author == "muted":
        for viewer in VIEWERS:
            await made.mute(viewer, author)


def absent(kind: str) -> str:
    """The id of what was never there."""
    return global_id(kind, 1)
