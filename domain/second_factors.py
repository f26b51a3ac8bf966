"""Second factors: an authenticator app, the recovery codes that stand in for it, and what they prove."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth import recovery_codes, totp
from auth.vault import Vault
from auth.viewer import Viewer
from db import second_factors
from db.queries import second_factors as queries
from db.reads import Reads, reads_in
from domain import audit
from domain.addresses import check_verified
from domain.audit import Origin
from domain.errors import ConfirmationNeeded, Conflict
from domain.letters import Notice, notify
from domain.standing import hold_own

NONE: Final = "You have no authenticator app."


class SecondFactor(StrEnum):
    """What one can show besides a password."""

    TOTP = "TOTP"
    RECOVERY_CODE = "RECOVERY_CODE"
    PASSKEY = "PASSKEY"


async def start_totp(session: AsyncSession, viewer: Viewer, vault: Vault, *, origin: Origin) -> str:
    """A secret for an authenticator app, which guards nothing before `confirm_totp`.

    Raises `ConfirmationNeeded`, and `Conflict` where there is one or the address is unverified.
    """
    if not viewer.is_fresh:
        raise ConfirmationNeeded()
    await check_verified(await reads_in(session), viewer.user_id)
    secret = totp.new_secret()
    sealed = vault.seal(secret.encode(), about=_about(viewer.user_id))
    if not await second_factors.start_totp(session, viewer.user_id, sealed):
        raise Conflict("You have an authenticator app already. Remove it first.")
    _record(session, "authn_totp_started", viewer, origin)
    return secret


async def confirm_totp(
    session: AsyncSession, viewer: Viewer, code: str, vault: Vault, *, origin: Origin
) -> Sequence[str] | None:
    """Turn the app on and make its recovery codes, which are shown this once; `None` for a wrong code.

    Raises `Conflict` where there is nothing to confirm, or the address is unverified.
    """
    await hold_own(session, viewer)
    reads = await reads_in(session)
    await check_verified(reads, viewer.user_id)
    row = await queries.totp(reads, viewer.user_id)
    if row is None or row.confirmed_at is not None:
        raise Conflict("There is no authenticator app to confirm. Start with `startTotp`.")
    secret = vault.open(row.sealed_secret, about=_about(viewer.user_id)).decode()
    step = totp.step_of(secret, code, datetime.now(UTC))
    if step is None:
        return None
    await second_factors.confirm_totp(session, viewer.user_id, row.sealed_secret, step)
    _record(session, "authn_totp_added", viewer, origin)
    await notify(session, viewer.user_id, Notice.SECOND_FACTOR_ADDED)
    return await _new_recovery_codes(session, viewer.user_id)


async def remove_totp(session: AsyncSession, viewer: Viewer, *, origin: Origin) -> None:
    """Sign in without the app from now on; who asks has just shown one of its codes, or what stands in for it."""
    if not await second_factors.remove_totp(session, viewer.user_id):
        raise Conflict(NONE)
    _record(session, "authn_totp_removed", viewer, origin)
    await notify(session, viewer.user_id, Notice.SECOND_FACTOR_REMOVED)


async def may_replace_recovery_codes(db: Reads, viewer: Viewer) -> None:
    """Raises `ConfirmationNeeded`, and `Conflict` without an app that the codes would stand in for."""
    if not viewer.is_fresh:
        raise ConfirmationNeeded()
    row = await queries.totp(db, viewer.user_id)
    if row is None or row.confirmed_at is None:
        raise Conflict(NONE)


async def replace_recovery_codes(session: AsyncSession, viewer: Viewer, *, origin: Origin) -> Sequence[str]:
    """Ten new codes; the old ones are good no longer. Who asks has shown a second factor and is held since."""
    await may_replace_recovery_codes(await reads_in(session), viewer)
    _record(session, "authn_recovery_codes_replaced", viewer, origin)
    await notify(session, viewer.user_id, Notice.RECOVERY_CODES_MADE)
    return await _new_recovery_codes(session, viewer.user_id)


async def takes_code(session: AsyncSession, user_id: int, code: str, vault: Vault) -> bool:
    """Whether it is the app's code of this moment, not used before; if so, it is used now."""
    row = await queries.totp(await reads_in(session), user_id)
    if row is None or row.confirmed_at is None:
        return False
    secret = vault.open(row.sealed_secret, about=_about(user_id)).decode()
    step = totp.step_of(secret, code, datetime.now(UTC))
    return step is not None and await second_factors.use_step(session, user_id, row.sealed_secret, step)


async def takes_recovery_code(session: AsyncSession, user_id: int, code: str, *, origin: Origin) -> bool:
    """Whether it is one of the person's codes, not used before; if so, it is used now, and they are told."""
    if not await second_factors.use_recovery_code(session, user_id, recovery_codes.code_hash(user_id, code)):
        return False
    audit.record(session, "authn_recovery_code_used", actor_id=user_id, subject_id=user_id, origin=origin)
    await notify(session, user_id, Notice.RECOVERY_CODE_USED)
    return True


def note_failure(session: AsyncSession, user_id: int, factor: SecondFactor, *, origin: Origin) -> None:
    """Leave a trace of a wrong answer; commit it although the deed is refused."""
    audit.record(
        session, "authn_second_factor_fail", actor_id=None, subject_id=user_id, origin=origin, factor=factor
    )


async def _new_recovery_codes(session: AsyncSession, user_id: int) -> Sequence[str]:
    codes = recovery_codes.new_codes()
    hashes = [recovery_codes.code_hash(user_id, code) for code in codes]
    await second_factors.replace_recovery_codes(session, user_id, hashes)
    return codes


def _about(user_id: int) -> str:
    return f"totp:{user_id}"


def _record(session: AsyncSession, event: str, viewer: Viewer, origin: Origin, **details: Any) -> None:
    audit.record(session, event, actor_id=viewer.user_id, subject_id=viewer.user_id, origin=origin, **details)
