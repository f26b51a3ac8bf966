"""What people show who they are with, besides a password or in its place."""

from typing import Final

import strawberry

from resolvers import confirmations
from resolvers.limits import Per, limited
from schema.confirmations import ConfirmIdentityResult

_PROOFS: Final = "20/5m"


@strawberry.type
class Factors:
    confirm_identity: ConfirmIdentityResult | None = strawberry.mutation(
        resolver=confirmations.confirm_identity,
        description="Show again who you are, for what asks for that: it then counts ten minutes in this session.",
        metadata=limited(_PROOFS, bucket="proof", per=Per.BOTH),
    )
