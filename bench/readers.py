"""Who asks, and what each of them may ask about: found in a network, in the same order at every run."""

from dataclasses import asdict, dataclass

import asyncpg

from schema.nodes import global_id

# A post to like, a conversation to read and a stranger to follow, each of them new to the reader and open to them.
# The order is that of a hash, which is none, and the same on every machine.
_READERS = """
WITH reader AS (
    SELECT id, username, row_number() OVER (ORDER BY md5(id::text)) AS n
    FROM users WHERE status = 'ACTIVE' AND EXISTS (SELECT FROM follows WHERE follower_id = users.id)
), open_post AS (
    SELECT posts.id, author_id, comment_count FROM posts
    JOIN users ON users.id = author_id JOIN post_stats ON post_id = posts.id
    WHERE posts.deleted_at IS NULL AND audience = 'PUBLIC' AND NOT is_private
), post AS (
    SELECT id, author_id, row_number() OVER (ORDER BY md5(id::text)) AS n FROM open_post
), talk AS (
    SELECT id, author_id, row_number() OVER (ORDER BY md5(id::text)) AS n FROM open_post WHERE comment_count >= 8
), stranger AS (
    SELECT users.id, username, row_number() OVER (ORDER BY md5(users.id::text || 's')) AS n
    FROM users JOIN user_stats ON user_id = users.id WHERE NOT is_private AND follower_count > 0 AND post_count > 0
), apart AS (
    SELECT blocker_id AS one, blocked_id AS other FROM blocks UNION ALL SELECT blocked_id, blocker_id FROM blocks
)
SELECT reader.id, reader.username, post.id AS post, talk.id AS talk,
    stranger.id AS stranger, stranger.username AS stranger_name
FROM reader
JOIN post ON post.n = 1 + (reader.n - 1) % (SELECT count(*) FROM post)
JOIN talk ON talk.n = 1 + (reader.n - 1) % (SELECT count(*) FROM talk)
JOIN stranger ON stranger.n = 1 + (reader.n - 1) % (SELECT count(*) FROM stranger)
WHERE reader.id NOT IN (post.author_id, stranger.id)
    AND NOT EXISTS (SELECT FROM likes WHERE post_id = post.id AND user_id = reader.id)
    AND NOT EXISTS (SELECT FROM follows WHERE follower_id = reader.id AND followee_id = stranger.id)
    AND NOT EXISTS
        (SELECT FROM apart WHERE one = reader.id AND other IN (post.author_id, talk.author_id, stranger.id))
ORDER BY reader.n LIMIT $1
"""
# Signed in without a password: argon2 would be most of what is measured.
_SIGN_IN = """
INSERT INTO sessions (user_id, expires_at) SELECT id, now() + interval '1 day'
FROM unnest($1::bigint[]) WITH ORDINALITY AS reader (id, n) ORDER BY n RETURNING id, user_id
"""


@dataclass(frozen=True)
class Reader:
    """A person signed in; `place` is theirs among all readers, the other fields are global ids and names."""

    place: int
    id: int
    session_id: int
    username: str
    post: str
    talk: str
    stranger: str
    stranger_name: str

    @property
    def stranger_first_name(self) -> str:
        return self.stranger_name.partition("_")[0]

    def as_dict(self) -> dict[str, object]:
        """What the crowd knows of them."""
        own = {
            "gid": global_id("User", self.id),
            "stranger_first_name": self.stranger_first_name,
            "address": address(self.place),
        }
        return asdict(self) | own


def address(number: int) -> str:
    """An address of its own for each number, as far as a server that believes `X-Forwarded-For` can tell.

    What one address may spend is limited, and everybody here comes from the same machine.
    """
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


async def readers(owner_url: str, most: int) -> list[Reader]:
    """At most so many people of the network, each with a session of their own."""
    connection = await asyncpg.connect(owner_url)
    try:
        found = await connection.fetch(_READERS, most)
        made = await connection.fetch(_SIGN_IN, [row["id"] for row in found])
    finally:
        await connection.close()
    sessions = {row["user_id"]: row["id"] for row in made}
    return [
        Reader(
            place,
            row["id"],
            sessions[row["id"]],
            row["username"],
            global_id("Post", row["post"]),
            global_id("Post", row["talk"]),
            global_id("User", row["stranger"]),
            row["stranger_name"],
        )
        for place, row in enumerate(found)
    ]
