"""Accounts: register, delete, take the deletion back, make an administrator."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.viewer import Viewer
from db import letters, personal_tokens, sessions
from db.accounts import Taken, add_account
from db.limits import DELETION_GRACE_DAYS
from db.locks import change_people
from db.models import Role, SignInMethod, User, UserStatus
from db.queries import accounts
from db.queries.accounts import AccountRow
from db.reads import reads_in
from domain import audit, passwords
from domain.addresses import ask_to_verify
from domain.audit import Origin
from domain.errors import Conflict, InvalidInput, NotAllowed, SecondFactorNeeded
from domain.passwords import WRONG, Proof
from domain.profiles import check_display_name
from domain.sessions import SignedIn, begin
from domain.text import email_problem, normal_email, username_problem

KEPT: Final = timedelta(days=DELETION_GRACE_DAYS)
TAKEN: Final = "This username is taken."
GONE: Final = "This account is deleted."
MAY_RETURN: Final = "This account is deleted. Say that its deletion is off to have it back."
OTHERS: Final = (
    "The account of this username has another e-mail address: if you know whose it is, use `plaza set-role`."
)
UNPROVEN: Final = (
    "Nobody has shown yet that the address of this account is theirs, so anybody may have made it: have it "
    "verified, or use `plaza set-role` if you know whose it is."
)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who wants an account, by names and an address that an account may have."""

    username: str
    email: str
    display_name: str


def applicant(*, username: str, email: str, password: str, display_name: str | None = None) -> Applicant:
    """Judges everything that can be judged without a look at other accounts. Raises `InvalidInput`."""
    username, email = username.strip(), email.strip()
    if problem := username_problem(username):
        raise InvalidInput("username", problem)
    if problem := email_problem(email):
        raise InvalidInput("email", problem)
    passwords.check_new("password", password, username=username, email=email)
    display_name = username if display_name is None else check_display_name(display_name)
    return Applicant(username, normal_email(email), display_name)


async def register(session: AsyncSession, who: Applicant, *, password_hash: str, origin: Origin) -> None:
    """Make an account, whoever else has the e-mail address: that is nobody's before it is proven.

    Where somebody has proven it they get the letter, and their account a trace. Nothing else differs, so that
    neither an answer nor anything the new account does tells which it was.

    Raises `InvalidInput` for a taken username.
    """
    made = await add_account(session, who.username, who.email, who.display_name, password_hash)
    if made is Taken.USERNAME:
        raise InvalidInput("username", TAKEN)
    assert made is not Taken.EMAIL  # only who proves one is told
    await ask_to_verify(session, made)
    audit.record(session, "user_created", actor_id=made, subject_id=made, origin=origin)
    await audit.record_about_owner(session, "user_registered_again", who.email, origin=origin)


async def delete(session: AsyncSession, viewer: Viewer, proof: Proof, *, origin: Origin) -> datetime:
    """Hide the account from everyone, end its sessions and void its links; until when (UTC) it can come back.

    Raises what `passwords.hold_own` does.
    """
    account = await passwords.hold_own(session, viewer, proof)
    if account.deleted_at is not None:
        return account.deleted_at + KEPT
    user = await session.get_one(User, viewer.user_id)
    deleted_at = datetime.now(UTC)
    user.status, user.returns_as, user.deleted_at = UserStatus.DELETED, account.status, deleted_at
    await letters.void_links(session, viewer.user_id)
    ended = await sessions.end_all(session, viewer.user_id)
    tokens = await personal_tokens.end_all(session, viewer.user_id)
    by: dict[str, Any] = {"actor_id": viewer.user_id, "subject_id": viewer.user_id, "origin": origin}
    audit.record(session, "user_deleted", **by)
    audit.record(session, "authn_token_revoked", **by, reason="user_deleted", sessions=ended, tokens=tokens)
    return deleted_at + KEPT


def may_return(account: AccountRow) -> bool:
    """Is it still time to take a deletion back? True also where there is none."""
    return account.deleted_at is None or account.deleted_at + KEPT > datetime.now(UTC)


