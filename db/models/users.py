"""People: the account, its counters and its password."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Computed, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.limits import BIO, DISPLAY_NAME, EMAIL, URL, USERNAME
from db.models.base import Choice, Created, Id, Moment, Row, one_of, reference


class Role(StrEnum):
    """What a person is trusted with, from least to most."""

    USER = "USER"
    MODERATOR = "MODERATOR"
    ADMIN = "ADMIN"


class UserStatus(StrEnum):
    """Whether an account takes part: DELETED ones are hidden at once and purged later."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    DELETED = "DELETED"


class User(Row):
    __tablename__ = "users"
    __table_args__ = (
        one_of("role", Role),
        one_of("status", UserStatus),
        CheckConstraint(f"username ~ '^[A-Za-z0-9_]{{{USERNAME[0]},{USERNAME[1]}}}$'", name="username_form"),
        CheckConstraint(f"length(display_name) between 1 and {DISPLAY_NAME}", name="display_name_length"),
        CheckConstraint(f"length(bio) <= {BIO}", name="bio_length"),
        CheckConstraint(f"avatar_url ~ '^https://' and length(avatar_url) <= {URL}", name="avatar_url_https"),
        CheckConstraint("(status = 'DELETED') = (deleted_at is not null)", name="deleted_at_status"),
        CheckConstraint("returns_as in ('ACTIVE', 'SUSPENDED')", name="returns_as_choice"),
        Index("uq_users_lower_username", text("lower(username)"), unique=True),
        Index(
            "ix_users_search_name",
            "search_name",
            postgresql_using="gin",
            postgresql_ops={"search_name": "gin_trgm_ops"},
        ),
        Index("ix_users_deleted_at", "deleted_at", postgresql_where=text("deleted_at is not null")),
    )

    id: Mapped[Id]
    username: Mapped[str]
    display_name: Mapped[str]
    bio: Mapped[str] = mapped_column(server_default="")
    avatar_url: Mapped[str | None]
    is_private: Mapped[bool] = mapped_column(server_default=text("false"))
    role: Mapped[Role] = mapped_column(Choice(Role), server_default=Role.USER)
    status: Mapped[UserStatus] = mapped_column(Choice(UserStatus), server_default=UserStatus.ACTIVE)
    created_at: Mapped[Created]
    deleted_at: Mapped[Moment | None]
    # What the account is again if its deletion is taken back, so that no suspension ends that way.
    returns_as: Mapped[UserStatus | None] = mapped_column(Choice(UserStatus))
    search_name: Mapped[str] = mapped_column(
        Computed("lower(username || ' ' || display_name)", persisted=True), deferred=True
    )


class UserStats(Row):
    """Counters apart from the account: the hottest rows stay small and their updates never touch an index."""

    __tablename__ = "user_stats"
    __table_args__ = (
        CheckConstraint(
            "least(post_count, follower_count, following_count, request_count, liked_count) >= 0",
            name="not_negative",
        ),
    )

    user_id: Mapped[int] = reference("users.id", primary_key=True)
    post_count: Mapped[int] = mapped_column(server_default="0")
    follower_count: Mapped[int] = mapped_column(server_default="0")
    following_count: Mapped[int] = mapped_column(server_default="0")
    request_count: Mapped[int] = mapped_column(server_default="0")
    liked_count: Mapped[int] = mapped_column(server_default="0")


class Credential(Row):
    """What a person signs in with; apart from the account so that no list can carry it by accident."""

    __tablename__ = "credentials"
    __table_args__ = (
        CheckConstraint(f"length(email) between 3 and {EMAIL}", name="email_length"),
        Index("ix_credentials_lower_email", text("lower(email)")),
        # Whoever signs in by an address has it alone. Anybody may have said that it is theirs.
        Index(
            "uq_credentials_sign_in_email",
            text("lower(email)"),
            unique=True,
            postgresql_where=text("email_verified_at is not null or signs_in_unproven"),
        ),
    )

    user_id: Mapped[int] = reference("users.id", primary_key=True)
    email: Mapped[str]
    email_verified_at: Mapped[Moment | None]
    # Of accounts from before addresses were proven, each of which had its own alone; until somebody proves it.
    signs_in_unproven: Mapped[bool] = mapped_column(server_default=text("false"))
    # None for whoever came through a provider or a passkey and has set none.
    password_hash: Mapped[str | None]
    password_changed_at: Mapped[Created]
    # When the password was last set by a letter, for which one reads the account's mail.
    reset_at: Mapped[Moment | None]
