"""Posts as a viewer sees them, and who liked them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, any_, bindparam, func, literal_column, select, true
from sqlalchemy.orm import aliased

from db.models import Audience, Like, Post, PostStats, PostType, User
from db.moments import in_seconds, seconds_of
from db.queries.pages import IDS_ALONE, EdgeRow, Nodes, Page, Slice, in_order, nested, rooted
from db.queries.users import IDS, UserRow
from db.reads import Reads, Statement, columns, read
from db.visibility import VIEWER, person_visible, post_visible


@dataclass(slots=True)
class PostRow:
    """A post with all that a page shows of it: one statement a page and not one for each part."""

    id: int
    type: PostType
    text: str
    link_url: str | None
    image_url: str | None
    alt_text: str | None
    audience: Audience
    created_at: float
    edited_at: float | None
    like_count: int
    comment_count: int
    thread_count: int
    viewer_has_liked: bool
    author: UserRow

    @property
    def author_id(self) -> int:
        return self.author.id

    def reworded(self, post: Post) -> "PostRow":
        """The same with what `post` says now."""
        return replace(self, **{name: seconds_of(getattr(post, name)) for name in _WORDING})


@dataclass(slots=True)
class PostEdgeRow:
    """A place in a list with the post that stands there."""

    parent_id: int
    key: int
    node: PostRow


POST_COUNTERS: Final = (PostStats.like_count, PostStats.comment_count, PostStats.thread_count)
_WORDING = [name for name in PostRow.__slots__ if name in Post.__table__.columns]
# Whoever may see a post may see its author. Named apart, so that a list within keeps its own posts and people.
_post, _author = aliased(Post, name="post"), aliased(User, name="author")
_parts = (
    *(getattr(_post, name) for name in _WORDING),
    *(func.coalesce(counter, 0).label(counter.key) for counter in POST_COUNTERS),
    select(1).where(Like.user_id == VIEWER, Like.post_id == _post.id).exists().label("viewer_has_liked"),
    *columns(_author, UserRow),
)


_whole: Statement = (
    select(*_parts)
    .select_from(_post)
    .join(_author, _author.id == _post.author_id)
    .outerjoin(PostStats, PostStats.post_id == _post.id)
)


def _with_posts(places: Statement, post_id: ColumnElement[int]) -> Statement:
    # The limit keeps it a look-up for each place: not knowing how long a page is, the planner takes a tenth of the
    # list, and would rather read all posts and all people.
    whole = _whole.where(_post.id == post_id).limit(1).lateral("whole")
    parts = (in_seconds(column).label(part.key) for column, part in zip(whole.c, _parts, strict=True))
    return places.join(whole, true()).add_columns(*parts)


# For lists of posts that the viewer may see, which they do not ask again.
WHOLE: Final = Nodes(PostEdgeRow, _with_posts)
_by_ids = read(
    PostRow,
    _whole.with_only_columns(*map(in_seconds, _parts)).where(_post.id == any_(IDS), post_visible(_post, _author)),
)


def _by_author(author_id: ColumnElement[int]) -> Statement:
    return (
        select(Post.id.label("key"), Post.id.label("node_id"))
        .join(User, User.id == Post.author_id)
        .where(Post.author_id == author_id, post_visible(Post, User))
    )


def _likers(post_id: ColumnElement[int]) -> Statement:
    author, liker = aliased(User), aliased(User)
    return (
        select(Like.id.label("key"), Like.user_id.label("node_id"))
        .join(Post, Post.id == Like.post_id)
        .join(author, author.id == Post.author_id)
        .join(liker, liker.id == Like.user_id)
        .where(Like.post_id == post_id, post_visible(Post, author), person_visible(liker))
    )


def _liked_posts(user_id: ColumnElement[int]) -> Statement:
    return (
        select(Like.id.label("key"), Like.post_id.label("node_id"))
        .join(Post, Post.id == Like.post_id)
        .join(User, User.id == Post.author_id)
        .where(Like.user_id == user_id, Like.user_id == VIEWER, post_visible(Post, User))
    )


# Words as they stand: people write in every language, and a stemmer knows one.
_WORDS: ColumnElement[Any] = literal_column("'simple'::regconfig")

_posts_by_author = nested(_by_author, WHOLE)
_likers_of_post = nested(_likers, IDS_ALONE)
_posts_liked_by = nested(_liked_posts, WHOLE)
_search = rooted(
    in_order(
        select(Post.id.label("key"), Post.id.label("node_id"))
        .join(User, User.id == Post.author_id)
        .where(
            Post.search.op("@@")(func.websearch_to_tsquery(_WORDS, bindparam("text", type_=Text))),
            post_visible(Post, User),
        )
    ),
    WHOLE,
)


async def by_ids(db: Reads, ids: Sequence[int], *, viewer_id: int | None) -> dict[int, PostRow]:
    """Those of the posts that the viewer may see."""
    return {row.id: row for row in await db.fetch(_by_ids, ids=ids, viewer_id=viewer_id)}


async def by_author(
    db: Reads, author_ids: Sequence[int], page: Page, *, viewer_id: int | None
) -> dict[int, Slice[PostEdgeRow]]:
    return await _posts_by_author.each(db, author_ids, page, viewer_id=viewer_id)


async def likers(
    db: Reads, post_ids: Sequence[int], page: Page, *, viewer_id: int | None
) -> dict[int, Slice[EdgeRow]]:
    return await _likers_of_post.each(db, post_ids, page, viewer_id=viewer_id)


async def liked_by(
    db: Reads, user_ids: Sequence[int], page: Page, *, viewer_id: int | None
) -> dict[int, Slice[PostEdgeRow]]:
    """What a person liked; rows only for the viewer's own account."""
    return await _posts_liked_by.each(db, user_ids, page, viewer_id=viewer_id)


async def search(db: Reads, page: Page, text: str, *, viewer_id: int | None) -> Slice[PostEdgeRow]:
    """Posts whose text matches a web-style query (`"a phrase" or word -not`), newest first."""
    return await _search.one(db, page, text=text, viewer_id=viewer_id)
