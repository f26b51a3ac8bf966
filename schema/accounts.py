"""One's own account: register, change, leave."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from schema.errors import ConfirmationNeeded, Conflict, InvalidInput, NotAllowed, NotFound
from schema.scalars import SafeText, Secret
from schema.users import User


@strawberry.input(description="An account to make.")
class RegisterInput:
    username: SafeText = strawberry.field(
        description="3–30 letters a to z, digits and underscores; unique in any case of letters."
    )
    email: SafeText = strawberry.field(description="To sign in with once it is verified; never shown to anyone.")
    password: Secret = strawberry.field(
        description="At least 8 characters of any kind; common passwords are refused."
    )
    display_name: SafeText | None = strawberry.field(
        default=None, description="The name shown to people, 1–50 characters; the username when left out."
    )


@strawberry.input(description="A new password, and the present one, if you have one, to show that it is you.")
class ChangePasswordInput:
    current_password: Secret | None = strawberry.field(
        default=None,
        description=(
            "Your present password. Leave it out to set a first one; then you must have shown lately who you are."
        ),
    )
    new_password: Secret = strawberry.field(
        description="At least 8 characters of any kind; common passwords are refused."
    )


@strawberry.input(description="Changes to your profile; what is left out stays as it is.")
class UpdateProfileInput:
    display_name: SafeText | None = strawberry.field(
        default=UNSET, description="The name shown to people, 1–50 characters."
    )
    bio: SafeText | None = strawberry.field(
        default=UNSET, description="What you say about yourself, up to 500 characters; null empties it."
    )
    avatar_url: SafeText | None = strawberry.field(
        default=UNSET, description="An https address of your picture; null takes it away."
    )
    is_private: bool | None = strawberry.field(
        default=UNSET,
        description=(
            "Whether only people you accepted as followers see your posts and lists. Everyone who waits for "
            "your answer becomes a follower when you turn this off."
        ),
    )


@strawberry.input(description="Your password, if you have one, to show that it is you who deletes the account.")
class DeleteAccountInput:
    password: Secret | None = strawberry.field(
        default=None,
        description=("Your password. Leave it out if you have none; then you must have shown lately who you are."),
    )


@strawberry.type(
    description=(
        "The account is there now. Whether its e-mail address has another one nobody learns, by this or by what "
        "the account can do. Sign in next, by the username."
    )
)
class RegisterPayload:
    username: str = strawberry.field(description="The username that was asked for.")
    email: str = strawberry.field(description="The e-mail address that was asked with, as it is kept.")
    message: str = strawberry.field(description="What to do next, in words that can be shown to a person.")


@strawberry.type(description="The new password holds; you stay signed in here.")
class ChangePasswordPayload:
    viewer: User = strawberry.field(description="You.")
    ended_session_count: int = strawberry.field(description="How many other sessions of yours ended.")


@strawberry.type(description="Your profile as it now stands.")
class UpdateProfilePayload:
    user: User = strawberry.field(description="You, changed.")


@strawberry.type(
    description=(
        "The account is hidden from everyone and all its sessions have ended. Until it is purged, "
        "`cancelDeletion` brings it back."
    )
)
class DeleteAccountPayload:
    purge_on: datetime = strawberry.field(description="When everything of the account is erased for good.")


RegisterResult: TypeAlias = Annotated[
    RegisterPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("RegisterResult", description="What came of registering."),
]
ChangePasswordResult: TypeAlias = Annotated[
    ChangePasswordPayload | InvalidInput | NotFound | NotAllowed | Conflict | ConfirmationNeeded,
    strawberry.union("ChangePasswordResult", description="What came of changing the password."),
]
UpdateProfileResult: TypeAlias = Annotated[
    UpdateProfilePayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("UpdateProfileResult", description="What came of changing the profile."),
]
DeleteAccountResult: TypeAlias = Annotated[
    DeleteAccountPayload | InvalidInput | NotFound | NotAllowed | Conflict | ConfirmationNeeded,
    strawberry.union("DeleteAccountResult", description="What came of deleting the account."),
]
