"""Links that are sent by mail."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from db.limits import EMAIL
from db.models.base import Choice, Created, Id, Moment, Row, one_of, reference


class LinkPurpose(StrEnum):
    """What a link does for whoever opens it."""

    VERIFY_EMAIL = "VERIFY_EMAIL"
    RESET_PASSWORD = "RESET_PASSWORD"  # noqa: S105 - a name
    CHANGE_EMAIL = "CHANGE_EMAIL"


class MailLink(Row):
    """A link that was asked for; it is good once, for a short while and for one purpose."""

    __tablename__ = "mail_links"
    __table_args__ = (
        one_of("purpose", LinkPurpose),
        CheckConstraint("length(hash) = 32", name="hash_length"),
        CheckConstraint(f"length(email) between 3 and {EMAIL}", name="email_length"),
        Index("uq_mail_links_hash", "hash", unique=True),
        Index("ix_mail_links_user_id", "user_id"),
        Index("ix_mail_links_expires_at", "expires_at"),
    )

    id: Mapped[Id]
    # Of the secret in the letter, which is made when the letter is: until then nothing opens.
    hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    user_id: Mapped[int] = reference("users.id")
    purpose: Mapped[LinkPurpose] = mapped_column(Choice(LinkPurpose))
    # The address it is sent to, which it proves.
    email: Mapped[str]
    # The account's address when it was asked for.
    former_email: Mapped[str]
    # Through which a change of address was asked for: the link opens while that stands.
    session_id: Mapped[int | None]
    created_at: Mapped[Created]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
