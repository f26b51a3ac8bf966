"""The root field with which people show again who they are."""

from auth.viewer import FRESH, Viewer
from domain import confirmations
from domain.errors import InvalidInput
from resolvers.errors import user_errors
from resolvers.proofs import ONE, answer_of, proof_of_own, with_second_factor
from schema.confirmations import ConfirmIdentityInput, ConfirmIdentityPayload, ConfirmIdentityResult
from schema.context import Context, Info


@user_errors
async def confirm_identity(info: Info, input: ConfirmIdentityInput) -> ConfirmIdentityResult:
    context = info.context
    if input.password is None:
        confirmed = await _by_second_factor(context, input)
    elif input.totp_code is input.recovery_code is input.passkey is None:
        confirmed = await _by_password(context, input.password)
    else:
        raise InvalidInput("password", ONE)
    context.become(confirmed)
    assert confirmed.proven_at is not None  # a moment ago
    return ConfirmIdentityPayload(good_until=confirmed.proven_at + FRESH)


async def _by_password(context: Context, password: str) -> Viewer:
    viewer = context.signed_in
    proof = await proof_of_own(context, "password", password, failure="authn_confirmation_fail")
    async with context.write() as session:
        return await confirmations.by_password(session, viewer, proof, origin=context.origin)


async def _by_second_factor(context: Context, input: ConfirmIdentityInput) -> Viewer:
    viewer = context.signed_in
    answer = answer_of(input.totp_code, input.recovery_code, input.passkey)
    return await with_second_factor(
        context,
        viewer.user_id,
        answer,
        lambda session: confirmations.confirm(session, viewer, by=answer.factor.lower(), origin=context.origin),
    )
