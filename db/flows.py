"""Statements about ways to a provider and back: tickets, flows and codes, each of them good once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db.models import LinkTicket, OAuthFlow, Provider, Session, SignInCode

_Kind: TypeAlias = type[LinkTicket] | type[OAuthFlow]
_KEYS: Final[dict[_Kind, InstrumentedAttribute[bytes]]] = {
    LinkTicket: LinkTicket.hash,
    OAuthFlow: OAuthFlow.state_hash,
}


@dataclass(frozen=True, slots=True)
class Linking:
    """Who links another way in, and the session they do it through."""

    user_id: int
    session_id: int


async def take_ticket(session: AsyncSession, hash: bytes, provider: Provider) -> Linking | None:
    """Use a ticket up; who was given it, if their session still stands."""
    is_good = (LinkTicket.hash == hash, LinkTicket.provider == provider, LinkTicket.expires_at > func.now())
    session_id = await session.scalar(delete(LinkTicket).where(*is_good).returning(LinkTicket.session_id))
    stands = (Session.id == session_id, Session.revoked_at.is_(None), Session.expires_at > func.now())
    user_id = await session.scalar(select(Session.user_id).where(*stands))
    return None if session_id is None or user_id is None else Linking(user_id, session_id)


async def take_flow(
    session: AsyncSession, state_hash: bytes, browser_hash: bytes, provider: Provider
) -> OAuthFlow | None:
    """Use a flow up, for the browser that began it; of two at once one gets it."""
    is_theirs = (
        OAuthFlow.state_hash == state_hash,
        OAuthFlow.browser_hash == browser_hash,
        OAuthFlow.provider == provider,
        OAuthFlow.expires_at > func.now(),
    )
    gone = await session.scalars(delete(OAuthFlow).where(*is_theirs).returning(OAuthFlow))
    return gone.one_or_none()


async def good_code(session: AsyncSession, hash: bytes, challenge: str) -> SignInCode | None:
    """The code, if it is good and whoever has it began the way."""
    return await session.scalar(_good_code(hash, challenge))


async def hold_code(session: AsyncSession, hash: bytes, challenge: str) -> SignInCode | None:
    """The same; nobody else uses it until the transaction ends."""
    return await session.scalar(_good_code(hash, challenge).with_for_update())


async def forget_expired(session: AsyncSession, limit: int) -> int:
    """Delete tickets and flows that nobody came back for; how many rows, up to `limit` of each kind."""
    gone = 0
    for kind, key in _KEYS.items():
        over = select(key).where(kind.expires_at < func.now()).limit(limit).with_for_update(skip_locked=True)
        deleted = await session.scalars(delete(kind).where(key.in_(over)).returning(key))
        gone += len(deleted.all())
    return gone


async def forget_expired_codes(session: AsyncSession, limit: int) -> Sequence[SignInCode]:
    """Delete codes that nobody used in time; those that were, `limit` at most."""
    over = select(SignInCode.hash).where(SignInCode.expires_at < func.now()).limit(limit)
    gone = delete(SignInCode).where(SignInCode.hash.in_(over.with_for_update(skip_locked=True)))
    return (await session.scalars(gone.returning(SignInCode))).all()


def _good_code(hash: bytes, challenge: str) -> Select[SignInCode]:
    return select(SignInCode).where(
        SignInCode.hash == hash,
        SignInCode.challenge == challenge,
        SignInCode.expires_at > func.clock_timestamp(),
    )
