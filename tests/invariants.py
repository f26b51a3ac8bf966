"""What must hold between rows whatever happened: each statement returns the rows that differ."""

from typing import Any, Final

import asyncpg

INVARIANTS: Final = {
    "user_stats": """
        SELECT s.*, f.* FROM user_stats s CROSS JOIN LATERAL (SELECT
            (SELECT count(*) FROM posts WHERE author_id = s.user_id AND deleted_at IS NULL) AS posts,
            (SELECT count(*) FROM follows WHERE followee_id = s.user_id) AS followers,
            (SELECT count(*) FROM follows WHERE follower_id = s.user_id) AS following,
            (SELECT count(*) FROM follow_requests WHERE target_id = s.user_id) AS requests,
            (SELECT count(*) FROM likes WHERE user_id = s.user_id) AS liked
        ) f WHERE (s.post_count, s.follower_count, s.following_count, s.request_count, s.liked_count)
            IS DISTINCT FROM (f.posts, f.followers, f.following, f.requests, f.liked)
    """,
    "post_stats": """
        SELECT s.*, f.* FROM post_stats s CROSS JOIN LATERAL (SELECT
            (SELECT count(*) FROM likes WHERE post_id = s.post_id) AS likes,
            count(*) AS comments,
            count(*) FILTER (WHERE parent_id IS NULL) AS threads
            FROM comments WHERE post_id = s.post_id AND deleted_at IS NULL
        ) f WHERE (s.like_count, s.comment_count, s.thread_count) IS DISTINCT FROM (f.likes, f.comments, f.threads)
    """,
    "comment_stats": """
        SELECT s.*, f.* FROM comment_stats s CROSS JOIN LATERAL (
            SELECT count(*) AS replies FROM comments WHERE parent_id = s.comment_id AND deleted_at IS NULL
        ) f WHERE s.reply_count <> f.replies
    """,
    "stats for every row": """
        SELECT 'user' AS kind, id FROM users WHERE id NOT IN (SELECT user_id FROM user_stats)
        UNION ALL SELECT 'post', id FROM posts WHERE id NOT IN (SELECT post_id FROM post_stats)
        UNION ALL SELECT 'comment', id FROM comments WHERE id NOT IN (SELECT comment_id FROM comment_stats)
    """,
    "no follow beside a block": """
        SELECT f.follower_id, f.followee_id FROM follows f JOIN blocks b
            ON (b.blocker_id, b.blocked_id) IN ((f.follower_id, f.followee_id), (f.followee_id, f.follower_id))
    """,
    "no request beside a block": """
        SELECT r.requester_id, r.target_id FROM follow_requests r JOIN blocks b
            ON (b.blocker_id, b.blocked_id) IN ((r.requester_id, r.target_id), (r.target_id, r.requester_id))
    """,
    "no request beside a follow": """
        SELECT r.requester_id, r.target_id FROM follow_requests r JOIN follows f
            ON (f.follower_id, f.followee_id) = (r.requester_id, r.target_id)
    """,
    "no like of a blocked person": """
        SELECT l.user_id, l.post_id FROM likes l JOIN posts p ON p.id = l.post_id
            JOIN blocks b ON (b.blocker_id, b.blocked_id) = (p.author_id, l.user_id)
    """,
    "no comment of a blocked person": """
        SELECT c.author_id, c.id FROM comments c JOIN posts p ON p.id = c.post_id
            JOIN blocks b ON (b.blocker_id, b.blocked_id) = (p.author_id, c.author_id)
        WHERE c.deleted_at IS NULL
    """,
    "no tombstone without a comment below it": """
        SELECT id FROM comments t
        WHERE deleted_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM comments WHERE parent_id = t.id)
    """,
}


async def broken(connection: asyncpg.Connection) -> dict[str, list[dict[str, Any]]]:
    """The invariants that do not hold, each with the rows that show it; empty when all is well."""
    found = {name: await connection.fetch(sql) for name, sql in INVARIANTS.items()}
    return {name: [dict(row) for row in rows] for name, rows in found.items() if rows}
