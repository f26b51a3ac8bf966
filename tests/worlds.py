"""Networks of any size made by a few statements, with true counters: `size` rows in every list of Ada's."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from auth.secrets import hash_of, new_secret
from auth.tokens import new_refresh_token, refresh_token_hash
from db.models import Role, UserStatus
from db.stores import Stores
from schema.nodes import global_id
from tests import identities
from tests.factories import PASSWORD, Make, Person
from tests.guarded import guard
from tests.saved import Saved

# Ada, Bob and `size` people know each other; Ada's newest post has a conversation under its first comment. Each
# depth of a list or a conversation ends with a crew that no depth above it has shown, so that what a document
# loads there is never by chance loaded already.
_PEOPLE = """
INSERT INTO users (username, display_name)
    SELECT 'person_' || i, 'Person ' || i FROM generate_series(1, {size}) AS i
    UNION ALL SELECT 'asker_' || i, 'Asker ' || i FROM generate_series(1, {size}) AS i
    UNION ALL SELECT 'crew_' || i || '_' || j, 'Sailor'
    FROM generate_series(0, 6) AS i, generate_series(1, 2) AS j;
INSERT INTO user_stats (user_id) SELECT id FROM users ON CONFLICT DO NOTHING;
CREATE TEMP TABLE people ON COMMIT DROP AS
    SELECT id, row_number() OVER (ORDER BY id) AS n FROM users WHERE username LIKE 'person\\_%';
CREATE TEMP TABLE crew ON COMMIT DROP AS
    SELECT id, split_part(username, '_', 2)::int AS role, split_part(username, '_', 3)::int AS n
    FROM users WHERE username LIKE 'crew\\_%';
CREATE TEMP TABLE star ON COMMIT DROP AS
    SELECT id, display_name AS name FROM users WHERE username IN ('ada', 'bob');
INSERT INTO follows (follower_id, followee_id)
    SELECT star.id, people.id FROM star, people UNION ALL SELECT people.id, star.id FROM star, people;
INSERT INTO follows (follower_id, followee_id) SELECT crew.id, people.id FROM crew, people WHERE role = 5;
INSERT INTO follows (follower_id, followee_id)
    SELECT one.id, other.id FROM crew one, crew other WHERE one.role = 5 AND other.role = 6;
INSERT INTO follow_requests (requester_id, target_id)
    SELECT asker.id, star.id FROM users asker, star WHERE asker.username LIKE 'asker\\_%' AND star.name = 'Ada';
"""
_POSTS = """
INSERT INTO posts (author_id, text)
    SELECT people.id, 'Person ' || n || ' likes the plaza, time ' || i FROM people, generate_series(1, 2) AS i;
INSERT INTO posts (author_id, text)
    SELECT id, name || ' on the plaza, day ' || i FROM star, generate_series(1, {size}) AS i;
INSERT INTO post_stats (post_id) SELECT id FROM posts;
CREATE TEMP TABLE talk ON COMMIT DROP AS
    SELECT max(posts.id) AS id, min(posts.id) AS first FROM posts JOIN star ON star.id = author_id
    GROUP BY name ORDER BY name LIMIT 1;
INSERT INTO likes (post_id, user_id)
    SELECT talk.id, people.id FROM talk, people
    UNION ALL SELECT talk.first, people.id FROM talk, people
    UNION ALL SELECT talk.first, star.id FROM talk, star WHERE name = 'Bob'
    UNION ALL SELECT min(posts.id), star.id FROM star, posts JOIN people ON people.id = posts.author_id
        WHERE name = 'Ada' GROUP BY star.id, people.id;
INSERT INTO likes (post_id, user_id) SELECT posts.id, crew.id FROM posts, crew WHERE role = 4;
"""
_COMMENTS = """
INSERT INTO comments (post_id, author_id, text)
    SELECT talk.id, people.id, 'I, too, ' || n FROM talk, people ORDER BY n;
INSERT INTO comments (post_id, author_id, text)
    SELECT posts.id, crew.id, 'Well said' FROM posts, talk, crew WHERE posts.id <> talk.id AND role = 0;
INSERT INTO comments (post_id, author_id, parent_id, depth, text)
    SELECT above.post_id, crew.id, above.id, 1, 'Yet' FROM comments above, crew WHERE role = 1;
