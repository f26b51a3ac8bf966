"""Accounts and posts deleted long ago, and every row there is, to compare."""

from datetime import timedelta
from typing import Any

import asyncpg

from db.models import (
    Block,
    Comment,
    CommentStats,
    Follow,
    FollowRequest,
    Like,
    Mute,
    Post,
    PostStats,
    User,
    UserStats,
)
from tests.factories import Person, Thing
from tests.rows import Rows

OVER = timedelta(days=31)
NOT_OVER = timedelta(days=29)


async def leave(owner: asyncpg.Connection, person: Person, ago: timedelta) -> None:
    """Delete the account as long ago as that."""
    deleted = "UPDATE users SET status = 'DELETED', deleted_at = now() - $2::interval WHERE id = $1"
    await owner.execute(deleted, person.id, ago)


async def entomb_post(owner: asyncpg.Connection, author: Person, post: Thing, ago: timedelta) -> None:
    await owner.execute("UPDATE posts SET deleted_at = now() - $2::interval WHERE id = $1", post.id, ago)
    await owner.execute("UPDATE user_stats SET post_count = post_count - 1 WHERE user_id = $1", author.id)


async def snapshot(rows: Rows) -> list[list[dict[str, Any]]]:
    models = (User, UserStats, Follow, FollowRequest, Block, Mute, Post, PostStats, Like, Comment, CommentStats)
    return [
        [{name: value for name, value in vars(row).items() if name != "_sa_instance_state"} for row in found]
        for found in [await rows(model) for model in models]
    ]
