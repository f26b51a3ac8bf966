"""Root fields about one's own e-mail address."""

from typing import Final

from db.buckets import Charge, Limit
from domain import addresses
from domain.addresses import Verified
from domain.passwords import Proof
from resolvers.errors import user_errors
from resolvers.limits import hashed, take
from resolvers.proofs import proof_of_account
from schema.addresses import (
    ChangeEmailInput,
    ChangeEmailPayload,
    ChangeEmailResult,
    RequestEmailVerificationInput,
    RequestEmailVerificationPayload,
    RequestEmailVerificationResult,
    VerifyEmailInput,
    VerifyEmailPayload,
    VerifyEmailResult,
)
from schema.context import Context, Info

LETTERS: Final = Limit.parse("3/h")

_VERIFIED: Final = "{email} is verified."
_SHUT_OUT: Final = (
    "{email} is verified. Nobody can sign in to its account until you set a password: choose “Forgot your "
    "password?” where you sign in, and a letter with a link comes to you."
)


@user_errors
async def request_email_verification(
    info: Info, input: RequestEmailVerificationInput
) -> RequestEmailVerificationResult:
    viewer = info.context.signed_in
    address = await addresses.own(info.context.services.stores.reads, viewer)
    # By the address: as many accounts as one likes may say that it is theirs.
    await take(info.context, Charge(f"verification-letters:{hashed(address)}", LETTERS))
    async with info.context.write() as session:
        email = await addresses.ask_again(session, viewer, input.email, origin=info.context.origin)
    return RequestEmailVerificationPayload(email=email)


@user_errors
async def verify_email(info: Info, input: VerifyEmailInput) -> VerifyEmailResult:
    context = info.context
    proof = await _proof(context, input)
    async with context.write() as session:
        verified = await addresses.verify(
            session, input.token, viewer=context.viewer, proof=proof, origin=context.origin
        )
    return VerifyEmailPayload(
        email=verified.email, needs_password=verified.needs_password, message=_words(verified)
    )


@user_errors
async def change_email(info: Info, input: ChangeEmailInput) -> ChangeEmailResult:
    viewer = info.context.signed_in
    address = addresses.checked("new_email", input.new_email)
    await take(info.context, Charge(f"change-letters:{hashed(address)}", LETTERS))
    async with info.context.write() as session:
        await addresses.change(session, viewer, address, origin=info.context.origin)
    return ChangeEmailPayload(new_email=address)


async def _proof(context: Context, input: VerifyEmailInput) -> Proof | None:
    """Before the transaction, for comparing takes long; none where no password is given or none counts."""
    if input.password is None:
        return None
    account = await addresses.whose_password_counts(context.services.stores.reads, input.token, context.viewer)
    return None if account is None else await proof_of_account(context, account, "password", input.password)


def _words(verified: Verified) -> str:
    return (_SHUT_OUT if verified.needs_password else _VERIFIED).format(email=verified.email)
