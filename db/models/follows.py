"""Edges between people: follows, requests to follow, blocks and mutes."""

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Created, Id, Moment, Row, reference


class Follow(Row):
    __tablename__ = "follows"
    __table_args__ = (
        UniqueConstraint("follower_id", "followee_id"),
        CheckConstraint("follower_id <> followee_id", name="not_oneself"),
        Index("ix_follows_followee_newest", "followee_id", text("id DESC"), postgresql_include=["follower_id"]),
        Index("ix_follows_follower_newest", "follower_id", text("id DESC"), postgresql_include=["followee_id"]),
    )

    id: Mapped[Id]
    follower_id: Mapped[int] = reference("users.id")
    followee_id: Mapped[int] = reference("users.id")
    created_at: Mapped[Created]


class FollowRequest(Row):
    """Asked of a private account; it becomes a follow or it goes."""

    __tablename__ = "follow_requests"
    __table_args__ = (
        UniqueConstraint("requester_id", "target_id"),
        CheckConstraint("requester_id <> target_id", name="not_oneself"),
        Index(
            "ix_follow_requests_target_newest",
            "target_id",
            text("id DESC"),
            postgresql_include=["requester_id"],
        ),
    )

    id: Mapped[Id]
    requester_id: Mapped[int] = reference("users.id")
    target_id: Mapped[int] = reference("users.id")
    created_at: Mapped[Created]


class Block(Row):
    __tablename__ = "blocks"
    __table_args__ = (
        CheckConstraint("blocker_id <> blocked_id", name="not_oneself"),
        Index("ix_blocks_blocked_id_blocker_id", "blocked_id", "blocker_id"),
    )

    blocker_id: Mapped[int] = reference("users.id", primary_key=True)
    blocked_id: Mapped[int] = reference("users.id", primary_key=True)
    created_at: Mapped[Created]


class Mute(Row):
    __tablename__ = "mutes"
    __table_args__ = (
        CheckConstraint("muter_id <> muted_id", name="not_oneself"),
        Index("ix_mutes_muted_id", "muted_id"),
        Index("ix_mutes_expires_at", "expires_at", postgresql_where=text("expires_at is not null")),
    )

    muter_id: Mapped[int] = reference("users.id", primary_key=True)
    muted_id: Mapped[int] = reference("users.id", primary_key=True)
    created_at: Mapped[Created]
    expires_at: Mapped[Moment | None] = mapped_column()
