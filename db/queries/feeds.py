"""Feeds by the pull path: what the people one follows said, and what anyone may read."""

from sqlalchemy import BigInteger, cast, select, true, union_all
from sqlalchemy.orm import aliased

from db.models import Audience, Follow, Post, User
from db.queries.pages import Page, Slice, bounded, in_order, rooted
from db.queries.posts import WHOLE, PostEdgeRow
from db.reads import Reads, Statement
from db.visibility import VIEWER, not_muted, post_visible


def _home(descending: bool) -> Statement:
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
        select(newest.c.key, newest.c.key.label("node_id"))
        .select_from(sources)
        .join(author, author.id == sources.c.id)
        .join(newest, true())
        .where(not_muted(author))
    )
    return bounded(candidates, newest.c.key, descending=descending)


_home_feed = rooted(_home, WHOLE)
_public_feed = rooted(
    in_order(
        select(Post.id.label("key"), Post.id.label("node_id"))
        .join(User, User.id == Post.author_id)
        .where(
            Post.deleted_at.is_(None),
            Post.audience == Audience.PUBLIC,
            ~User.is_private,
            post_visible(Post, User),
            not_muted(User),
        )
    ),
    WHOLE,
)


async def home(db: Reads, page: Page, *, viewer_id: int) -> Slice[PostEdgeRow]:
    """Posts of the people the viewer follows and the viewer's own, newest first; muted people left out."""
    return await _home_feed.one(db, page, viewer_id=viewer_id)


async def public(db: Reads, page: Page, *, viewer_id: int | None) -> Slice[PostEdgeRow]:
    """Public posts of public accounts, newest first; people the viewer muted left out."""
    return await _public_feed.one(db, page, viewer_id=viewer_id)
