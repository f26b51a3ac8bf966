"""Sessions: sign in, keep the session alive, sign out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth import sessions
from auth.sessions import Grant, Outcome, Renewal
from auth.viewer import FRESH, Viewer
from db.letters import void_links
from db.locks import change_people
from db.models import LinkPurpose, SignInMethod, UserStatus
from db.queries.accounts import AccountRow
from db.sessions import end, end_all
from domain import audit, passwords
from domain.audit import Origin
from domain.errors import NotAllowed, SecondFactorNeeded
from domain.letters import Notice, notify
from domain.passwords import WRONG, Proof

OVER: Final = "This session is over. Sign in again."

_EVENTS: Final = {Outcome.REUSED: "authn_token_reuse", Outcome.EXPIRED: "session_expired"}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person and the session they have just begun."""

    viewer: Viewer
    grant: Grant


def may_sign_in(account: AccountRow) -> bool:
    """Everyone but the deleted: the suspended read, and may leave."""
    return account.status is not UserStatus.DELETED


async def sign_in(session: AsyncSession, proof: Proof, *, origin: Origin) -> SignedIn:
    """Begin a session. Raises `NotAllowed`, always in the same words, unless the proof still holds."""
    account = await passwords.hold(session, proof)
    if not may_sign_in(account):
        raise NotAllowed(WRONG)
    return await begin(session, account, origin=origin)


async def begin(
    session: AsyncSession,
    account: AccountRow,
    *,
    method: SignInMethod = SignInMethod.PASSWORD,
    origin: Origin,
) -> SignedIn:
    """A session for a person who has proven, in this transaction, who they are.

    Raises `SecondFactorNeeded` for who has an authenticator app, unless they came by a passkey, which is both. Who
    has a passkey and came without it shows it before dangerous deeds.
    """
    if account.has_totp and method is not SignInMethod.PASSKEY:
        raise SecondFactorNeeded(account, method)
    is_proven = method is SignInMethod.PASSKEY or not account.has_passkey or _showed_mail(account, method)
    return await begin_proven(session, account, method=method, is_proven=is_proven, origin=origin)


def _showed_mail(account: AccountRow, method: SignInMethod) -> bool:
    """Whoever lost their passkeys removes them by this, unless they asked for a second factor.

    By the password that was set in the mail: whoever comes otherwise need not be who has read it.
    """
    if method is not SignInMethod.PASSWORD or account.reset_at is None:
        return False
    return datetime.now(UTC) - account.reset_at <= FRESH


async def begin_proven(
    session: AsyncSession,
    account: AccountRow,
    *,
    method: SignInMethod,
    is_proven: bool = True,
    origin: Origin,
) -> SignedIn:
    """The same for a person who has shown every factor that their account asks for when they sign in."""
    grant = await sessions.begin(
        session,
        account.user_id,
        method=method,
        is_proven=is_proven,
        ip=origin.ip,
        user_agent=origin.user_agent,
    )
    proven_at = datetime.now(UTC) if is_proven else None
    viewer = Viewer(account.user_id, account.username, account.role, account.status, grant.session_id, proven_at)
    _record(session, "authn_login_success", viewer, origin, method=method)
    _record(session, "session_created", viewer, origin, session_id=grant.session_id)
    return SignedIn(viewer, grant)


async def refresh(session: AsyncSession, token: str, *, keys: Sequence[bytes], origin: Origin) -> Renewal:
    """Exchange a refresh token; see `auth.sessions.renew`. Commit also where it grants nothing."""
    renewal = await sessions.renew(session, token, keys=keys)
    if event := _EVENTS.get(renewal.outcome):
        audit.record(
            session,
            event,
            actor_id=None,
            subject_id=renewal.user_id,
            origin=origin,
            session_id=renewal.session_id,
        )
    if renewal.outcome is Outcome.REUSED:
        assert renewal.user_id is not None  # the token was somebody's
        await notify(session, renewal.user_id, Notice.SESSION_STOLEN)
    return renewal


def granted(renewal: Renewal) -> Grant:
    """What a refresh gave. Raises `NotAllowed`, in the same words for every reason, where it gave nothing."""
    if renewal.grant is None:
        raise NotAllowed(OVER)
    return renewal.grant


async def sign_out(session: AsyncSession, session_id: int | None, *, origin: Origin) -> int:
    """End one session; how many ended, which is 0 when it had before."""
    user_id = None if session_id is None else await end(session, session_id)
    if user_id is None:
        return 0
    audit.record(
        session,
        "session_expired",
        actor_id=user_id,
        subject_id=user_id,
        origin=origin,
        reason="logout",
        session_id=session_id,
    )
    return 1


async def sign_out_everywhere(
    session: AsyncSession, viewer: Viewer, *, keep_this: bool = False, origin: Origin
) -> int:
    """End the viewer's sessions, this one too unless it is kept; how many ended.

    A change of address that one of them asked for is off.
    """
    await change_people(session, viewer.user_id)  # a change that is being asked for comes before, or not at all
    await void_links(session, viewer.user_id, LinkPurpose.CHANGE_EMAIL)
    ended = await end_all(session, viewer.user_id, but=viewer.session_id if keep_this else None)
    if ended:
        _record(session, "authn_token_revoked", viewer, origin, reason="logout_everywhere", sessions=ended)
    return len(ended)


def _record(session: AsyncSession, event: str, viewer: Viewer, origin: Origin, **details: object) -> None:
    audit.record(session, event, actor_id=viewer.user_id, subject_id=viewer.user_id, origin=origin, **details)
