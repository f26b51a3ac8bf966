"""Root fields about passkeys."""

from domain import passkeys
from domain.errors import NotAllowed
from resolvers.errors import user_errors
from resolvers.sessions import welcome
from resolvers.targets import target
from resolvers.users import yourself
from schema.context import Info
from schema.passkeys import (
    AddPasskeyInput,
    AddPasskeyPayload,
    AddPasskeyResult,
    Passkey,
    RemovePasskeyInput,
    RemovePasskeyPayload,
    RemovePasskeyResult,
    RenamePasskeyInput,
    RenamePasskeyPayload,
    RenamePasskeyResult,
    SignInWithPasskeyInput,
    SignInWithPasskeyPayload,
    SignInWithPasskeyResult,
    StartPasskeyPayload,
    StartPasskeyResult,
    StartPasskeySignInPayload,
    StartPasskeySignInResult,
)


@user_errors
async def start_passkey(info: Info) -> StartPasskeyResult:
    context = info.context
    viewer = context.signed_in
    async with context.write() as session:
        options = await passkeys.start_adding(session, viewer, context.services.relying_party)
    return StartPasskeyPayload(options=options)


@user_errors
async def add_passkey(info: Info, input: AddPasskeyInput) -> AddPasskeyResult:
    context = info.context
    viewer = context.signed_in
    async with context.write() as session:
        row = await passkeys.add(
            session,
            viewer,
            context.services.relying_party,
            input.passkey,
            name=input.name,
            origin=context.origin,
        )
    return AddPasskeyPayload(passkey=Passkey.from_row(row))


@user_errors
async def start_passkey_sign_in(info: Info) -> StartPasskeySignInResult:
    async with info.context.write() as session:
        options = await passkeys.start_signing_in(session, info.context.services.relying_party)
    return StartPasskeySignInPayload(options=options)


@user_errors
async def sign_in_with_passkey(info: Info, input: SignInWithPasskeyInput) -> SignInWithPasskeyResult:
    context = info.context
    async with context.write() as session:
        signed_in = await passkeys.sign_in(
            session,
            context.services.relying_party,
            input.passkey,
            cancel_deletion=input.cancel_deletion,
            origin=context.origin,
        )
    if signed_in is None:
        raise NotAllowed(passkeys.WRONG)
    return SignInWithPasskeyPayload(session=welcome(context, signed_in), viewer=await yourself(context))


@user_errors
async def rename_passkey(info: Info, input: RenamePasskeyInput) -> RenamePasskeyResult:
    viewer = info.context.signed_in
    passkey_id = target(input.passkey_id, "Passkey", field="passkey_id")
    async with info.context.write() as session:
        await passkeys.rename(session, viewer, passkey_id, name=input.name)
    return RenamePasskeyPayload(passkey_id=input.passkey_id)


@user_errors
async def remove_passkey(info: Info, input: RemovePasskeyInput) -> RemovePasskeyResult:
    viewer = info.context.signed_in
    passkey_id = target(input.passkey_id, "Passkey", field="passkey_id")
    async with info.context.write() as session:
        await passkeys.remove(session, viewer, passkey_id, origin=info.context.origin)
    return RemovePasskeyPayload(passkey_id=input.passkey_id)
