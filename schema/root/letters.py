"""What goes by mail: forgotten passwords, and e-mail addresses that are verified and changed."""

from typing import Final

import strawberry

from resolvers import addresses, resets
from resolvers.limits import Per, limited
from schema.addresses import ChangeEmailResult, RequestEmailVerificationResult, VerifyEmailResult
from schema.resets import RequestPasswordResetResult, ResetPasswordResult

_LETTERS: Final = "10/h"
_LINKS: Final = "30/h"


@strawberry.type
class Letters:
    request_password_reset: RequestPasswordResetResult | None = strawberry.mutation(
        resolver=resets.request_password_reset,
        description="Have a link sent that sets a new password. Answers alike whether or not the address has one.",
        metadata=limited(_LETTERS, bucket="reset", per=Per.ADDRESS),
    )
    reset_password: ResetPasswordResult | None = strawberry.mutation(
        resolver=resets.reset_password,
        description="Set a new password with a link; ends every session of the account and signs nobody in.",
        metadata=limited(_LINKS, bucket="link", per=Per.ADDRESS),
    )
    request_email_verification: RequestEmailVerificationResult | None = strawberry.mutation(
        resolver=addresses.request_email_verification,
        description="Have another link sent that verifies your e-mail address.",
        metadata=limited(_LETTERS, bucket="verification", per=Per.ADDRESS),
    )
    verify_email: VerifyEmailResult | None = strawberry.mutation(
        resolver=addresses.verify_email,
        description="Show with a link that an e-mail address is yours, the account's own or its next.",
        metadata=limited(_LINKS, bucket="link", per=Per.ADDRESS),
    )
    change_email: ChangeEmailResult | None = strawberry.mutation(
        resolver=addresses.change_email,
        description="Have another e-mail address; it is yours once its link is opened, and the old one is told.",
        metadata=limited(_LETTERS, bucket="change-email", per=Per.BOTH),
    )
