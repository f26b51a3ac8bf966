"""Feeds by the pull path: what the people one follows said, and what anyone may read."""

from sqlalchemy import BigInteger, cast, literal_column, select, true, union_all
from sqlalchemy.orm import aliased

from db.models import Audience, Follow, Post, User
from db.queries.pages import EdgeRow, Page, PagedRead, Slice, bounded, rooted
from db.reads import Read, Reads, Statement, read
from db.visibility import VIEWER, not_muted, post_visible


def _home(descending: bool) -> Read[EdgeRow]:
    # Each author gives at most one page of candidates, so the work is bounded by the people followed,
    # never by how much they wrote.
    sources = union_all(
        select(Follow.followee_id.label("id")).where(Follow.follower_id == VIEWER),
        select(cast(VIEWER, BigInteger).label("id")),
    ).subquery("source")
    author, post = aliased(User, name="author"), aliased(Post, name="post")
    newest = bounded(
        select(post.id.label("key")).where(post.author_id == author.id, post_visible(post, author)),
        post.id,
        descending=descending,
    ).lateral("newest")
    candidates = (
        select(newest.c.key)
        .select_from(sources)
        .join(author, author.id == sources.c.id)
        .join(newest, true())
        .where(not_muted(author))
    )
    return read(EdgeRow, _edges(bounded(candidates, newest.c.key, descending=descending)))


def _edges(page: Statement) -> Statement:
    edge = page.subquery("edge")
    nobody = literal_column("0", BigInteger).label("parent_id")
    return select(nobody, edge.c.key, edge.c.key.label("node_id"))


_home_feed = PagedRead(True, _home(True), _home(False))
_public_feed = rooted(
    select(Post.id.label("key"), Post.id.label("node_id"))
    .join(User, User.id == Post.author_id)
    .where(
        Post.deleted_at.is_(None),
        Post.audience == Audience.PUBLIC,
        ~User.is_private,
        post_visible(Post, User),
        not_muted(User),
    )
)


async def home(db: Reads, page: Page, *, viewer_id: int) -> Slice:
    """Posts of the people the viewer follows and the viewer's own, newest first; muted people left out."""
    return await _home_feed.one(db, page, viewer_id=viewer_id)


async def public(db: Reads, page: Page, *, viewer_id: int | None) -> Slice:
    """Public posts of public accounts, newest first; people the viewer muted left out."""
    return await _public_feed.one(db, page, viewer_id=viewer_id)
