"""Sealed secrets, when the key changes."""

from functools import partial
from typing import Final

import structlog

from auth.vault import CannotOpen, Vault
from db import seals
from db.seals import Place
from db.transaction import Sessions, retried, write

_SLICE: Final = 500
_log = structlog.get_logger(__name__)


async def reseal(sessions: Sessions, vault: Vault) -> int:
    """Seal every secret with the vault's first key that is not yet; how many those were."""
    return sum([await _reseal(sessions, vault, place) for place in seals.PLACES])


async def _reseal(sessions: Sessions, vault: Vault, place: Place) -> int:
    count, after = 0, 0
    while (slice_ := await retried(partial(_reseal_slice, sessions, vault, place, after))) is not None:
        after, resealed = slice_
        count += resealed
    return count


async def _reseal_slice(sessions: Sessions, vault: Vault, place: Place, after: int) -> tuple[int, int] | None:
    """The last row looked at and how many of the secrets were resealed; `None` past the end."""
    async with write(sessions) as session:
        rows = await seals.sealed_after(session, place, after, _SLICE)
        if not rows:
            return None
        renewed = [(row_id, new) for row_id, sealed in rows if (new := _resealed(vault, place, row_id, sealed))]
        for row_id, sealed in renewed:
            await seals.reseal(session, place, row_id, sealed)
        return rows[-1][0], len(renewed)


def _resealed(vault: Vault, place: Place, row_id: int, sealed: bytes) -> bytes | None:
    """None where it is already, or where the key that it was sealed with is lost, which is no reason to stop."""
    try:
        return vault.resealed(sealed)
    except CannotOpen:
        _log.warning("seal_cannot_be_opened", table=place[0].class_.__tablename__, row_id=row_id)
        return None
