"""Sign-ins in two steps: what was right so far waits for its second factor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.secrets import hash_of, new_secret
from db import challenges
from db.models import ChallengePurpose, SignInMethod
from db.queries import accounts as account_queries
from db.queries import second_factors
from db.reads import reads_in
from domain.accounts import bring_back, may_return
from domain.audit import Origin
from domain.errors import NotAllowed, SecondFactorNeeded
from domain.second_factors import SecondFactor
from domain.sessions import SignedIn, begin_proven, may_sign_in

LIFETIME: Final = timedelta(minutes=5)
OVER: Final = "This took too long, or too many tries. Sign in again."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person who is half signed in has to answer, how, and until when (UTC)."""

    challenge: str
    methods: Sequence[SecondFactor]
    expires_at: datetime


async def ask(session: AsyncSession, needed: SecondFactorNeeded) -> Asked:
    """Keep the first half of a sign-in for `complete`."""
    account = needed.account
    challenge, expires_at = new_secret(), datetime.now(UTC) + LIFETIME
    await challenges.ask(
        session,
        hash_of(challenge),
        ChallengePurpose.SECOND_FACTOR,
        user_id=account.user_id,
        expires_at=expires_at,
        details={
            "method": needed.method,
            "password_changed_at": account.password_changed_at.isoformat(),
            "takes_deletion_back": needed.takes_deletion_back,
        },
    )
    return Asked(challenge, await _methods(session, account.user_id), expires_at)


async def attempt(session: AsyncSession, challenge: str) -> int:
    """Count one try of an answer; whose sign-in it is. Commit whatever comes of it.

    Raises `NotAllowed` when there were too many, or the time is over.
    """
    row = await challenges.attempt(session, hash_of(challenge), ChallengePurpose.SECOND_FACTOR)
    if row is None or row.user_id is None:
        raise NotAllowed(OVER)
    return row.user_id


async def complete(session: AsyncSession, challenge: str, *, origin: Origin) -> SignedIn:
    """Begin the session that was asked for, now that the second factor was shown as well in this transaction.

    Whose it is was held before that.

    Raises `NotAllowed` when somebody was faster, or the account is no longer what it was.
    """
    row = await challenges.take(session, hash_of(challenge), ChallengePurpose.SECOND_FACTOR)
    if row is None or row.user_id is None:
        raise NotAllowed(OVER)
    account = await account_queries.by_id(await reads_in(session), row.user_id)
    if account is None or account.password_changed_at.isoformat() != row.details["password_changed_at"]:
        raise NotAllowed(OVER)
    if row.details["takes_deletion_back"] and may_return(account):
        account = await bring_back(session, account, origin=origin)
    if not may_sign_in(account):
        raise NotAllowed(OVER)
    return await begin_proven(session, account, method=SignInMethod(row.details["method"]), origin=origin)


async def _methods(session: AsyncSession, user_id: int) -> Sequence[SecondFactor]:
    has = await second_factors.factors(await reads_in(session), user_id)
    assert has is not None  # they have just shown their first
    there = {
        SecondFactor.TOTP: has.has_totp,
        SecondFactor.RECOVERY_CODE: has.recovery_codes_left > 0,
        SecondFactor.PASSKEY: has.passkey_count > 0,
    }
    return [factor for factor, is_there in there.items() if is_there]
