-- No page is longer than a hundred. Without an end of its own the statement would be planned anew for every $3.
SELECT * FROM (
    SELECT posts.id, author_id, text, posts.created_at, like_count, comment_count
    FROM posts
    JOIN users AS author ON author.id = author_id
    JOIN post_stats ON post_id = posts.id
    WHERE posts.deleted_at IS NULL AND audience = 'PUBLIC' AND NOT author.is_private AND author.status = 'ACTIVE'
        AND NOT EXISTS (SELECT FROM blocks WHERE blocker_id = author.id AND blocked_id = $1)
        AND NOT EXISTS (SELECT FROM blocks WHERE blocker_id = $1 AND blocked_id = author.id)
        AND NOT EXISTS (
            SELECT FROM mutes
            WHERE muter_id = $1 AND muted_id = author.id AND (expires_at IS NULL OR expires_at > now())
        )
        AND posts.id < $2
    ORDER BY posts.id DESC
    LIMIT 101
) AS page
ORDER BY id DESC
LIMIT $3
