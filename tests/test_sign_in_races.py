"""Whoever signs in and whoever takes away what they sign in with wait for each other, and never both at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncSession

from auth import totp
from auth.providers.trips import challenge_of
from auth.secrets import hash_of, new_secret
from db import letters
from db.models import Credential, Identity, LinkPurpose, Provider, SignInCode, SignInMethod, Totp
from db.queries import accounts
from db.reads import reads_in
from db.transaction import write
from domain import (
    addresses,
    confirmations,
    exports,
    identities,
    passkeys,
    resets,
    second_factors,
    sessions,
    sign_ins,
)
from domain.audit import Origin
from domain.errors import DomainError, NotAllowed, SecondFactorNeeded
from domain.second_factors import SecondFactor
from resolvers.proofs import Answer, with_second_factor
from schema.context import Context, Services
from tests.authenticator import Authenticator
from tests.factories import PASSWORD_HASH, Make, Person
from tests.races import done, until_waiting

RACES = 30
ORIGIN = Origin("test-request", "192.0.2.1", "tests")
ISSUER = "https://accounts.example"

Deed: TypeAlias = Callable[[], Awaitable[Any]]


class Racers:
    """One person with everything that one can sign in with, and what may be done with each."""

    def __init__(self, services: Services, person: Person) -> None:
        self._services, self._person, self._key = services, person, Authenticator(step=1)
        self._sessions = services.stores.sessions
        self._context = Context(services, person.viewer, ORIGIN)
        self._secret = totp.new_secret()

    async def equip(self) -> None:
        user_id, party = self._person.id, self._services.relying_party
        sealed = self._services.vault.seal(self._secret.encode(), about=f"totp:{user_id}")
        async with write(self._sessions) as session:
            options = await passkeys.start_adding(session, self._person.viewer, party)
            await session.flush()
            made = self._key.make(options)
            await passkeys.add(session, self._person.viewer, party, made, name="My key", origin=ORIGIN)
            session.add(Totp(user_id=user_id, sealed_secret=sealed, confirmed_at=datetime.now(UTC)))
            session.add(Identity(user_id=user_id, provider=Provider.GITHUB, issuer=ISSUER, subject=str(user_id)))

    async def sign_in_with_provider(self) -> Deed:
        code, verifier = await self._code(Provider.GITHUB)
        return self._deed(
            lambda session: identities.sign_in(
                session, code, verifier, username=None, cancel_deletion=False, origin=ORIGIN
            )
        )

    async def link(self) -> Deed:
        code, verifier = await self._code(Provider.GOOGLE, linking=self._person)
        return self._deed(
            lambda session: identities.link(session, self._person.viewer, code, verifier, origin=ORIGIN)
        )

    async def sign_in_with_passkey(self) -> Deed:
        answer, party = await self._shown(), self._services.relying_party
        return self._deed(
            lambda session: passkeys.sign_in(session, party, answer, cancel_deletion=False, origin=ORIGIN)
        )

    async def complete_with_app(self) -> Deed:
        return await self._complete(Answer(SecondFactor.TOTP, "totp_code", self._app_code()))

    async def complete_with_passkey(self) -> Deed:
        return await self._complete(Answer(SecondFactor.PASSKEY, "passkey", await self._shown()))

    async def confirm(self) -> Deed:
        answer = Answer(SecondFactor.TOTP, "totp_code", self._app_code())
        return self._answering(
            answer,
            lambda session: confirmations.confirm(session, self._person.viewer, by="totp", origin=ORIGIN),
        )

    async def reset(self) -> Deed:
        """By the owner of the address, whom nobody asked before: then everything goes."""
        secret, life = new_secret(), timedelta(hours=1)
        async with write(self._sessions) as session:
            link_id = await letters.add_link(session, self._person.id, LinkPurpose.RESET_PASSWORD, life=life)
            await letters.seal_link(session, link_id, hash_of(secret), life=life)
        return self._deed(
            lambda session: resets.reset(session, secret, password_hash=PASSWORD_HASH, origin=ORIGIN)
        )

    async def unlink(self) -> Deed:
        return self._deed(
            lambda session: identities.unlink(session, self._person.viewer, Provider.GITHUB, origin=ORIGIN)
        )

    async def add_passkey(self) -> Deed:
        party = self._services.relying_party
        async with write(self._sessions) as session:
            options = await passkeys.start_adding(session, self._person.viewer, party)
        made = Authenticator().make(options)
        return self._deed(
            lambda session: passkeys.add(session, self._person.viewer, party, made, name="Another", origin=ORIGIN)
        )

    async def confirm_app(self) -> Deed:
        async with write(self._sessions) as session:
            (await session.get_one(Totp, self._person.id)).confirmed_at = None
        code, vault = self._app_code(), self._services.vault
        return self._deed(
            lambda session: second_factors.confirm_totp(session, self._person.viewer, code, vault, origin=ORIGIN)
        )

    async def request_export(self) -> Deed:
        return self._deed(lambda session: exports.request(session, self._person.viewer, origin=ORIGIN))

    async def change_address(self) -> Deed:
        return self._deed(
            lambda session: addresses.change(session, self._person.viewer, "new@example.org", origin=ORIGIN)
        )

    async def unverify(self) -> None:
        async with write(self._sessions) as session:
            (await session.get_one(Credential, self._person.id)).email_verified_at = None

    def _deed(self, of: Callable[[AsyncSession], Awaitable[Any]]) -> Deed:
        return lambda: done(self._sessions, of)

    def _answering(self, answer: Answer, deed: Callable[[AsyncSession], Awaitable[Any]]) -> Deed:
        return lambda: refused(with_second_factor(self._context, self._person.id, answer, deed))

    async def _complete(self, answer: Answer) -> Deed:
        async with write(self._sessions) as session:
            account = await accounts.by_id(await reads_in(session), self._person.id)
            assert account
            asked = await sign_ins.ask(session, SecondFactorNeeded(account, SignInMethod.GITHUB))
        return self._answering(answer, lambda session: sign_ins.complete(session, asked.challenge, origin=ORIGIN))

    async def _code(self, provider: Provider, *, linking: Person | None = None) -> tuple[str, str]:
        code, verifier = new_secret(), new_secret()
        row = SignInCode(
            hash=hash_of(code),
            provider=provider,
            profile={"issuer": ISSUER, "subject": str(self._person.id), "email": None},
            challenge=challenge_of(verifier),
            link_user_id=linking and linking.id,
            link_session_id=linking and linking.session_id,
            expires_at=datetime.now(UTC) + timedelta(minutes=1),
        )
        async with write(self._sessions) as session:
            session.add(row)
        return code, verifier

    def _app_code(self) -> str:
        return totp.code_at(self._secret, int(datetime.now(UTC).timestamp()) // totp.STEP)

    async def _shown(self) -> str:
        async with write(self._sessions) as session:
            options = await passkeys.start_signing_in(session, self._services.relying_party)
        return self._key.show(options)


async def refused(deed: Awaitable[Any]) -> Any:
    try:
        return await deed
    except DomainError as refusal:
        return refusal


@pytest.fixture
def deadlocks(services: Services) -> Iterator[list[str]]:
    """Every one that PostgreSQL found. Nobody gives up waiting before it has looked, which takes it a second."""
    found: list[str] = []
    engine = services.stores.engine.sync_engine

    def wait_on(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")

    def note(context: ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlstate", None) == "40P01":
            found.append(str(context.statement))

    event.listen(engine, "begin", wait_on)
    event.listen(engine, "handle_error", note)
    yield found
    event.remove(engine, "begin", wait_on)
    event.remove(engine, "handle_error", note)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Racers.sign_in_with_provider, Racers.unlink),
        (Racers.sign_in_with_provider, Racers.reset),
        (Racers.link, Racers.reset),
        (Racers.sign_in_with_passkey, Racers.reset),
        (Racers.complete_with_app, Racers.unlink),
        (Racers.complete_with_app, Racers.reset),
        (Racers.complete_with_passkey, Racers.reset),
        (Racers.confirm, Racers.reset),
    ],
)
async def test_no_deadlock_is_found(
    services: Services,
    make: Make,
    deadlocks: list[str],
    one: Callable[[Racers], Awaitable[Deed]],
    other: Callable[[Racers], Awaitable[Deed]],
) -> None:
    for _ in range(RACES):
        racers = Racers(services, await make.user())
        await racers.equip()
        deeds = [await one(racers), await other(racers)]
        if other is Racers.reset and one is not Racers.link:
            await racers.unverify()
        await asyncio.gather(*(deed() for deed in deeds))
    assert deadlocks == []


@pytest.mark.parametrize(
    "deed",
    [
        Racers.add_passkey,
        Racers.confirm_app,
        Racers.link,
        Racers.unlink,
        Racers.change_address,
        Racers.request_export,
    ],
)
async def test_who_is_signed_out_while_they_wait_does_nothing_more(
    services: Services,
    make: Make,
    owner: asyncpg.Connection,
    deed: Callable[[Racers], Awaitable[Deed]],
) -> None:
    ada = await make.user("ada")
    racers = Racers(services, ada)
    await racers.equip()
    prepared = await deed(racers)
    async with write(services.stores.sessions) as session:
        await sessions.sign_out_everywhere(session, ada.viewer, origin=ORIGIN)
        waiting = asyncio.ensure_future(prepared())
        await until_waiting(owner, waiting)
    refusal = await waiting
    assert (type(refusal), str(refusal)) == (NotAllowed, sessions.OVER)
