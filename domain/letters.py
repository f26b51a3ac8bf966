"""Letters: what a person is told of by mail is decided in the deed's own transaction, and a job sends it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Final, Protocol, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from auth.secrets import hash_of, new_secret
from db import letters, queue
from db.models import LinkPurpose
from db.queries import accounts
from db.queries import letters as links
from db.queries.accounts import AccountRow
from db.queue import JobFunction
from db.reads import Reads, reads_in
from db.stores import Stores
from db.transaction import write

SEND: Final = "mail.send"
SEND_LINK: Final = "mail.send_link"
"""The jobs that write a letter and send it. Their payloads hold neither an address nor a secret."""

LIVES: Final = {
    LinkPurpose.RESET_PASSWORD: timedelta(minutes=10),  # OWASP ASVS 6.5.5
    LinkPurpose.VERIFY_EMAIL: timedelta(hours=24),
    LinkPurpose.CHANGE_EMAIL: timedelta(hours=24),
}


class Notice(StrEnum):
    """What happened to an account, as its owner is told."""

    ALREADY_REGISTERED = "ALREADY_REGISTERED"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 - a name
    EMAIL_CHANGE_ASKED = "EMAIL_CHANGE_ASKED"
    EMAIL_CHANGED = "EMAIL_CHANGED"
    WAY_IN_ADDED = "WAY_IN_ADDED"
    WAY_IN_REMOVED = "WAY_IN_REMOVED"
    SECOND_FACTOR_ADDED = "SECOND_FACTOR_ADDED"
    SECOND_FACTOR_REMOVED = "SECOND_FACTOR_REMOVED"
    RECOVERY_CODES_MADE = "RECOVERY_CODES_MADE"
    RECOVERY_CODE_USED = "RECOVERY_CODE_USED"
    TOKEN_MADE = "TOKEN_MADE"  # noqa: S105 - a name
    SESSION_STOLEN = "SESSION_STOLEN"
    EXPORT_READY = "EXPORT_READY"
    SUSPENDED = "SUSPENDED"
    RESTORED = "RESTORED"


Subject: TypeAlias = LinkPurpose | Notice


@dataclass(frozen=True, slots=True)
class Letter:
    """What is written to whom. `secret` is what its link carries; `what` names the thing concerned."""

    subject: Subject
    to: str
    username: str
    secret: str | None = field(default=None, repr=False)
    what: str = ""


class Post(Protocol):
    """Takes letters away. Raises for what is worth another try, and not for what nobody will ever deliver."""

    async def send(self, letter: Letter) -> None: ...


async def notify(session: AsyncSession, user_id: int, notice: Notice, *, what: str = "") -> None:
    """Tell the account's owner, at the address they have when the letter is sent, if the transaction commits.

    `what` names the thing concerned, such as "Google" or the name of a passkey, or gives a reason; no secret.
    """
    await queue.enqueue(session, SEND, kind=notice, user_id=user_id, what=what)


async def notify_former(session: AsyncSession, link_id: int, notice: Notice) -> None:
    """Tell whoever reads the address that the account had when that link was asked for."""
    await queue.enqueue(session, SEND, kind=notice, link_id=link_id)


async def send_link(session: AsyncSession, link_id: int | None) -> None:
    """Send the link if the transaction commits; for none there is the same to do, until the job finds out.

    Where another account has proven the link's address, its owner gets a letter of that instead. Only the job
    finds that out, too: whoever asks for links learns of nobody, not even by the time it takes.
    """
    await queue.enqueue(session, SEND_LINK, link_id=link_id)


def jobs(post: Post) -> Mapping[str, JobFunction]:
    """The jobs of this module, by the one post there is."""
    return {SEND: partial(_write_notice, post), SEND_LINK: partial(_write_link, post)}


async def _write_notice(
    post: Post, stores: Stores, *, kind: str, user_id: int = 0, link_id: int | None = None, what: str = ""
) -> None:
    link = None if link_id is None else await links.by_id(stores.reads, link_id)
    account = await accounts.by_id(stores.reads, link.user_id if link else user_id)
    if account is None:
        return  # purged meanwhile
    to = link.former_email if link else account.email
    if await _owner_but(stores.reads, account.user_id, to) is None:
        await post.send(Letter(Notice(kind), to, account.username, what=what))


async def _write_link(post: Post, stores: Stores, *, link_id: int | None) -> None:
    """A second run makes another secret, and the letter before it opens nothing any more."""
    if link_id is None:
        return
    async with write(stores.sessions) as session:
        letter = await _sealed(session, link_id)
    if letter is not None:
        await post.send(letter)


async def _sealed(session: AsyncSession, link_id: int) -> Letter | None:
    reads = await reads_in(session)
    link = await links.by_id(reads, link_id)
    if link is None or not link.is_good:
        return None
    account = await accounts.by_id(reads, link.user_id)
    if account is None:
        return None
    if owner := await _owner_but(reads, account.user_id, link.email):
        return Letter(Notice.ALREADY_REGISTERED, owner.email, owner.username)
    secret = new_secret()
    is_sealed = await letters.seal_link(session, link_id, hash_of(secret), life=LIVES[link.purpose])
    return Letter(link.purpose, link.email, account.username, secret) if is_sealed else None


async def _owner_but(db: Reads, user_id: int, address: str) -> AccountRow | None:
    """Who else has proven the address. Whoever only said that it is theirs has no letters sent to it."""
    owner = await accounts.by_address(db, address)
    return None if owner is None or owner.user_id == user_id else owner
