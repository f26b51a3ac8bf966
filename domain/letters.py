"""Letters: what a person is told of by mail is decided in the deed's own transaction, and a job sends it."""

from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from db import queue

SEND: Final = "mail.send"
"""The job that writes a letter and sends it. Its payload holds neither an address nor a secret."""


class Notice(StrEnum):
    """What happened to an account, as its owner is told."""

    ALREADY_REGISTERED = "ALREADY_REGISTERED"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 - a name
    WAY_IN_ADDED = "WAY_IN_ADDED"
    WAY_IN_REMOVED = "WAY_IN_REMOVED"
    SECOND_FACTOR_ADDED = "SECOND_FACTOR_ADDED"
    SECOND_FACTOR_REMOVED = "SECOND_FACTOR_REMOVED"
    RECOVERY_CODES_MADE = "RECOVERY_CODES_MADE"
    RECOVERY_CODE_USED = "RECOVERY_CODE_USED"
    TOKEN_MADE = "TOKEN_MADE"  # noqa: S105 - a name
    SESSION_STOLEN = "SESSION_STOLEN"
    EXPORT_READY = "EXPORT_READY"


async def notify(session: AsyncSession, user_id: int, notice: Notice, *, what: str = "") -> None:
    """Tell the account's owner, at the address they have when the letter is sent, if the transaction commits.

    `what` names the thing concerned in a word or two, such as "Google" or the name of a passkey; no secret.
    """
    await queue.enqueue(session, SEND, kind=notice, user_id=user_id, what=what)
