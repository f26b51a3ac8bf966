"""Root fields about one's own account."""

from typing import Any, Final

from strawberry import UNSET

from db.buckets import Charge, Limit
from domain import accounts, passwords, profiles
from resolvers.errors import user_errors
from resolvers.limits import hashed, take
from resolvers.proofs import proof_of_owner
from resolvers.users import yourself
from schema.accounts import (
    ChangePasswordInput,
    ChangePasswordPayload,
    ChangePasswordResult,
    DeleteAccountInput,
    DeleteAccountPayload,
    DeleteAccountResult,
    RegisterInput,
    RegisterPayload,
    RegisterResult,
    UpdateProfileInput,
    UpdateProfilePayload,
    UpdateProfileResult,
)
from schema.context import Info
from schema.users import User

# Of one address: whoever has an account gets no heap of letters because somebody keeps typing theirs.
LETTERS: Final = Limit.parse("5/h")

_REGISTERED: Final = (
    "You can sign in now, by your username. A letter is on its way to this e-mail address: open its link to show "
    "that the address is yours. From then on you can sign in by it, too."
)


@user_errors
async def register(info: Info, input: RegisterInput) -> RegisterResult:
    who = accounts.applicant(
        username=input.username, email=input.email, password=input.password, display_name=input.display_name
    )
    await take(info.context, Charge(f"registration-letters:{hashed(who.email)}", LETTERS))
    password_hash = await info.context.services.passwords.hash(input.password)
    async with info.context.write() as session:
        await accounts.register(session, who, password_hash=password_hash, origin=info.context.origin)
    return RegisterPayload(username=who.username, email=who.email, message=_REGISTERED)


@user_errors
async def change_password(info: Info, input: ChangePasswordInput) -> ChangePasswordResult:
    viewer = info.context.signed_in
    proof = await proof_of_owner(
        info.context, "current_password", input.current_password, failure="authn_password_change_fail"
    )
    passwords.check_next("new_password", input.new_password, proof)
    password_hash = await info.context.services.passwords.hash(input.new_password)
    async with info.context.write() as session:
        ended = await passwords.change(
            session, viewer, proof, password_hash=password_hash, origin=info.context.origin
        )
    return ChangePasswordPayload(viewer=await yourself(info.context), ended_session_count=ended)


@user_errors
async def update_profile(info: Info, input: UpdateProfileInput) -> UpdateProfileResult:
    viewer = info.context.signed_in
    async with info.context.write() as session:
        row = await profiles.update(session, viewer, **_changes(input))
    return UpdateProfilePayload(user=User(row))


@user_errors
async def delete_account(info: Info, input: DeleteAccountInput) -> DeleteAccountResult:
    viewer = info.context.signed_in
    proof = await proof_of_owner(info.context, "password", input.password, failure="user_deleted_fail")
    async with info.context.write() as session:
        purge_on = await accounts.delete(session, viewer, proof, origin=info.context.origin)
    info.context.become(None)
    return DeleteAccountPayload(purge_on=purge_on)


def _changes(input: UpdateProfileInput) -> dict[str, Any]:
    given = {name: getattr(input, name) for name in ("display_name", "bio", "avatar_url", "is_private")}
    # Only the picture and the words about oneself can be taken away; null for the others leaves them.
    return {
        name: value
        for name, value in given.items()
        if value is not UNSET and (value is not None or name in ("bio", "avatar_url"))
    }
