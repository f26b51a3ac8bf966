"""Root fields about signing in by a provider's account."""

from domain import flows, identities
from domain.errors import SecondFactorNeeded
from resolvers.errors import asked, user_errors
from resolvers.sessions import welcome
from resolvers.users import yourself
from schema.context import Info
from schema.identities import (
    LinkedIdentity,
    LinkIdentityInput,
    LinkIdentityPayload,
    LinkIdentityResult,
    SignInWithProviderInput,
    SignInWithProviderPayload,
    SignInWithProviderResult,
    StartLinkingInput,
    StartLinkingPayload,
    StartLinkingResult,
    UnlinkIdentityInput,
    UnlinkIdentityPayload,
    UnlinkIdentityResult,
)


@user_errors
async def sign_in_with_provider(info: Info, input: SignInWithProviderInput) -> SignInWithProviderResult:
    context = info.context
    # For itself, since asking for a username undoes the other.
    async with context.write() as session:
        await flows.claim(session, input.code, input.verifier)
    async with context.write() as session:
        try:
            signed_in = await identities.sign_in(
                session,
                input.code,
                input.verifier,
                username=input.username,
                cancel_deletion=input.cancel_deletion,
                origin=context.origin,
            )
        except SecondFactorNeeded as needed:
            # Together with the end of the code, which else would open as many challenges as it is sent times.
            return await asked(session, needed)
    return SignInWithProviderPayload(session=welcome(context, signed_in), viewer=await yourself(context))


@user_errors
async def start_linking(info: Info, input: StartLinkingInput) -> StartLinkingResult:
    viewer = info.context.signed_in
    async with info.context.write() as session:
        ticket, until = await flows.ticket(session, viewer, input.provider)
    return StartLinkingPayload(ticket=ticket, expires_at=until)


@user_errors
async def link_identity(info: Info, input: LinkIdentityInput) -> LinkIdentityResult:
    context = info.context
    viewer = context.signed_in
    async with context.write() as session:
        row = await identities.link(session, viewer, input.code, input.verifier, origin=context.origin)
    return LinkIdentityPayload(identity=LinkedIdentity.from_row(row))


@user_errors
async def unlink_identity(info: Info, input: UnlinkIdentityInput) -> UnlinkIdentityResult:
    context = info.context
    viewer = context.signed_in
    async with context.write() as session:
        await identities.unlink(session, viewer, input.provider, origin=context.origin)
    return UnlinkIdentityPayload(provider=input.provider)
