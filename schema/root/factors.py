"""What people show who they are with, besides a password or in its place."""

from typing import Final

import strawberry

from resolvers import confirmations, second_factors
from resolvers.limits import Per, limited
from schema.confirmations import ConfirmIdentityResult
from schema.second_factors import (
    ConfirmTotpResult,
    RemoveTotpResult,
    ReplaceRecoveryCodesResult,
    StartTotpResult,
)

_PROOFS: Final = "20/5m"


@strawberry.type
class Factors:
    confirm_identity: ConfirmIdentityResult | None = strawberry.mutation(
        resolver=confirmations.confirm_identity,
        description="Show again who you are, for what asks for that: it then counts ten minutes in this session.",
        metadata=limited(_PROOFS, bucket="proof", per=Per.BOTH),
    )
    start_totp: StartTotpResult | None = strawberry.mutation(
        resolver=second_factors.start_totp,
        description="Ask for a secret for your authenticator app; asks for a confirmation.",
        metadata=limited(_PROOFS, bucket="proof", per=Per.BOTH),
    )
    confirm_totp: ConfirmTotpResult | None = strawberry.mutation(
        resolver=second_factors.confirm_totp,
        description="Have your authenticator app guard your account from now on.",
        metadata=limited(_PROOFS, bucket="proof", per=Per.BOTH),
    )
    remove_totp: RemoveTotpResult | None = strawberry.mutation(
        resolver=second_factors.remove_totp,
        description="Sign in without an authenticator app again; asks for a confirmation.",
        metadata=limited(_PROOFS, bucket="proof", per=Per.BOTH),
    )
    replace_recovery_codes: ReplaceRecoveryCodesResult | None = strawberry.mutation(
        resolver=second_factors.replace_recovery_codes,
        description="Ask for new recovery codes in place of the old ones; asks for a confirmation and a factor.",
        metadata=limited(_PROOFS, bucket="proof", per=Per.BOTH),
    )
