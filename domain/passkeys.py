"""Passkeys: added by who has just shown who they are, and both factors at once for whoever signs in with one."""

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth import passkeys as webauthn
from auth.passkeys import InvalidPasskey, Json, RelyingParty
from auth.secrets import hash_of, new_secret
from auth.viewer import Viewer
from db import challenges, passkeys
from db.locks import change_people
from db.models import ChallengePurpose, SignInMethod
from db.queries import identities
from db.queries import second_factors as queries
from db.queries.second_factors import PasskeyRow
from db.reads import reads_in
from domain import audit
from domain.accounts import sign_in as sign_in_or_return
from domain.addresses import check_verified
from domain.audit import Origin
from domain.errors import ConfirmationNeeded, Conflict, InvalidInput, NotAllowed, NotFound
from domain.letters import Notice, notify
from domain.sessions import SignedIn
from domain.standing import hold_own

MOST: Final = 20
NOT_THERE: Final = "There is no such passkey."
LAST: Final = "This is your last way in. Set a password first, or add another."
WRONG: Final = "This is not the passkey that was asked for, or it took too long. Begin anew."
_LIFETIME: Final = timedelta(seconds=webauthn.TIMEOUT)
_NAME: Final = 50


async def start_adding(session: AsyncSession, viewer: Viewer, party: RelyingParty) -> str:
    """What the viewer's browser needs to make a passkey, as JSON. Raises `Conflict` for an unverified address."""
    if not viewer.is_fresh:
        raise ConfirmationNeeded()
    reads = await reads_in(session)
    await check_verified(reads, viewer.user_id)
    existing = await queries.passkeys(reads, viewer.user_id)
    if len(existing) >= MOST:
        raise Conflict(f"You have {MOST} passkeys. Remove one first.")
    challenge = await _ask(session, ChallengePurpose.PASSKEY_ADD, viewer.user_id)
    return party.creation_options(
        challenge,
        user_id=viewer.user_id,
        username=viewer.username,
        existing=[each.credential_id for each in existing],
    )


async def add(
    session: AsyncSession, viewer: Viewer, party: RelyingParty, answer: str, *, name: str, origin: Origin
) -> PasskeyRow:
    """Keep the passkey that the browser made. Raises `InvalidInput` for what was not asked for."""
    name = name.strip()
    if not 1 <= len(name) <= _NAME:
        raise InvalidInput("name", f"Write between 1 and {_NAME} characters.")
    await hold_own(session, viewer)
    await check_verified(await reads_in(session), viewer.user_id)
    try:
        credential = webauthn.read(answer)
        challenge = await _answered(session, credential, ChallengePurpose.PASSKEY_ADD, viewer.user_id)
        made = party.made(credential, challenge)
    except InvalidPasskey:
        raise InvalidInput("passkey", WRONG) from None
    passkey_id = await passkeys.add(
        session,
        viewer.user_id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        is_backed_up=made.is_backed_up,
        name=name,
    )
    if passkey_id is None:
        raise Conflict("This passkey is in use already.")
    _record(session, "authn_passkey_added", viewer.user_id, origin, passkey_id=passkey_id)
    await notify(session, viewer.user_id, Notice.WAY_IN_ADDED, what="A passkey")
    row = await queries.passkey_by_credential_id(await reads_in(session), made.credential_id)
    assert row is not None  # added a moment ago
    return row


async def start_signing_in(session: AsyncSession, party: RelyingParty) -> str:
    """What a browser needs to show any passkey of its person, as JSON."""
    return party.request_options(await _ask(session, ChallengePurpose.PASSKEY_SIGN_IN, None))


async def sign_in(
    session: AsyncSession, party: RelyingParty, answer: str, *, cancel_deletion: bool, origin: Origin
) -> SignedIn | None:
    """Begin a session for whose passkey it is; `None`, and a trace to be committed, where it opens nothing.

    Raises `InvalidInput` where their word is wanted that a deletion is off; the answer is good still.
    """
    row = await shown(session, party, answer, origin=origin)
    if row is not None:
        with contextlib.suppress(NotAllowed):
            return await sign_in_or_return(
                session,
                row.user_id,
                method=SignInMethod.PASSKEY,
                cancel_deletion=cancel_deletion,
                origin=origin,
            )
    subject_id = None if row is None else row.user_id
    audit.record(session, "authn_login_fail", actor_id=None, subject_id=subject_id, origin=origin)
    return None


