"""Root fields about an authenticator app and its recovery codes."""

from datetime import UTC, datetime

from auth import totp
from db.buckets import Charge
from domain import second_factors
from domain.errors import ConfirmationNeeded, InvalidInput
from resolvers.errors import user_errors
from resolvers.limits import give_back, take
from resolvers.proofs import FAILURES, WRONG_ANSWER, answer_of, with_second_factor
from schema.context import Info
from schema.second_factors import (
    ConfirmTotpInput,
    ConfirmTotpPayload,
    ConfirmTotpResult,
    RemoveTotpInput,
    RemoveTotpPayload,
    RemoveTotpResult,
    ReplaceRecoveryCodesInput,
    ReplaceRecoveryCodesPayload,
    ReplaceRecoveryCodesResult,
    StartTotpPayload,
    StartTotpResult,
)


@user_errors
async def start_totp(info: Info) -> StartTotpResult:
    context = info.context
    viewer = context.signed_in
    async with context.write() as session:
        secret = await second_factors.start_totp(session, viewer, context.services.vault, origin=context.origin)
    return StartTotpPayload(secret=secret, uri=totp.uri(secret, viewer.username))


@user_errors
async def confirm_totp(info: Info, input: ConfirmTotpInput) -> ConfirmTotpResult:
    context = info.context
    viewer = context.signed_in
    charge = Charge(f"second-factor-failures:{viewer.user_id}", FAILURES)
    await take(context, charge)
    async with context.write() as session:
        codes = await second_factors.confirm_totp(
            session, viewer, input.totp_code, context.services.vault, origin=context.origin
        )
    if codes is None:
        raise InvalidInput("totp_code", WRONG_ANSWER)
    await give_back(context, charge)
    return ConfirmTotpPayload(recovery_codes=list(codes))


@user_errors
async def remove_totp(info: Info, input: RemoveTotpInput) -> RemoveTotpResult:
    context = info.context
    viewer = context.signed_in
    if not viewer.is_fresh:
        raise ConfirmationNeeded()
    answer = answer_of(input.totp_code, input.recovery_code, input.passkey)
    await with_second_factor(
        context,
        viewer.user_id,
        answer,
        lambda session: second_factors.remove_totp(session, viewer, origin=context.origin),
    )
    return RemoveTotpPayload(removed_at=datetime.now(UTC))


@user_errors
async def replace_recovery_codes(
    info: Info, input: ReplaceRecoveryCodesInput | None = None
) -> ReplaceRecoveryCodesResult:
    context = info.context
    viewer = context.signed_in
    await second_factors.may_replace_recovery_codes(context.services.stores.reads, viewer)
    shown = input or ReplaceRecoveryCodesInput()
    codes = await with_second_factor(
        context,
        viewer.user_id,
        answer_of(shown.totp_code, shown.recovery_code, shown.passkey),
        lambda session: second_factors.replace_recovery_codes(session, viewer, origin=context.origin),
    )
    return ReplaceRecoveryCodesPayload(recovery_codes=list(codes))
