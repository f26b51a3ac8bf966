"""Identities that providers vouch for: sign in by one, link one to an account, take one away.

Who somebody is, issuer and subject say. An address links nothing: whoever has an account there may not be who
comes with the address now, and the other way round.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.permissions import may_take_part
from auth.providers.profiles import Profile
from auth.viewer import Viewer
from db import challenges, identities
from db.accounts import Taken, add_account
from db.locks import change_people, hold_people
from db.models import Provider, SignInCode, SignInMethod
from db.queries import accounts
from db.queries import identities as found
from db.queries.identities import IdentityRow
from db.reads import Reads, reads_in
from db.sessions import end_all
from db.transaction import Collision
from domain import audit, consents, flows, letters
from domain.accounts import TAKEN
from domain.accounts import sign_in as sign_in_or_return
from domain.addresses import check_verified
from domain.audit import Origin
from domain.errors import ConfirmationNeeded, Conflict, InvalidInput, NotAllowed, NotFound
from domain.letters import Notice
from domain.posts import SUSPENDED
from domain.profiles import check_display_name
from domain.sessions import SignedIn
from domain.standing import hold_own
from domain.text import UnsafeText, clean, email_problem, normal_email, username_problem

NAMES: Final[Mapping[Provider, str]] = {
    Provider.GOOGLE: "Google",
    Provider.APPLE: "Apple",
    Provider.GITHUB: "GitHub",
}
CHOOSE: Final = "Choose a username."
LAST: Final = "You could not sign in any more. Set a password or link another account first."
NOT_LINKED: Final = "No account of this provider is linked to yours."
ANOTHER: Final = "You have another account of this provider linked. Unlink that first."
SOMEBODYS: Final = "This account signs in somebody else here."
NO_ADDRESS: Final = "The provider knows no verified e-mail address of yours. Verify one there, or register here."
HAS_ACCOUNT: Final = (
    "This e-mail address has an account already. Sign in to it, or have its password reset, and link the provider "
    "there."
)


async def sign_in(
    session: AsyncSession,
    code: str,
    verifier: str,
    *,
    username: str | None,
    cancel_deletion: bool,
    origin: Origin,
) -> SignedIn:
    """Begin a session for whom the provider vouched, in an account that is made for them if they have none.

    Raises `InvalidInput` where a username is wanted, or their word that a deletion is off; `NotAllowed`, and
    `Conflict` where no account can be made.
    """
    profile = await flows.vouched(session, code, verifier)
    reads = await reads_in(session)
    identity = await found.by_subject(reads, profile.issuer, profile.subject)
    if identity is not None:
        await (change_people if cancel_deletion else hold_people)(session, identity.user_id)
    held, profile = await flows.redeem(session, code, verifier)
    if identity is None:
        user_id = await _join(session, reads, held, profile, username=username, origin=origin)
    else:
        user_id = identity.user_id
        if not await identities.note_use(session, identity.id, profile.email, held.sealed_token):
            raise Collision  # it was unlinked a moment ago: then all is asked anew
    await session.delete(held)
    method = SignInMethod(held.provider.value)
    return await sign_in_or_return(session, user_id, method=method, cancel_deletion=cancel_deletion, origin=origin)


async def link(session: AsyncSession, viewer: Viewer, code: str, verifier: str, *, origin: Origin) -> IdentityRow:
    """Let the viewer sign in by that identity from now on.

    Raises `NotAllowed` unless the way began in this very session, and `Conflict` where the identity is somebody
    else's, one of the provider is there already, or nobody knows yet whose the account's address is.
    """
    if not may_take_part(viewer):
        raise NotAllowed(SUSPENDED)
    if viewer.session_id is None:
        raise ConfirmationNeeded
    await hold_own(session, viewer)
    held, profile = await flows.redeem(session, code, verifier, linking=viewer.session_id)
    await check_verified(await reads_in(session), viewer.user_id)
    await session.delete(held)
    is_new = await _add(session, viewer.user_id, held, profile)
    row = await found.by_subject(await reads_in(session), profile.issuer, profile.subject)
    if row is None:
        raise Conflict(ANOTHER)
    if row.user_id != viewer.user_id:
        raise Conflict(SOMEBODYS)
    if is_new:
        _record(session, "identity_linked", viewer.user_id, origin, provider=held.provider, identity_id=row.id)
        await letters.notify(session, viewer.user_id, Notice.WAY_IN_ADDED, what=NAMES[held.provider])
    return row


async def unlink(session: AsyncSession, viewer: Viewer, provider: Provider, *, origin: Origin) -> None:
    """Take an identity away, and end what it began: the other sessions, and sign-ins that are not finished.

    Raises `Conflict` where it is the last way in, and `NotFound`.
    """
    if not viewer.is_fresh:
        raise ConfirmationNeeded
    await hold_own(session, viewer)  # of two at once one sees that it would be the last
    gone = await identities.remove(session, viewer.user_id, provider)
    if gone is None:
        raise NotFound(NOT_LINKED)
    if await found.ways_in(await reads_in(session), viewer.user_id) == 0:
        raise Conflict(LAST)
    await consents.end(session, [gone])
    _record(session, "identity_unlinked", viewer.user_id, origin, provider=provider, identity_id=gone.id)
    begun_by = SignInMethod(provider.value)
    await challenges.forget_sign_ins(session, viewer.user_id, begun_by)
    if ended := await end_all(session, viewer.user_id, but=viewer.session_id, begun_by=begun_by):
        revoked = {"reason": "identity_unlinked", "sessions": ended}
        _record(session, "authn_token_revoked", viewer.user_id, origin, **revoked)
    await letters.notify(session, viewer.user_id, Notice.WAY_IN_REMOVED, what=NAMES[provider])


async def _join(
    session: AsyncSession,
    reads: Reads,
    code: SignInCode,
    profile: Profile,
    *,
    username: str | None,
    origin: Origin,
) -> int:
    """A new account for that person. Raises `InvalidInput` where it lacks a username."""
    email = await _address(reads, profile)
    if username is None:
        raise InvalidInput("username", CHOOSE)
    username = username.strip()
    if problem := username_problem(username):
        raise InvalidInput("username", problem)
    name = _display_name(profile.name) or username
    # First, as whoever opens such a letter does: they void it and take the address then.
    if profile.is_email_current:
        await identities.void_links_to(session, email)
    made = await add_account(session, username, email, name, None, is_verified=profile.is_email_current)
    if made is Taken.USERNAME:
        raise InvalidInput("username", TAKEN)
    # Somebody came with the same address or the same identity a moment ago: then all is asked anew.
    if made is Taken.EMAIL or not await _add(session, made, code, profile):
        raise Collision
    _record(session, "user_created", made, origin, provider=code.provider)
    return made


async def _address(reads: Reads, profile: Profile) -> str:
    """The address for a new account. Raises `Conflict` where there is none, or somebody has proven it."""
    if profile.email is None or email_problem(profile.email):
        raise Conflict(NO_ADDRESS)
    if await accounts.by_address(reads, profile.email) is not None:
        raise Conflict(HAS_ACCOUNT)
    return normal_email(profile.email)


def _display_name(name: str | None) -> str | None:
    try:
        return None if name is None else check_display_name(clean(name))
    except (UnsafeText, InvalidInput):
        return None


async def _add(session: AsyncSession, user_id: int, code: SignInCode, profile: Profile) -> bool:
    return await identities.add(
        session, user_id, code.provider, profile.issuer, profile.subject, profile.email, code.sealed_token
    )


def _record(session: AsyncSession, event: str, user_id: int, origin: Origin, **details: Any) -> None:
    audit.record(session, event, actor_id=user_id, subject_id=user_id, origin=origin, **details)
