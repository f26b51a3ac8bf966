"""Sign-in through others: the identities that Google, Apple and GitHub vouch for, and the way there and back."""

from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Choice, Created, Id, Moment, Row, one_of, reference


class Provider(StrEnum):
    """Who vouches for a person."""

    GOOGLE = "GOOGLE"
    APPLE = "APPLE"
    GITHUB = "GITHUB"


class Identity(Row):
    """A person as a provider knows them: by issuer and subject, never by an address."""

    __tablename__ = "identities"
    __table_args__ = (
        one_of("provider", Provider),
        Index("uq_identities_issuer_subject", "issuer", "subject", unique=True),
        Index("uq_identities_user_id_provider", "user_id", "provider", unique=True),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = reference("users.id")
    provider: Mapped[Provider] = mapped_column(Choice(Provider))
    issuer: Mapped[str]
    subject: Mapped[str]
    # What the provider said when the identity was linked; to be shown, never to be trusted.
    email: Mapped[str | None]
    # Apple's refresh token, with which to end the consent there when it ends here.
    sealed_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[Created]
    last_used_at: Mapped[Moment | None]


class EndedConsent(Row):
    """What a consent that is over here is ended by at its provider, until that has been told."""

    __tablename__ = "ended_consents"
    __table_args__ = (one_of("provider", Provider),)

    id: Mapped[Id]
    provider: Mapped[Provider] = mapped_column(Choice(Provider))
    # Whose it is stands inside of the seal alone.
    sealed_token: Mapped[bytes] = mapped_column(LargeBinary)
    ended_at: Mapped[Created]


class LinkTicket(Row):
    """Takes a signed-in person's browser to a provider in place of a token; good once, for a minute."""

    __tablename__ = "link_tickets"
    __table_args__ = (
        one_of("provider", Provider),
        CheckConstraint("length(hash) = 32", name="hash_length"),
        Index("ix_link_tickets_expires_at", "expires_at"),
    )

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    provider: Mapped[Provider] = mapped_column(Choice(Provider))
    session_id: Mapped[int]
    expires_at: Mapped[Moment]


class OAuthFlow(Row):
    """One browser on its way to a provider; the row leaves when it comes back, so the state is good once."""

    __tablename__ = "oauth_flows"
    __table_args__ = (
        one_of("provider", Provider),
        CheckConstraint("length(state_hash) = 32", name="state_hash_length"),
        CheckConstraint("length(browser_hash) = 32", name="browser_hash_length"),
        Index("ix_oauth_flows_expires_at", "expires_at"),
    )

    state_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    # Of the cookie that binds the state to the browser that began.
    browser_hash: Mapped[bytes] = mapped_column(LargeBinary)
    provider: Mapped[Provider] = mapped_column(Choice(Provider))
    return_to: Mapped[str]
    # The front end's own PKCE challenge: who exchanges the code must be who began.
    challenge: Mapped[str]
    # Whoever links another way in to their account, and the session they do it through.
    link_user_id: Mapped[int | None]
    link_session_id: Mapped[int | None]
    expires_at: Mapped[Moment]


class SignInCode(Row):
    """What a browser brings back to the front end in place of tokens: good once, for a minute."""

    __tablename__ = "sign_in_codes"
    __table_args__ = (
        one_of("provider", Provider),
        CheckConstraint("length(hash) = 32", name="hash_length"),
        Index("ix_sign_in_codes_expires_at", "expires_at"),
    )

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    provider: Mapped[Provider] = mapped_column(Choice(Provider))
    # What the provider vouches for: issuer, subject, address, name.
    profile: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sealed_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    challenge: Mapped[str]
    link_user_id: Mapped[int | None]
    link_session_id: Mapped[int | None]
    created_at: Mapped[Created]
    expires_at: Mapped[Moment]
