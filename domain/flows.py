"""A browser's way to a provider and back, ending in a code that only the front end that began can use."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.providers.profiles import Profile
from auth.providers.trips import Trip, challenge_of
from auth.secrets import hash_of, is_secret, new_secret
from auth.vault import Vault
from auth.viewer import Viewer
from db import flows
from db.models import LinkTicket, OAuthFlow, Provider, SignInCode
from db.reads import reads_in
from domain import audit, consents
from domain.addresses import check_verified
from domain.audit import Origin
from domain.errors import ConfirmationNeeded, InvalidInput, NotAllowed

AWAY: Final = timedelta(minutes=10)
"""How long a person may take at the provider."""
TICKET: Final = timedelta(minutes=1)
CODE: Final = timedelta(minutes=1)
CHOOSING: Final = timedelta(minutes=10)
"""How long whoever showed the verifier may think about a username, however often they ask."""

OVER: Final = "This sign-in has run out, was used before, or began elsewhere. Begin again."
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in base64url
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 §4.1


async def ticket(session: AsyncSession, viewer: Viewer, provider: Provider) -> tuple[str, datetime]:
    """What takes the viewer's browser to the provider to link, and until when (UTC).

    Raises `ConfirmationNeeded` unless they showed a moment ago who they are, and `Conflict` before their address
    is verified: what they agreed to at the provider would be for nothing.
    """
    if not viewer.is_fresh or viewer.session_id is None:
        raise ConfirmationNeeded
    await check_verified(await reads_in(session), viewer.user_id)
    secret, until = new_secret(), datetime.now(UTC) + TICKET
    session.add(
        LinkTicket(hash=hash_of(secret), provider=provider, session_id=viewer.session_id, expires_at=until)
    )
    return secret, until


async def begin(
    session: AsyncSession, provider: Provider, *, browser: str, return_to: str, challenge: str, ticket: str | None
) -> Trip:
    """A way for the browser that holds the secret `browser`. Raises `InvalidInput`, and `NotAllowed` for a ticket
    that is no good any more."""
    if not _CHALLENGE.fullmatch(challenge):
        raise InvalidInput("challenge", "Send the verifier's SHA-256 in base64url, 43 characters.")
    linking = None if ticket is None else await flows.take_ticket(session, hash_of(ticket), provider)
    if ticket is not None and linking is None:
        raise NotAllowed(OVER)
    trip = Trip.begin(browser)
    session.add(
        OAuthFlow(
            state_hash=hash_of(trip.state),
            browser_hash=hash_of(browser),
            provider=provider,
            return_to=return_to,
            challenge=challenge,
            link_user_id=linking and linking.user_id,
            link_session_id=linking and linking.session_id,
            expires_at=datetime.now(UTC) + AWAY,
        )
    )
    return trip


async def come_back(session: AsyncSession, provider: Provider, *, browser: str, state: str) -> OAuthFlow:
    """The way of that state, which is used up by this. Raises `NotAllowed` for anybody who is not on it."""
    if not is_secret(browser) or not is_secret(state):
        raise NotAllowed(OVER)
    flow = await flows.take_flow(session, hash_of(state), hash_of(browser), provider)
    if flow is None:
        raise NotAllowed(OVER)
    return flow


async def hand_over(session: AsyncSession, flow: OAuthFlow, profile: Profile, vault: Vault) -> str:
    """The code for the front end, in place of what the provider said."""
    code = new_secret()
    session.add(
        SignInCode(
            hash=hash_of(code),
            provider=flow.provider,
            profile=profile.as_json(),
            sealed_token=consents.sealed(profile, vault),
            challenge=flow.challenge,
            link_user_id=flow.link_user_id,
            link_session_id=flow.link_session_id,
            expires_at=datetime.now(UTC) + CODE,
        )
    )
    return code


async def vouched(session: AsyncSession, code: str, verifier: str) -> Profile:
    """Whom the provider vouches for, whose account is to be held before `redeem`. Raises as that does."""
    _check(code, verifier)
    found = await flows.good_code(session, hash_of(code), challenge_of(verifier))
    if found is None:
        raise NotAllowed(OVER)
    return Profile(**found.profile)


async def redeem(
    session: AsyncSession, code: str, verifier: str, *, linking: int | None = None
) -> tuple[SignInCode, Profile]:
    """The code, held, and whom the provider vouches for; `linking` is the session that links.

    Raises `NotAllowed`, in the same words, for a code that is not good or not theirs who have it.
    """
    _check(code, verifier)
    held = await flows.hold_code(session, hash_of(code), challenge_of(verifier))
    if held is None or held.link_session_id != linking:
        raise NotAllowed(OVER)
    return held, Profile(**held.profile)


async def claim(session: AsyncSession, code: str, verifier: str) -> None:
    """Keep the code good while a person thinks of a username; who has shown its verifier is who began."""
    held, _ = await redeem(session, code, verifier)
    held.expires_at = held.created_at + CODE + CHOOSING


def note_failure(session: AsyncSession, provider: Provider, reason: str, *, origin: Origin) -> None:
    """Leave a trace of somebody for whom the provider did not vouch."""
    audit.record(session, "authn_login_fail", actor_id=None, origin=origin, provider=provider, reason=reason)


def _check(code: str, verifier: str) -> None:
    if not is_secret(code) or not _VERIFIER.fullmatch(verifier):
        raise NotAllowed(OVER)
