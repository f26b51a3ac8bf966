"""One's own account."""

from typing import Final

import strawberry

from db.models import TokenScope
from resolvers import accounts
from resolvers.limits import Per, limited
from schema.accounts import ChangePasswordResult, DeleteAccountResult, RegisterResult, UpdateProfileResult
from schema.scopes import opened_by

_REGISTRATIONS: Final = "5/h"
_PROFILE: Final = "30/5m"
_PROOFS: Final = "20/5m"


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
    delete_account: DeleteAccountResult | None = strawberry.mutation(
        resolver=accounts.delete_account,
        description="Hide your account from everyone at once, and have it erased after 30 days.",
        metadata=limited(_PROOFS, bucket="proof", per=Per.BOTH),
    )
