"""What a viewer may do to a row they can see. What they can see is `db.visibility`'s question."""

from auth.viewer import Viewer
from db.queries.comments import CommentRow
from db.queries.posts import PostRow


def may_take_part(viewer: Viewer) -> bool:
    """Publish, comment, like, follow and change a profile: everyone but the suspended."""
    return not viewer.is_suspended


def may_edit_post(viewer: Viewer | None, post: PostRow) -> bool:
    return viewer is not None and may_take_part(viewer) and post.author_id == viewer.user_id


def may_delete_post(viewer: Viewer | None, post: PostRow) -> bool:
    """One's own, even when suspended, and any post for moderators."""
    return viewer is not None and (post.author_id == viewer.user_id or viewer.is_moderator)


def may_edit_comment(viewer: Viewer | None, comment: CommentRow) -> bool:
    return (
        viewer is not None
        and may_take_part(viewer)
        and comment.deleted_at is None
        and comment.author_id == viewer.user_id
    )


def may_delete_comment(viewer: Viewer | None, comment: CommentRow) -> bool:
    """One's own, those on one's own posts, and any comment for moderators; a tombstone is gone already."""
    if viewer is None or comment.deleted_at is not None:
        return False
    return viewer.user_id in (comment.author_id, comment.post_author_id) or viewer.is_moderator
