"""Who may see what, as SQL clauses: the only place. Not visible and not there are the same rows: none.

* A person is seen by everyone unless suspended or deleted, or a block stands between them and the viewer.
* What a private account says and whom it knows is for its followers; so is a post for followers only.
* A mute hides from feeds and from nothing else.
* One always sees oneself and one's own. Moderators see here what any person sees; their desk has its own reads.
"""

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from db.models import Audience, Block, Comment, Follow, Mute, Post, Row, User, UserStatus

# The signed-in person's id, or NULL: every comparison with NULL fails, which is what anonymous means.
VIEWER = bindparam("viewer_id", type_=BigInteger)

Clause = ColumnElement[bool]


def person_visible(person: type[User]) -> Clause:
    """The account itself and its counters."""
    return or_(person.id == VIEWER, _present_to_viewer(person))


def circle_visible(person: type[User]) -> Clause:
    """What an account keeps for its followers when it is private: its posts and its lists."""
    return or_(
        person.id == VIEWER,
        and_(_present_to_viewer(person), or_(~person.is_private, _followed_by_viewer(person))),
    )


def post_visible(post: type[Post], author: type[User]) -> Clause:
    """A post, given the row of its author."""
    open_to_all = and_(~author.is_private, post.audience == Audience.PUBLIC)
    return and_(
        post.deleted_at.is_(None),
        or_(
            author.id == VIEWER,
            and_(_present_to_viewer(author), or_(open_to_all, _followed_by_viewer(author))),
        ),
    )


def comment_visible(comment: type[Comment]) -> Clause:
    """A comment on a post that is itself visible; a tombstone, having no author, is for everyone."""
    writer = aliased(User)
    return or_(
        comment.deleted_at.is_not(None),
        _exists(writer, comment, writer.id == comment.author_id, person_visible(writer)),
    )


def not_muted(person: type[User]) -> Clause:
    """For feeds only."""
    mute = aliased(Mute)
    return ~_exists(
        mute,
        person,
        mute.muter_id == VIEWER,
        mute.muted_id == person.id,
        or_(mute.expires_at.is_(None), mute.expires_at > func.now()),
    )


def _present_to_viewer(person: type[User]) -> Clause:
    block = aliased(Block)
    return and_(
        person.status == UserStatus.ACTIVE,
        ~_exists(block, person, block.blocker_id == person.id, block.blocked_id == VIEWER),
        ~_exists(block, person, block.blocker_id == VIEWER, block.blocked_id == person.id),
    )


def _followed_by_viewer(person: type[User]) -> Clause:
    follow = aliased(Follow)
    return _exists(follow, person, follow.follower_id == VIEWER, follow.followee_id == person.id)


def _exists(edge: type[Row], outer: type[Row], *clauses: Clause) -> Clause:
    # The outer row is named, for left to itself SQLAlchemy finds it only one level up, not through a LATERAL.
    return select(1).select_from(edge).where(*clauses).correlate(outer).exists()
