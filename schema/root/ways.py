"""Signing in by the accounts that people have elsewhere."""

from typing import Final

import strawberry

from resolvers import identities
from resolvers.limits import Per, limited
from schema.identities import (
    LinkIdentityResult,
    SignInWithProviderResult,
    StartLinkingResult,
    UnlinkIdentityResult,
)

_SIGN_INS: Final = "20/5m"
_LINKS: Final = "20/h"


@strawberry.type
class Ways:
    sign_in_with_provider: SignInWithProviderResult | None = strawberry.mutation(
        resolver=identities.sign_in_with_provider,
        description=(
            "Exchange the code that the browser brought back from a provider for a session, in an account that is "
            "made if there is none."
        ),
        metadata=limited(_SIGN_INS, bucket="sign-in", per=Per.ADDRESS),
    )
    start_linking: StartLinkingResult | None = strawberry.mutation(
        resolver=identities.start_linking,
        description="Begin to link a provider's account to yours.",
        metadata=limited(_LINKS, bucket="linking", per=Per.BOTH),
    )
    link_identity: LinkIdentityResult | None = strawberry.mutation(
        resolver=identities.link_identity,
        description="Link the provider's account that the browser came back with: it signs you in from now on.",
        metadata=limited(_LINKS, bucket="linking", per=Per.BOTH),
    )
    unlink_identity: UnlinkIdentityResult | None = strawberry.mutation(
        resolver=identities.unlink_identity,
        description="Let a provider's account no longer sign you in; never the last way in.",
        metadata=limited(_LINKS, bucket="linking", per=Per.BOTH),
    )
