"""Root fields about signing in and out."""

from typing import Final

from auth.sessions import Grant, session_of
from db.buckets import Charge, Limit
from domain import accounts, sessions, sign_ins
from domain.sessions import SignedIn
from resolvers.errors import user_errors
from resolvers.limits import take
from resolvers.proofs import answer_of, proof_of_name, with_second_factor
from resolvers.users import yourself
from schema.context import Context, Info
from schema.sessions import (
    CancelDeletionInput,
    CancelDeletionPayload,
    CancelDeletionResult,
    CompleteSignInInput,
    CompleteSignInPayload,
    CompleteSignInResult,
    LoginInput,
    LoginPayload,
    LoginResult,
    LogoutEverywhereInput,
    LogoutEverywherePayload,
    LogoutEverywhereResult,
    LogoutInput,
    LogoutPayload,
    LogoutResult,
    RefreshSessionInput,
    RefreshSessionPayload,
    RefreshSessionResult,
    SessionTokens,
)

REFRESHES: Final = Limit.parse("30/5m")


@user_errors
async def login(info: Info, input: LoginInput) -> LoginResult:
    context = info.context
    proof = await proof_of_name(context, input.username_or_email, input.password, may=sessions.may_sign_in)
    async with context.write() as session:
        signed_in = await sessions.sign_in(session, proof, origin=context.origin)
    return LoginPayload(session=welcome(context, signed_in), viewer=await yourself(context))


@user_errors
async def cancel_deletion(info: Info, input: CancelDeletionInput) -> CancelDeletionResult:
    context = info.context
    proof = await proof_of_name(context, input.username_or_email, input.password, may=accounts.may_return)
    async with context.write() as session:
        signed_in = await accounts.cancel_deletion(session, proof, origin=context.origin)
    return CancelDeletionPayload(session=welcome(context, signed_in), viewer=await yourself(context))


@user_errors
async def complete_sign_in(info: Info, input: CompleteSignInInput) -> CompleteSignInResult:
    context = info.context
    answer = answer_of(input.totp_code, input.recovery_code, input.passkey)
    async with context.write() as session:
        user_id = await sign_ins.attempt(session, input.challenge)
    signed_in = await with_second_factor(
        context,
        user_id,
        answer,
        lambda session: sign_ins.complete(session, input.challenge, origin=context.origin),
    )
    return CompleteSignInPayload(session=welcome(context, signed_in), viewer=await yourself(context))


@user_errors
async def refresh_session(info: Info, input: RefreshSessionInput) -> RefreshSessionResult:
    context = info.context
    token = input.refresh_token or _kept(context) or ""
    async with context.write() as session:
        renewal = await sessions.refresh(session, token, keys=context.services.refresh_keys, origin=context.origin)
        # Here, where refusing undoes the refresh. Asking again is free: a client that waited for its turn
        # would come after the grace, and look like a thief.
        if renewal.is_new:
            await take(context, Charge(f"refresh:{renewal.session_id}", REFRESHES), leaves_trace=False)
    if renewal.grant is None and context.browser is not None:
        context.browser.forget()
    return RefreshSessionPayload(session=_tokens(context, sessions.granted(renewal)))


@user_errors
async def logout(info: Info, input: LogoutInput) -> LogoutResult:
    context = info.context
    token = input.refresh_token or _kept(context)
    if token is None:
        session_id: int | None = context.signed_in.session_id
    else:
        session_id = await session_of(context.services.stores.reads, token)
    async with context.write() as session:
        ended = await sessions.sign_out(session, session_id, origin=context.origin)
    if context.browser is not None:
        context.browser.forget()
    if context.viewer is not None and context.viewer.session_id == session_id:
        context.become(None)
    return LogoutPayload(ended_session_count=ended)


@user_errors
async def logout_everywhere(info: Info, input: LogoutEverywhereInput) -> LogoutEverywhereResult:
    viewer = info.context.signed_in
    async with info.context.write() as session:
        ended = await sessions.sign_out_everywhere(
            session, viewer, keep_this=input.keep_this, origin=info.context.origin
        )
    if not input.keep_this:
        info.context.become(None)
    return LogoutEverywherePayload(ended_session_count=ended)


def welcome(context: Context, signed_in: SignedIn) -> SessionTokens:
    """The tokens, and the rest of the operation as the person who just signed in."""
    context.become(signed_in.viewer)
    return _tokens(context, signed_in.grant)


def _kept(context: Context) -> str | None:
    """The refresh token that came in a cookie."""
    return context.browser.refresh_token if context.browser else None


def _tokens(context: Context, grant: Grant) -> SessionTokens:
    access = context.services.tokens.issue(grant.user_id, grant.session_id)
    if context.browser is not None:
        context.browser.keep(grant.refresh_token, until=grant.expires_at)
    return SessionTokens(
        access_token=access.token,
        access_token_expires_at=access.expires_at,
        refresh_token="" if context.browser else grant.refresh_token,
        refresh_token_expires_at=grant.expires_at,
    )