async def shown(
    session: AsyncSession, party: RelyingParty, answer: str, *, of: int | None = None, origin: Origin
) -> PasskeyRow | None:
    """The passkey that answers a challenge of ours, which it uses up; `None` for anything else.

    It has to be theirs who are held, `of`; else whose it is is held by this. One whose count of uses has not grown
    was copied: refused, with a trace to be committed.
    """
    try:
        credential = webauthn.read(answer)
        row = await _held(session, webauthn.id_of(credential), of)
        challenge = await _answered(session, credential, ChallengePurpose.PASSKEY_SIGN_IN, None)
        if row is None:
            return None
        use = party.shown(credential, challenge, public_key=row.public_key, user_id=row.user_id)
    except InvalidPasskey:
        return None
    if await passkeys.use(session, row.id, sign_count=use.sign_count, is_backed_up=use.is_backed_up):
        return row
    audit.record(
        session,
        "authn_passkey_copied",
        actor_id=None,
        subject_id=row.user_id,
        origin=origin,
        passkey_id=row.id,
        sign_count=use.sign_count,
    )
    return None


async def rename(session: AsyncSession, viewer: Viewer, passkey_id: int, *, name: str) -> None:
    name = name.strip()
    if not 1 <= len(name) <= _NAME:
        raise InvalidInput("name", f"Write between 1 and {_NAME} characters.")
    if not await passkeys.rename(session, viewer.user_id, passkey_id, name):
        raise NotFound(NOT_THERE)


async def remove(session: AsyncSession, viewer: Viewer, passkey_id: int, *, origin: Origin) -> None:
    """Let it open nothing any more. Raises `Conflict` where it is the last way in."""
    if not viewer.is_fresh:
        raise ConfirmationNeeded()
    await hold_own(session, viewer)  # of two at once one sees that it would be the last
    if not await passkeys.remove(session, viewer.user_id, passkey_id):
        raise NotFound(NOT_THERE)
    if await identities.ways_in(await reads_in(session), viewer.user_id) == 0:
        raise Conflict(LAST)
    _record(session, "authn_passkey_removed", viewer.user_id, origin, passkey_id=passkey_id)
    await notify(session, viewer.user_id, Notice.WAY_IN_REMOVED, what="A passkey")


async def _ask(session: AsyncSession, purpose: ChallengePurpose, user_id: int | None) -> str:
    challenge = new_secret()
    await challenges.ask(
        session,
        hash_of(challenge),
        purpose,
        user_id=user_id,
        expires_at=datetime.now(UTC) + _LIFETIME,
    )
    return challenge


async def _held(session: AsyncSession, credential_id: bytes, of: int | None) -> PasskeyRow | None:
    """The passkey, with its person held: nobody takes it away meanwhile."""
    reads = await reads_in(session)
    row = await queries.passkey_by_credential_id(reads, credential_id)
    if row is None or row.user_id == of:
        return row
    if of is not None:
        return None
    await change_people(session, row.user_id)
    return await queries.passkey_by_credential_id(reads, credential_id)


async def _answered(
    session: AsyncSession, credential: Json, purpose: ChallengePurpose, user_id: int | None
) -> str:
    """The challenge of ours that the browser says it answers, used up. Raises `InvalidPasskey`."""
    challenge = webauthn.challenge_in(credential)
    row = await challenges.take(session, hash_of(challenge), purpose)
    if row is None or row.user_id != user_id:
        raise InvalidPasskey
    return challenge


def _record(session: AsyncSession, event: str, user_id: int, origin: Origin, **details: Any) -> None:
    audit.record(session, event, actor_id=user_id, subject_id=user_id, origin=origin, **details)
