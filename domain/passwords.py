"""Passwords: prove that one knows an account's, and change it.

Comparing takes long and happens outside of any transaction; what is done on its strength asks again, inside of
one, whether the password is still the same: `hold` and `change` do.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.passwords import Passwords, TooBusy, problem_with
from auth.viewer import Viewer
from db import letters, personal_tokens, sessions
from db.locks import KEEPING_KEYS, change_people, hold_people
from db.models import Credential
from db.queries import accounts
from db.queries.accounts import AccountRow
from db.reads import Reads, reads_in
from domain import audit
from domain.errors import ConfirmationNeeded, Conflict, InvalidInput, NotAllowed
from domain.letters import Notice, notify

WRONG: Final = "Wrong name or password."
NOT_YOURS: Final = "This is not your password."
NEEDED: Final = "Your account has a password. Give it."
MEANWHILE: Final = "Your account was changed meanwhile. Try again."


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether an account has that password, or has none. `account` is None where there is no such account.

    `new_hash` replaces a stored hash that has other parameters than today's.
    """

    account: AccountRow | None
    is_match: bool
    new_hash: str | None = None


async def prove(
    db: Reads, passwords: Passwords, name: str, password: str, *, may: Callable[[AccountRow], bool]
) -> Proof:
    """Compare with the account of that username or e-mail address.

    No such account, or one of which `may` is false, is as good as a wrong password and takes as long.
    Raises auth's `TooBusy`.
    """
    # Names and addresses are ASCII. Asking for others would let a name be spelt in as many ways as letters
    # have capitals somewhere, each with tries of its own.
    account = await accounts.by_name(db, name) if name.isascii() else None
    proof = await _compare(passwords, account, password)
    return proof if account is None or may(account) else replace(proof, is_match=False)


async def prove_own(db: Reads, passwords: Passwords, user_id: int, password: str) -> Proof:
    """Compare with that account's. Raises auth's `TooBusy`."""
    return await _compare(passwords, await accounts.by_id(db, user_id), password)


async def prove_none(db: Reads, viewer: Viewer, field: str) -> Proof:
    """That the viewer's account has no password, which counts once they have shown in another way who they are.

    Raises `InvalidInput` where there is one, and `ConfirmationNeeded`.
    """
    account = await accounts.by_id(db, viewer.user_id)
    if account is None or account.password_hash is not None:
        raise InvalidInput(field, NEEDED)
    if not viewer.is_fresh:
        raise ConfirmationNeeded
    return Proof(account, is_match=True)


async def hold(session: AsyncSession, proof: Proof, *, to_change: bool = False) -> AccountRow:
    """The proven account, which keeps its password and status until the transaction ends.

    Raises `NotAllowed`, in a wrong password's words, when it got another one since.
    """
    assert proof.account is not None
    assert proof.is_match
    lock = change_people if to_change else hold_people
    await lock(session, proof.account.user_id)
    now = await accounts.by_id(await reads_in(session), proof.account.user_id)
    if now is None or now.password_changed_at != proof.account.password_changed_at:
        raise NotAllowed(WRONG)
    if proof.new_hash is not None:
        credential = await session.get_one(Credential, now.user_id, with_for_update=KEEPING_KEYS)
        credential.password_hash = proof.new_hash
    return now


async def hold_own(session: AsyncSession, viewer: Viewer, proof: Proof) -> AccountRow:
    """The viewer's account, held to be changed on the proof's strength.

    Raises `Conflict` when the password is another since, and `ConfirmationNeeded` for people who have more to show
    than a password and did not a moment ago.
    """
    try:
        account = await hold(session, proof, to_change=True)
    except NotAllowed:
        raise Conflict(MEANWHILE) from None
    if account.has_more_than_a_password and not viewer.is_fresh:
        raise ConfirmationNeeded
    return account


def note_failure(session: AsyncSession, event: str, proof: Proof, *, origin: audit.Origin) -> None:
    """Leave a trace of a wrong password; commit it although the deed is refused."""
    subject_id = proof.account.user_id if proof.account else None
    audit.record(session, event, actor_id=None, subject_id=subject_id, origin=origin)


def check_own(field: str, proof: Proof) -> None:
    """Raises `InvalidInput` for a password that is not the viewer's."""
    if not proof.is_match:
        raise InvalidInput(field, NOT_YOURS)


def check_new(field: str, password: str, *, username: str, email: str) -> None:
    """Raises `InvalidInput` for a password that is too short or too easily guessed."""
    if problem := problem_with(password, username=username, email=email):
        raise InvalidInput(field, problem)


def check_next(field: str, password: str, proof: Proof) -> None:
    """The same for the proven account."""
    assert proof.account is not None
    check_new(field, password, username=proof.account.username, email=proof.account.email)


async def change(
    session: AsyncSession, viewer: Viewer, proof: Proof, *, password_hash: str, origin: audit.Origin
) -> int:
    """Give the account another password, end its personal tokens and its other sessions; how many those were.

    No link in a letter opens any more: a change of address that somebody else asked for, above all. Raises what
    `hold_own` does.
    """
    account = await hold_own(session, viewer, proof)
    credential = await session.get_one(Credential, account.user_id)
    credential.password_hash = password_hash
    credential.password_changed_at = datetime.now(UTC)
    await letters.void_links(session, account.user_id)
    ended = await sessions.end_all(session, viewer.user_id, but=viewer.session_id)
    tokens = await personal_tokens.end_all(session, viewer.user_id)
    by: dict[str, Any] = {"actor_id": viewer.user_id, "subject_id": viewer.user_id, "origin": origin}
    audit.record(session, "authn_password_change", **by)
    if ended or tokens:
        audit.record(session, "authn_token_revoked", **by, reason="password_change", sessions=ended, tokens=tokens)
    await notify(session, viewer.user_id, Notice.PASSWORD_CHANGED)
    return len(ended)


async def _compare(passwords: Passwords, account: AccountRow | None, password: str) -> Proof:
    verdict = await passwords.verify(account.password_hash if account else None, password)
    new_hash = None
    if verdict.needs_rehash:
        with contextlib.suppress(TooBusy):  # the next sign-in will do
            new_hash = await passwords.hash(password)
    return Proof(account, verdict.is_match, new_hash)