async def cancel_deletion(session: AsyncSession, proof: Proof, *, origin: Origin) -> SignedIn:
    """Show the account again as it was, and sign in; harmless for an account that is not deleted.

    Raises `NotAllowed`, in a wrong password's words, when its time is over or the proof no longer holds.
    """
    account = await passwords.hold(session, proof, to_change=True)
    if not may_return(account):
        raise NotAllowed(WRONG)
    return await _return(session, account, method=SignInMethod.PASSWORD, origin=origin)


async def sign_in(
    session: AsyncSession, user_id: int, *, method: SignInMethod, cancel_deletion: bool, origin: Origin
) -> SignedIn:
    """Begin a session for who has shown otherwise than by a password whose account it is: one that is held.

    A deleted one comes back by it if they say so: raises `InvalidInput` where they have not, and `NotAllowed` when
    it is too late.
    """
    account = await accounts.by_id(await reads_in(session), user_id)
    if account is None or not may_return(account):
        raise NotAllowed(GONE)
    if cancel_deletion:
        return await _return(session, account, method=method, origin=origin)
    if account.deleted_at is not None:
        raise InvalidInput("cancel_deletion", MAY_RETURN)
    return await begin(session, account, method=method, origin=origin)


async def _return(session: AsyncSession, account: AccountRow, *, method: SignInMethod, origin: Origin) -> SignedIn:
    if account.has_totp and method is not SignInMethod.PASSKEY:
        raise SecondFactorNeeded(account, method, takes_deletion_back=True)
    return await begin(session, await bring_back(session, account, origin=origin), method=method, origin=origin)


async def bring_back(session: AsyncSession, account: AccountRow, *, origin: Origin) -> AccountRow:
    """The account as it was before its deletion, if it is deleted; who asks has proven whose it is."""
    if account.deleted_at is None:
        return account
    user = await session.get_one(User, account.user_id)
    user.status, user.returns_as, user.deleted_at = user.returns_as or UserStatus.ACTIVE, None, None
    by: dict[str, Any] = {"actor_id": user.id, "subject_id": user.id, "origin": origin}
    audit.record(session, "user_deletion_cancelled", **by)
    return replace(account, status=user.status, deleted_at=None)


async def create_admin(session: AsyncSession, who: Applicant, *, password_hash: str) -> bool:
    """Make an administrator, or make one of the account of that username; true if the account is new.

    An account that was there keeps its address and its password. Raises `Conflict` when it has another address or
    has not verified it, for anybody may have taken the name first; when it is suspended or deleted, when its name
    was somebody's who is gone, and when the address of a new one is somebody else's. That of a new one is the
    operator's word, and counts as verified.
    """
    made = await add_account(session, who.username, who.email, who.display_name, password_hash, is_verified=True)
    if made is Taken.EMAIL:
        raise Conflict("This e-mail address belongs to another account.")
    if made is Taken.USERNAME:
        user_id = await _standing(session, who)
    else:
        user_id = made
        audit.record(session, "user_created", actor_id=None, subject_id=user_id)
    user = await session.get_one(User, user_id)
    if user.role is not Role.ADMIN:
        was, user.role = user.role, Role.ADMIN
        audit.record(
            session, "privilege_permissions_changed", actor_id=None, subject_id=user_id, was=was, now=Role.ADMIN
        )
    return made is not Taken.USERNAME


async def _standing(session: AsyncSession, who: Applicant) -> int:
    found = await accounts.by_username(await reads_in(session), who.username)
    if found is None:
        raise Conflict("This username was somebody's who is gone, or is kept for a while.")
    await change_people(session, found.user_id)
    now = await accounts.by_id(await reads_in(session), found.user_id)
    if now is None or now.status is not UserStatus.ACTIVE:
        raise Conflict("This account is suspended or deleted.")
    if now.email.lower() != who.email.lower():
        raise Conflict(OTHERS)
    if now.email_verified_at is None:
        raise Conflict(UNPROVEN)
    return now.user_id
