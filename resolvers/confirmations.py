"""The root field with which people show again who they are."""

from auth.viewer import FRESH
from domain import confirmations
from domain.errors import InvalidInput
from resolvers.errors import user_errors
from resolvers.proofs import proof_of_own
from schema.confirmations import ConfirmIdentityInput, ConfirmIdentityPayload, ConfirmIdentityResult
from schema.context import Info


@user_errors
async def confirm_identity(info: Info, input: ConfirmIdentityInput) -> ConfirmIdentityResult:
    context = info.context
    viewer = context.signed_in
    if input.password is None:
        raise InvalidInput("password", "Say who you are in one way.")
    proof = await proof_of_own(context, "password", input.password, failure="authn_confirmation_fail")
    async with context.write() as session:
        confirmed = await confirmations.by_password(session, viewer, proof, origin=context.origin)
    context.become(confirmed)
    assert confirmed.proven_at is not None  # a moment ago
    return ConfirmIdentityPayload(good_until=confirmed.proven_at + FRESH)
