"""E-mail addresses: have one verified, and change it for another."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.viewer import Viewer
from db import disowning, letters, personal_tokens, sessions
from db.accounts import take_address
from db.models import Credential, LinkPurpose
from db.queries import accounts
from db.queries.accounts import AccountRow
from db.reads import Reads, reads_in
from domain import audit, consents, links, passwords
from domain.audit import Origin
from domain.errors import ConfirmationNeeded, Conflict, InvalidInput, NotAllowed
from domain.letters import LIVES, Notice, notify_former, send_link
from domain.passwords import MEANWHILE, Proof
from domain.standing import hold_own
from domain.text import email_problem, normal_email

UNVERIFIED: Final = "Verify your e-mail address first."
VERIFIED: Final = "Your e-mail address is verified already."
SAME: Final = "This is your e-mail address already."
OTHER: Final = "This is not your e-mail address."
GONE: Final = "This e-mail address has another account by now."

_PURPOSES: Final = (LinkPurpose.VERIFY_EMAIL, LinkPurpose.CHANGE_EMAIL)


@dataclass(frozen=True, slots=True)
class Verified:
    """An address as it now stands. `needs_password`: the account's was voided together with whoever made it."""

    email: str
    needs_password: bool


def checked(field: str, address: str) -> str:
    """The address as it is kept. Raises `InvalidInput` on `field` for what is none."""
    address = address.strip()
    if problem := email_problem(address):
        raise InvalidInput(field, problem)
    return normal_email(address)


async def own(db: Reads, viewer: Viewer) -> str:
    """The viewer's address, proven or not. Raises `Conflict` where they have no account any more."""
    address = await accounts.address(db, viewer.user_id)
    if address is None:
        raise Conflict(MEANWHILE)
    return address.email


async def ask_to_verify(session: AsyncSession, user_id: int) -> None:
    """Send a link to the account's address; to whom somebody else has proven it, see `letters.send_link`."""
    purpose = LinkPurpose.VERIFY_EMAIL
    await send_link(session, await letters.add_link(session, user_id, purpose, life=LIVES[purpose]))


async def ask_again(session: AsyncSession, viewer: Viewer, address: str | None, *, origin: Origin) -> str:
    """The viewer wants such a link; where it goes. Raises `Conflict` when the address is verified.

    Raises `InvalidInput` where they name an address that is not theirs.
    """
    account = await _hold(session, viewer)
    if address is not None and address.strip().lower() != account.email.lower():
        raise InvalidInput("email", OTHER)
    if account.email_verified_at is not None:
        raise Conflict(VERIFIED)
    await letters.void_links(session, viewer.user_id, LinkPurpose.VERIFY_EMAIL)
    await ask_to_verify(session, viewer.user_id)
    _record(session, "email_verification_requested", viewer.user_id, origin)
    return account.email


async def check_verified(db: Reads, user_id: int) -> None:
    """Raises `Conflict` where nobody has shown that the account's address is theirs.

    Another way in, a second factor or a token that whoever registered made before that would outlast the moment
    when the address's owner takes the account over.
    """
    address = await accounts.address(db, user_id)
    if address is None or address.email_verified_at is None:
        raise Conflict(UNVERIFIED)


async def whose_password_counts(db: Reads, secret: str, viewer: Viewer | None) -> AccountRow | None:
    """The link's account, where only its password can show that the address's owner made it.

    Raises `NotAllowed` for a link that is not good.
    """
    _, account = await links.look_at(db, secret, *_PURPOSES)
    is_first = account.email_verified_at is None
    return account if is_first and _own_session(viewer, account) is None else None


