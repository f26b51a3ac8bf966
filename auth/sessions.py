"""Sessions: who a token's session belongs to now, and how one begins, is kept alive and ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.tokens import InvalidToken, new_refresh_token, refresh_token_hash, successor_of
from auth.viewer import Viewer
from db import sessions
from db.models import RefreshToken, Session, SignInMethod
from db.queries import accounts
from db.queries.accounts import RefreshTokenRow
from db.reads import Reads, reads_in
from db.session_states import SessionStates

# OWASP ASVS 7.3 and 10.4.8: unused for so long, and however it is used.
IDLE: Final = timedelta(days=30)
ABSOLUTE: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Grant:
    """What keeps a session alive: the refresh token to use next, and until when it is good (UTC)."""

    user_id: int
    session_id: int
    refresh_token: str
    expires_at: datetime


class Outcome(Enum):
    """What came of a refresh token."""

    RENEWED = auto()
    REPEATED = auto()  # asked again within the grace: the same successor
    EXPIRED = auto()  # too late; the session ended by this
    REUSED = auto()  # by two holders, so one of them stole it; the session ended by this
    UNKNOWN = auto()  # no token, or of a session that ended before


@dataclass(frozen=True, slots=True)
class Renewal:
    """`grant` comes with RENEWED and REPEATED; the ids are those of the token's session, if it has one."""

    outcome: Outcome
    user_id: int | None = None
    session_id: int | None = None
    grant: Grant | None = None

    @property
    def is_new(self) -> bool:
        return self.outcome is Outcome.RENEWED


async def viewer_of(states: SessionStates, *, user_id: int, session_id: int) -> Viewer | None:
    """The person signed in through this session; `None` once it ended or the account is gone."""
    row = await states.get(user_id=user_id, session_id=session_id)
    if row is None:
        return None
    return Viewer(user_id, row.username, row.role, row.status, session_id, row.proven_at)


async def session_of(db: Reads, token: str) -> int | None:
    """The session that a refresh token, used or not, was given to."""
    try:
        return await accounts.session_of_token(db, refresh_token_hash(token))
    except InvalidToken:
        return None


async def begin(
    session: AsyncSession,
    user_id: int,
    *,
    method: SignInMethod,
    is_proven: bool = True,
    ip: str | None,
    user_agent: str,
) -> Grant:
    """A new session and its first refresh token, for a person who has just shown who they are.

    `is_proven`: by all that their account asks for before dangerous deeds.
    """
    now = datetime.now(UTC)
    row = Session(
        user_id=user_id,
        expires_at=now + ABSOLUTE,
        proven_at=now if is_proven else None,
        last_used_at=now,
        method=method,
        ip=ip,
        user_agent=user_agent,
    )
    session.add(row)
    await session.flush()
    token = new_refresh_token()
    session.add(RefreshToken(hash=refresh_token_hash(token), session_id=row.id, expires_at=now + IDLE))
    return Grant(user_id, row.id, token, now + IDLE)


async def renew(session: AsyncSession, token: str, *, keys: Sequence[bytes]) -> Renewal:
    """Replace a refresh token by its successor, once, however many ask at the same moment.

    A used token gives the same successor for another ten seconds, as long as that is itself unused; after
    that it ends the session. Commit whatever the outcome, or a stolen token's session lives on.

    The first of the keys makes successors, all of them know those that another process made.
    """
    try:
        successors = {refresh_token_hash(each): each for each in (successor_of(token, key) for key in keys)}
    except InvalidToken:
        return Renewal(Outcome.UNKNOWN)
    used = refresh_token_hash(token)
    row = await accounts.refresh_token(await reads_in(session), used, next_hashes=[*successors])
    # A repeat changes nothing and waits for nobody; all else is decided by one after the other.
    if row is not None and _outcome(row) is not Outcome.REPEATED:
        await sessions.hold(session, row.session_id)
        row = await accounts.refresh_token(await reads_in(session), used, next_hashes=[*successors])
    if row is None:
        return Renewal(Outcome.UNKNOWN)
    outcome, new, expires_at = _outcome(row), row.next_hash, row.next_expires_at
    if outcome is Outcome.RENEWED:
        new = next(iter(successors))
        expires_at = min(datetime.now(UTC) + IDLE, row.session_expires_at)
        await sessions.replace(session, row.session_id, used, new, expires_at)
    elif outcome is not Outcome.REPEATED:
        await sessions.end(session, row.session_id)
        return Renewal(outcome, row.user_id, row.session_id)
    assert new is not None  # a token that may be repeated has a successor
    assert expires_at is not None
    grant = Grant(row.user_id, row.session_id, successors[new], expires_at)
    return Renewal(outcome, row.user_id, row.session_id, grant)


def _outcome(row: RefreshTokenRow) -> Outcome:
    if row.is_ended:
        return Outcome.UNKNOWN
    if row.is_used:
        return Outcome.REPEATED if row.is_repeatable else Outcome.REUSED
    return Outcome.EXPIRED if row.is_expired else Outcome.RENEWED
