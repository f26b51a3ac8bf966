"""Where one is signed in."""

from typing import Final

import strawberry

from resolvers import devices
from resolvers.limits import Per, limited
from schema.devices import RevokeSessionResult

_REVOCATIONS: Final = "60/5m"


@strawberry.type
class Devices:
    revoke_session: RevokeSessionResult | None = strawberry.mutation(
        resolver=devices.revoke_session,
        description="End one of your sessions, on whatever device.",
        metadata=limited(_REVOCATIONS, bucket="revoke", per=Per.BOTH),
    )
