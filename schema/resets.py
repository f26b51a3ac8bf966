"""A password that was forgotten: ask for a link, and set another."""

from typing import Annotated, TypeAlias

import strawberry

from schema.errors import Conflict, InvalidInput, NotAllowed, NotFound
from schema.scalars import SafeText, Secret


@strawberry.input(description="Whose password was forgotten.")
class RequestPasswordResetInput:
    email: SafeText = strawberry.field(description="The account's address, in any case of letters.")


@strawberry.input(description="A new password, and the link to set it with.")
class ResetPasswordInput:
    token: Secret = strawberry.field(description="What stands behind `#token=` in the link; good once.")
    new_password: Secret = strawberry.field(
        description="At least 8 characters of any kind; common passwords are refused."
    )


@strawberry.type(
    description=(
        "If the address has an account, a letter with a link is on its way. The answer is the same if it has none."
    )
)
class RequestPasswordResetPayload:
    message: str = strawberry.field(description="What to do next, in words that can be shown to a person.")


@strawberry.type(
    description=(
        "The new password holds, the address is verified, and every session and token of the account has ended. "
        "Sign in next."
    )
)
class ResetPasswordPayload:
    message: str = strawberry.field(description="What to do next, in words that can be shown to a person.")


RequestPasswordResetResult: TypeAlias = Annotated[
    RequestPasswordResetPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("RequestPasswordResetResult", description="What came of asking for a link."),
]
ResetPasswordResult: TypeAlias = Annotated[
    ResetPasswordPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("ResetPasswordResult", description="What came of setting another password."),
]
