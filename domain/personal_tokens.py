"""Personal tokens: a person makes them for scripts, and takes them back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.tokens import new_personal_token, personal_token_hash
from auth.viewer import Viewer
from db.models import TokenScope
from db.personal_tokens import add, end
from db.queries.personal_tokens import PersonalTokenRow, of_user
from db.reads import reads_in
from domain import audit
from domain.addresses import check_verified
from domain.audit import Origin
from domain.errors import ConfirmationNeeded, Conflict, InvalidInput, NotFound
from domain.letters import Notice, notify
from domain.standing import hold_own

MOST: Final = 20
USUAL_LIFE: Final = timedelta(days=90)
LONGEST_LIFE: Final = timedelta(days=366)
LONGEST_NAME: Final = 50


@dataclass(frozen=True, slots=True)
class Made:
    """A new token; `secret` is with whoever made it from now on, and nowhere else."""

    secret: str
    row: PersonalTokenRow


async def create(
    session: AsyncSession,
    viewer: Viewer,
    *,
    name: str,
    scopes: Sequence[TokenScope],
    expires_at: datetime | None,
    origin: Origin,
) -> Made:
    """Raises `ConfirmationNeeded`, `InvalidInput`, and `Conflict` for an unverified address or too many tokens."""
    if not viewer.is_fresh:
        raise ConfirmationNeeded
    name, expires_at = name.strip(), expires_at or datetime.now(UTC) + USUAL_LIFE
    _check(name, scopes, expires_at)
    await hold_own(session, viewer)
    await check_verified(await reads_in(session), viewer.user_id)
    if len(await of_user(await reads_in(session), viewer.user_id)) >= MOST:
        raise Conflict("You have 20 tokens. Revoke one first.")
    secret = new_personal_token()
    row = await add(
        session,
        viewer.user_id,
        hash=personal_token_hash(secret),
        name=name,
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    _record(session, "authn_token_created", viewer, origin, token_id=row.id, scopes=row.scopes)
    await notify(session, viewer.user_id, Notice.TOKEN_MADE, what=row.name)
    return Made(secret, row)


async def revoke(session: AsyncSession, viewer: Viewer, token_id: int, *, origin: Origin) -> None:
    """Raises `NotFound`, also for somebody else's and for one that had ended."""
    if not await end(session, token_id, of=viewer.user_id):
        raise NotFound("There is no such token.")
    _record(session, "authn_token_revoked", viewer, origin, reason="revoked", token_id=token_id)


def _check(name: str, scopes: Sequence[TokenScope], expires_at: datetime) -> None:
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidInput("name", "Give it a name of 1 to 50 characters.")
    if not scopes:
        raise InvalidInput("scopes", "Name at least one scope.")
    if not timedelta(0) < expires_at - datetime.now(UTC) <= LONGEST_LIFE:
        raise InvalidInput("expires_at", "It may be good for at most a year.")


def _record(session: AsyncSession, event: str, viewer: Viewer, origin: Origin, **details: object) -> None:
    audit.record(session, event, actor_id=viewer.user_id, subject_id=viewer.user_id, origin=origin, **details)
