"""Where one is signed in, and one's tokens for scripts."""

from typing import Final

import strawberry

from resolvers import devices, personal_tokens
from resolvers.limits import Per, limited
from schema.devices import RevokeSessionResult
from schema.personal_tokens import CreatePersonalTokenResult, RevokePersonalTokenResult

_REVOCATIONS: Final = "60/5m"
_TOKENS: Final = "20/h"


@strawberry.type
class Devices:
    revoke_session: RevokeSessionResult | None = strawberry.mutation(
        resolver=devices.revoke_session,
        description="End one of your sessions, on whatever device.",
        metadata=limited(_REVOCATIONS, bucket="revoke", per=Per.BOTH),
    )
    create_personal_token: CreatePersonalTokenResult | None = strawberry.mutation(
        resolver=personal_tokens.create_personal_token,
        description="Make a token for a script that acts as you, in the scopes that you choose.",
        metadata=limited(_TOKENS, bucket="personal-token", per=Per.BOTH),
    )
    revoke_personal_token: RevokePersonalTokenResult | None = strawberry.mutation(
        resolver=personal_tokens.revoke_personal_token,
        description="End one of your tokens for scripts.",
        metadata=limited(_REVOCATIONS, bucket="revoke", per=Per.BOTH),
    )
