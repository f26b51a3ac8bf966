"""Passwords that were forgotten: who reads the account's mail sets another, and ends what others began."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from db import disowning, letters, personal_tokens, sessions
from db.accounts import take_address
from db.models import Credential, LinkPurpose
from db.queries import accounts
from db.queries.accounts import AccountRow
from db.reads import Reads, reads_in
from domain import audit, consents, links, passwords
from domain.addresses import GONE
from domain.audit import Origin
from domain.errors import Conflict
from domain.letters import LIVES, Notice, notify, send_link

_PURPOSE: Final = LinkPurpose.RESET_PASSWORD
_NOBODY: Final = 0


async def ask(session: AsyncSession, address: str, *, origin: Origin) -> None:
    """Send a link to an account of that address, in place of any before it; for none, do as much.

    Only who has proven the address finds it among what happened to their account: others would learn that they are
    the nearest to having it.
    """
    added = await letters.add_link_for_address(session, address, _PURPOSE, life=LIVES[_PURPOSE])
    link_id, user_id = added or (None, None)
    await letters.void_links(session, user_id or _NOBODY, _PURPOSE, but=link_id)
    await send_link(session, link_id)
    owner = await accounts.by_address(await reads_in(session), address)
    subject_id = owner.user_id if owner else None
    audit.record(session, "authn_password_reset_requested", actor_id=None, subject_id=subject_id, origin=origin)


async def check(db: Reads, secret: str, password: str) -> None:
    """Before the new password is hashed, which takes long. Raises `NotAllowed` for the link, or `InvalidInput`."""
    _, account = await links.look_at(db, secret, _PURPOSE)
    passwords.check_new("new_password", password, username=account.username, email=account.email)


async def reset(session: AsyncSession, secret: str, *, password_hash: str, origin: Origin) -> None:
    """Give the link's account another password and end all that was going on with it. Signs nobody in.

    Second factors and other ways in stay: a mailbox alone must not be enough where the owner has an authenticator
    app. Not so where nobody had proven the address before: then they are somebody else's. Raises `NotAllowed` for
    the link, and `Conflict` when another account has proven the address meanwhile.
    """
    _, account = await links.use(session, secret, _PURPOSE)
    if account.email_verified_at is None and not await take_address(session, account.user_id, account.email):
        raise Conflict(GONE)
    credential = await session.get_one(Credential, account.user_id)
    now = datetime.now(UTC)
    credential.password_hash, credential.password_changed_at, credential.reset_at = password_hash, now, now
    by: dict[str, Any] = {"actor_id": account.user_id, "subject_id": account.user_id, "origin": origin}
    await _end_all(session, account, by)
    audit.record(session, "authn_password_change", **by, reason="reset")
    await notify(session, account.user_id, Notice.PASSWORD_CHANGED)


async def _end_all(session: AsyncSession, account: AccountRow, by: dict[str, Any]) -> None:
    ended = await sessions.end_all(session, account.user_id)
    tokens = await personal_tokens.end_all(session, account.user_id)
    if ended or tokens:
        audit.record(session, "authn_token_revoked", **by, reason="password_reset", sessions=ended, tokens=tokens)
    await consents.end(session, await disowning.end_what_goes_on(session, account.user_id))
    if account.email_verified_at is not None:
        return
    removed = await consents.end_all(session, account.user_id)
    if removed := removed + await disowning.remove_factors(session, account.user_id):
        audit.record(session, "ways_in_removed", **by, reason="password_reset", removed=removed)
