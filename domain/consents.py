"""What people agreed to at a provider: it ends there when it ends here, as Apple asks of whoever it vouches to."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from auth.providers.profiles import Profile
from auth.providers.registry import Providers
from auth.vault import Vault
from db import identities, queue
from db.identities import Removed
from db.models import Provider
from db.queue import JobFunction
from db.stores import Stores

REVOKE: Final = "consents.revoke"
_log = structlog.get_logger(__name__)


def sealed(profile: Profile, vault: Vault) -> bytes | None:
    """What the consent can be ended by, fit to be stored; None where the provider gave nothing of the kind."""
    token = profile.refresh_token
    return None if token is None else vault.seal(token.encode(), about=_about(profile.issuer, profile.subject))


async def end(session: AsyncSession, gone: Sequence[Removed]) -> None:
    """Have the providers told, once this stands, of the identities that are gone."""
    for each in gone:
        if each.sealed_token is not None:
            about = _about(each.issuer, each.subject)
            await queue.enqueue(
                session, REVOKE, provider=each.provider, about=about, sealed=each.sealed_token.decode()
            )


async def end_all(session: AsyncSession, user_id: int) -> int:
    """Take every identity of the person away; how many there were."""
    gone = await identities.remove_all(session, user_id)
    await end(session, gone)
    return len(gone)


def jobs(providers: Providers, vault: Vault) -> Mapping[str, JobFunction]:
    return {REVOKE: partial(_revoke, providers, vault)}


async def _revoke(
    providers: Providers, vault: Vault, stores: Stores, *, provider: str, about: str, sealed: str
) -> None:
    """Raises, so that it is tried again, where the provider does not answer or does not take it."""
    revoker = providers.revoker(Provider(provider))
    if revoker is None:
        _log.warning("consent_stays_where_nothing_is_set_up", provider=provider)
        return
    await revoker.revoke(vault.open(sealed.encode(), about=about).decode())


def _about(issuer: str, subject: str) -> str:
    return f"consent:{issuer} {subject}"
