"""What people agreed to at a provider: it ends there when it ends here, as Apple asks of whoever it vouches to."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from auth.providers.profiles import Profile, Unavailable, Untrustworthy
from auth.providers.registry import Providers
from auth.vault import CannotOpen, Vault
from db import consents, flows, identities, queue
from db.models import EndedConsent, Provider
from db.queue import JobFunction
from db.stores import Stores
from db.transaction import Sessions, write

END: Final = "consents.end"
END_LATE: Final = "consents.end_late"
KEPT: Final = timedelta(days=30)
"""How long a provider that does not take it is told again."""
_SLICE: Final = 100
_KIND: Final = "consent:"
_log = structlog.get_logger(__name__)


class Gone(Protocol):
    """What stood for a consent here, and what that can be ended by at the provider, if anything."""

    @property
    def provider(self) -> Provider: ...

    @property
    def sealed_token(self) -> bytes | None: ...


def sealed(profile: Profile, vault: Vault) -> bytes | None:
    """What the consent can be ended by, fit to be stored; None where the provider gave nothing of the kind."""
    token = profile.refresh_token
    return None if token is None else vault.seal(token.encode(), about=_about(profile.issuer, profile.subject))


async def end(session: AsyncSession, gone: Sequence[Gone]) -> None:
    """Have the providers told, once this stands, of what is gone."""
    for each in gone:
        if each.sealed_token is not None:
            consent_id = await consents.keep(session, each.provider, each.sealed_token)
            await queue.enqueue(session, END, consent_id=consent_id)


async def end_all(session: AsyncSession, user_id: int) -> int:
    """Take every identity of the person away; how many there were."""
    gone = await identities.remove_all(session, user_id)
    await end(session, gone)
    return len(gone)


async def end_unused(session: AsyncSession, limit: int) -> int:
    """Forget codes that nobody used in time, and end what was agreed to for them; how many, `limit` at most."""
    gone = await flows.forget_expired_codes(session, limit)
    await end(session, gone)
    return len(gone)


def jobs(providers: Providers, vault: Vault) -> Mapping[str, JobFunction]:
    """Both raise, so that they are tried again, where a provider does not answer or does not take it."""
    return {END: partial(_tell, providers, vault), END_LATE: partial(_tell_again, providers, vault)}


async def _tell(providers: Providers, vault: Vault, stores: Stores, *, consent_id: int) -> None:
    """Tell the provider of one consent that is over, unless that was done."""
    async with write(stores.sessions) as session:
        consent = await consents.by_id(session, consent_id)
    if consent is not None:
        await _end(providers, vault, stores.sessions, consent)


async def _tell_again(providers: Providers, vault: Vault, stores: Stores) -> None:
    """Tell the providers of all that they have not taken yet, and give up the oldest."""
    failure, after = None, 0
    while waiting := await _after(stores.sessions, after):
        for consent in waiting:
            try:
                await _end(providers, vault, stores.sessions, consent)
            except (Unavailable, Untrustworthy, CannotOpen) as error:
                failure = error
        after = waiting[-1].id
    await _give_up(stores.sessions)
    if failure is not None:
        raise failure


async def _after(sessions: Sessions, consent_id: int) -> Sequence[EndedConsent]:
    async with write(sessions) as session:
        return await consents.after(session, consent_id, _SLICE)


async def _end(providers: Providers, vault: Vault, sessions: Sessions, consent: EndedConsent) -> None:
    """In no transaction while it is told: telling it twice is harmless."""
    revoker = providers.revoker(consent.provider)
    if revoker is None:
        _log.warning("consent_stays_where_nothing_is_set_up", provider=consent.provider)
        return
    issuer, subject, token = _opened(vault, consent.sealed_token)
    async with write(sessions) as session:
        is_needed = await consents.is_needed(session, issuer, subject)
    # A person's tokens stand for one consent: to end an old one would end what they sign in by now.
    if not is_needed:
        await revoker.revoke(token)
    async with write(sessions) as session:
        await consents.forget(session, consent.id)


async def _give_up(sessions: Sessions) -> None:
    async with write(sessions) as session:
        given_up = await consents.forget_ended_before(session, datetime.now(UTC) - KEPT)
    if given_up:
        _log.warning("consents_given_up", consents=given_up)


def _about(issuer: str, subject: str) -> str:
    return f"{_KIND}{issuer} {subject}"


def _opened(vault: Vault, sealed: bytes) -> tuple[str, str, str]:
    """Issuer, subject and token. Raises `CannotOpen`."""
    about, token = vault.read(sealed)
    if not about.startswith(_KIND):
        raise CannotOpen
    issuer, _, subject = about.removeprefix(_KIND).partition(" ")
    return issuer, subject, token.decode()
