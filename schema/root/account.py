"""One's own account."""

from typing import Final

import strawberry

from db.models import TokenScope
from resolvers import accounts, exports
from resolvers.limits import Per, limited
from schema.accounts import ChangePasswordResult, DeleteAccountResult, RegisterResult, UpdateProfileResult
from schema.exports import OpenExportResult, RequestExportResult
from schema.scopes import opened_by

_REGISTRATIONS: Final = "5/h"
_PROFILE: Final = "30/5m"
_PROOFS: Final = "20/5m"
_EXPORTS: Final = "20/h"


@strawberry.type
class Account:
    register: RegisterResult | None = strawberry.mutation(
        resolver=accounts.register,
        description=(
            "Make an account. Answers alike whether or not the e-mail address has one already; signs nobody in."
        ),
        metadata=limited(_REGISTRATIONS, bucket="register", per=Per.ADDRESS),
    )
    change_password: ChangePasswordResult | None = strawberry.mutation(
        resolver=accounts.change_password,
        description="Change your password; ends your other sessions and your personal tokens.",
        metadata=limited(_PROOFS, bucket="proof", per=Per.BOTH),
    )
    update_profile: UpdateProfileResult | None = strawberry.mutation(
        resolver=accounts.update_profile,
        description="Change your profile.",
        metadata=limited(_PROFILE, bucket="profile") | opened_by(TokenScope.PROFILE),
    )
    request_export: RequestExportResult | None = strawberry.mutation(
        resolver=exports.request_export,
        description="Have a copy made of everything that is yours, once a day.",
        metadata=limited(_EXPORTS, bucket="export", per=Per.BOTH),
    )
    open_export: OpenExportResult | None = strawberry.mutation(
        resolver=exports.open_export,
        description="Get what downloads a copy of your data once, within ten minutes.",
        metadata=limited(_EXPORTS, bucket="export", per=Per.BOTH),
    )
    delete_account: DeleteAccountResult | None = strawberry.mutation(
        resolver=accounts.delete_account,
        description="Hide your account from everyone at once, and have it erased after 30 days.",
        metadata=limited(_PROOFS, bucket="proof", per=Per.BOTH),
    )