async def verify(
    session: AsyncSession, secret: str, *, viewer: Viewer | None, proof: Proof | None, origin: Origin
) -> Verified:
    """The address of the link is its account's, and proven.

    The first proof ends everything older but the session it comes through: whoever made the account may not
    have been the address's owner. Where neither such a session nor `proof` shows that they were, nothing that
    they signed in with stays. Raises `NotAllowed` for a link that is not good, and `Conflict` when somebody
    else has the address by now or the password was changed since its proof.
    """
    link, account = await links.use(session, secret, *_PURPOSES)
    if proof is not None:
        await _hold_proven(session, proof)
    if not await take_address(session, account.user_id, link.email):
        raise Conflict(GONE)
    if link.purpose is LinkPurpose.CHANGE_EMAIL:
        await notify_former(session, link.id, Notice.EMAIL_CHANGED)
        _record(session, "email_changed", account.user_id, origin)
    own = _own_session(viewer, account)
    is_first = account.email_verified_at is None
    is_strange = is_first and own is None and proof is None
    if is_first:
        await _end_older(session, account.user_id, own, origin)
    if is_strange:
        await _remove_ways_in(session, account.user_id, origin)
        await _void_password(session, account.user_id, origin)
    _record(session, "email_verified", account.user_id, origin)
    return Verified(link.email, is_strange)


async def change(session: AsyncSession, viewer: Viewer, address: str, *, origin: Origin) -> None:
    """Send a link to another address, which becomes the viewer's once it is opened; the one they have is told.

    It is off once the session that asks ends, however it does: a thief's above all.

    Raises `ConfirmationNeeded` unless the viewer has just shown who they are.
    """
    if not viewer.is_fresh:
        raise ConfirmationNeeded
    account = await _hold(session, viewer)
    if address == account.email:
        raise InvalidInput("new_email", SAME)
    purpose = LinkPurpose.CHANGE_EMAIL
    link_id = await letters.add_link(
        session,
        viewer.user_id,
        purpose,
        email=address,
        asked_through=viewer.session_id,
        life=LIVES[purpose],
    )
    await letters.void_links(session, viewer.user_id, purpose, but=link_id)
    await send_link(session, link_id)
    await notify_former(session, link_id, Notice.EMAIL_CHANGE_ASKED)
    _record(session, "email_change_requested", viewer.user_id, origin)


async def _hold(session: AsyncSession, viewer: Viewer) -> AccountRow:
    """The viewer's account, which nobody changes until the transaction ends."""
    await hold_own(session, viewer)
    account = await accounts.by_id(await reads_in(session), viewer.user_id)
    assert account is not None  # whose session stands
    return account


def _own_session(viewer: Viewer | None, account: AccountRow) -> int | None:
    return viewer.session_id if viewer and viewer.user_id == account.user_id else None


async def _hold_proven(session: AsyncSession, proof: Proof) -> None:
    try:
        await passwords.hold(session, proof, to_change=True)
    except NotAllowed:
        raise Conflict(MEANWHILE) from None


async def _end_older(session: AsyncSession, user_id: int, own: int | None, origin: Origin) -> None:
    ended = await sessions.end_all(session, user_id, but=own)
    tokens = await personal_tokens.end_all(session, user_id)
    await consents.end(session, await disowning.end_what_goes_on(session, user_id))
    if ended or tokens:
        told = {"reason": "email_verified", "sessions": ended, "tokens": tokens}
        _record(session, "authn_token_revoked", user_id, origin, **told)


async def _remove_ways_in(session: AsyncSession, user_id: int, origin: Origin) -> None:
    removed = await consents.end_all(session, user_id)
    if removed := removed + await disowning.remove_factors(session, user_id):
        _record(session, "ways_in_removed", user_id, origin, reason="email_verified", removed=removed)


async def _void_password(session: AsyncSession, user_id: int, origin: Origin) -> None:
    """Until its next one is set by a link, nobody signs in: not by a proof from a moment ago either."""
    credential = await session.get_one(Credential, user_id)
    credential.password_hash, credential.password_changed_at = None, datetime.now(UTC)
    _record(session, "authn_password_change", user_id, origin, reason="email_verified")


def _record(session: AsyncSession, event: str, user_id: int, origin: Origin, **details: Any) -> None:
    audit.record(session, event, actor_id=user_id, subject_id=user_id, origin=origin, **details)