INSERT INTO comments (post_id, author_id, parent_id, depth, text)
    SELECT talk.id, people.id, (SELECT min(id) FROM comments WHERE post_id = talk.id AND depth = 0),
        1, 'Why, ' || n
    FROM talk, people ORDER BY n;
INSERT INTO comments (post_id, author_id, parent_id, depth, text)
    SELECT above.post_id, crew.id, above.id, 2, 'And' FROM comments above, crew, talk
    WHERE above.depth = 1 AND role = 2 AND above.post_id = talk.id;
INSERT INTO comments (post_id, author_id, parent_id, depth, text)
    SELECT above.post_id, crew.id, above.id, 3, 'So' FROM comments above, crew, talk
    WHERE above.depth = 2 AND role = 3 AND above.post_id = talk.id;
INSERT INTO comments (post_id, author_id, text)
    SELECT talk.id, star.id, 'My own word' FROM talk, star WHERE name = 'Ada';
INSERT INTO comment_stats (comment_id) SELECT id FROM comments;
"""
_TRAIL = """
INSERT INTO audit_log (event, actor_id, subject_id, request_id, ip, device)
    SELECT 'authn_login_success', id, id, 'request-' || i, '192.0.2.1', 'Firefox on Linux'
    FROM users, generate_series(1, {size}) AS i WHERE username = 'ada';
INSERT INTO exports (user_id, ready_at, size, expires_at)
    SELECT id, now(), 123456, now() + interval '7 days' FROM users WHERE username = 'ada';
"""
_REFRESH_TOKEN = (
    "INSERT INTO refresh_tokens (hash, session_id, expires_at) VALUES ($1, $2, now() + interval '1 day')"
)
_PERSONAL_TOKEN = """
INSERT INTO personal_tokens (user_id, hash, name, scopes, expires_at)
    VALUES ($1, sha256('a script'), 'A script', '{READ}', now() + interval '30 days') RETURNING id
"""
_LINK = (
    "INSERT INTO mail_links (hash, user_id, purpose, email, former_email, expires_at) "
    "VALUES ($1, $2, $3, 'ada@example.org', 'ada@example.org', now() + interval '1 hour')"
)
_LINKS = {"reset_token": "RESET_PASSWORD", "verify_token": "VERIFY_EMAIL"}
_COUNTERS = """
UPDATE user_stats SET
    post_count = (SELECT count(*) FROM posts WHERE author_id = user_id),
    follower_count = (SELECT count(*) FROM follows WHERE followee_id = user_id),
    following_count = (SELECT count(*) FROM follows WHERE follower_id = user_id),
    request_count = (SELECT count(*) FROM follow_requests WHERE target_id = user_id),
    liked_count = (SELECT count(*) FROM likes WHERE likes.user_id = user_stats.user_id);
UPDATE post_stats SET
    like_count = (SELECT count(*) FROM likes WHERE likes.post_id = post_stats.post_id),
    comment_count = (SELECT count(*) FROM comments WHERE comments.post_id = post_stats.post_id),
    thread_count =
        (SELECT count(*) FROM comments WHERE comments.post_id = post_stats.post_id AND parent_id IS NULL);
UPDATE comment_stats SET reply_count = (SELECT count(*) FROM comments WHERE parent_id = comment_id);
"""
# What documents call by name: one id of each, or lists of them.
_NAMES = """
SELECT talk.id AS post,
    talk.first AS first_post,
    (SELECT min(comments.id) FROM comments WHERE post_id = talk.id AND depth = 0) AS comment,
    (SELECT max(comments.id) FROM comments WHERE depth = 0) AS own_comment,
    (SELECT min(comments.id) FROM comments WHERE depth = 3) AS reply,
    (SELECT min(id) FROM users WHERE username LIKE 'person\\_%') AS person,
    (SELECT min(id) FROM users WHERE username LIKE 'asker\\_%') AS asker,
    (SELECT id FROM exports) AS export,
    (SELECT array_agg(id) FROM (SELECT id FROM users ORDER BY id LIMIT {size} / 3 + 1) AS u) AS users,
    (SELECT array_agg(id) FROM (SELECT id FROM posts ORDER BY id LIMIT {size} / 3) AS p) AS posts,
    (SELECT array_agg(id) FROM (SELECT id FROM comments ORDER BY id LIMIT {size} / 3) AS c) AS comments
FROM talk
"""
_KINDS = {
    "post": "Post",
    "first_post": "Post",
    "comment": "Comment",
    "own_comment": "Comment",
    "reply": "Comment",
    "person": "User",
    "asker": "User",
    "export": "DataExport",
}
# What examples call by names that mean something on any network (`server.reference.examples` says what).
_WORDS = {
    "username": "ada",
    "email": "ada@example.org",
    "other_username": "bob",
    "deleted_username": "gone",
    "part_of_name": "person",
    "new_username": "newcomer",
    "new_email": "newcomer@example.org",
    "new_password": "a staple of batteries",
}

_Empty: TypeAlias = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class World:
    """Its people who act, and the ids that documents name as `"@post"`."""

    people: dict[str, Person]
    names: dict[str, Any] = field(default_factory=dict)

    def filled(self, variables: Any) -> Any:
        """`variables` with the names in them replaced."""
        if isinstance(variables, dict):
            return {name: self.filled(value) for name, value in variables.items()}
        if isinstance(variables, list):
            return [self.filled(value) for value in variables]
        if isinstance(variables, str) and variables.startswith("@"):
            return self.names[variables[1:]]
        return variables


async def build(stores: Stores, size: int) -> World:
    """An empty database becomes a network; `size` is at least 5."""
    make = Make(stores.sessions)
    people = {"ada": await make.user("ada"), "bob": await make.user("bob", verified=False)}
    people["admin"] = await make.user("admin", role=Role.ADMIN)
    await make.user("gone", status=UserStatus.DELETED)
    token = new_refresh_token()
    async with stores.reads.pool.lent() as connection, connection.transaction():
        for statement in (_PEOPLE, _POSTS, _COMMENTS, _COUNTERS, _TRAIL):
            await connection.execute(statement.format(size=size))
        session_id = people["ada"].session_id
        await connection.execute(_REFRESH_TOKEN, refresh_token_hash(token), session_id)
        token_id = await connection.fetchval(_PERSONAL_TOKEN, people["ada"].id)
        arrived = await identities.arrive(connection, people["ada"].id, session_id)
        links = {name: new_secret() for name in _LINKS}
        for name, secret in links.items():
            await connection.execute(_LINK, hash_of(secret), people["ada"].id, _LINKS[name])
        guarded = await guard(connection, ada=people["ada"].id, bob=people["bob"].id)
        found = await connection.fetchrow(_NAMES.format(size=size))
    assert found is not None
    names: dict[str, Any] = {name: global_id(kind, found[name]) for name, kind in _KINDS.items()}
    names |= {name: person.gid for name, person in people.items()}
    names |= {"own_post": names["post"], "stranger": names["bob"]}
    names |= guarded
    names |= {"session": global_id("Session", people["ada"].session_id)}
    names |= {"personal_token": global_id("PersonalToken", token_id)}
    names |= {**_WORDS, **arrived, **links, "password": PASSWORD, "refresh_token": token}
    names["mixture"] = [
        global_id(kind, row_id)
        for kind, column in (("User", "users"), ("Post", "posts"), ("Comment", "comments"))
        for row_id in found[column]
    ]
    return World(people, names)


class Worlds:
    """One network at a time, made anew only when another size is asked for."""

    def __init__(self, stores: Stores, saved: Saved, *, empty: _Empty, fresh_redis: _Empty) -> None:
        self._stores, self._saved = stores, saved
        self._empty, self._fresh_redis = empty, fresh_redis
        self._size = 0

    async def get(self, size: int) -> World:
        """The network, in which nobody has spent anything of their limits yet."""
        await self._fresh_redis()
        if self._size != size:
            await self.drop()
            self._world = await build(self._stores, size)
            self._size = size
            await self._saved.save()
        return self._world

    async def restore(self) -> None:
        await self._saved.restore()
        await self._fresh_redis()

    async def drop(self) -> None:
        self._size = 0
        await self._saved.drop()
        await self._empty()
