"""What people agreed to at Apple ends there when it ends here; what it is ended by is sealed until then."""

from importlib import import_module
from typing import Any

import asyncpg
import pytest
from starlette.applications import Starlette

from auth.providers.profiles import Unavailable, Untrustworthy
from auth.vault import CannotOpen, Vault
from db.models import Credential, EndedConsent, Identity, SignInCode, User
from db.queue import enqueue
from db.transaction import write
from domain import consents, purges, seals, tasks
from schema.context import Services
from server.demo.providers.world import PEOPLE, Fault, World
from server.jobs import jobs_of
from server.settings import Settings
from tests.api.accounts import REQUEST_RESET, RESET, Rows
from tests.domain.aging import OVER, leave
from tests.factories import Make, Person
from tests.jobs import waiting
from tests.letters import Mail
from tests.oauth.journey import ADA, START_LINKING, UNLINK, Journey

GRACE = PEOPLE[1]


@pytest.fixture
async def bob(make: Make, owner: asyncpg.Connection, journey: Journey) -> Person:
    """Linked to Apple's Ada, with a password besides."""
    bob = await make.user("bob")
    await owner.execute("UPDATE credentials SET email_verified_at = now() WHERE user_id = $1", bob.id)
    await journey.link("apple", bob)
    return bob


class Worker:
    """Runs the jobs that end consents, as the clock and those who end them have it."""

    def __init__(self, settings: Settings, services: Services, owner: asyncpg.Connection) -> None:
        self._jobs, self._stores, self._owner = jobs_of(settings, services), services.stores, owner

    async def run(self) -> None:
        for payload in await waiting(self._owner, consents.END):
            assert payload.keys() == {"consent_id"}
            await self._jobs[consents.END](self._stores, **payload)

    async def run_late(self) -> None:
        await self._jobs[consents.END_LATE](self._stores)

    async def clean_up(self) -> None:
        """Every code has run out by now."""
        await self._owner.execute("UPDATE sign_in_codes SET expires_at = now() - interval '1 second'")
        await tasks.end_flows(self._stores)


@pytest.fixture
def worker(with_providers: Settings, plaza: Starlette, owner: asyncpg.Connection) -> Worker:
    return Worker(with_providers, plaza.state.services, owner)


@pytest.fixture
def mail(with_providers: Settings, plaza: Starlette, owner: asyncpg.Connection) -> Mail:
    return Mail(with_providers, plaza.state.services, owner)


async def half_way(journey: Journey, linking: Person | None = None) -> str:
    """Ada agrees at Apple, and comes back with a code."""
    if linking is None:
        return (await journey.go("apple"))["code"]
    begun = await journey.api(START_LINKING, viewer=linking, input={"provider": "APPLE"})
    return (await journey.go("apple", ticket=begun["ticket"]))["code"]


async def unlink(journey: Journey, person: Person, provider: str = "APPLE") -> Any:
    return (await journey.api(UNLINK, viewer=person, input={"provider": provider}))["__typename"]


async def test_who_unlinks_apple_has_agreed_to_nothing_there_any_more(
    journey: Journey, bob: Person, world: World, worker: Worker
) -> None:
    other = world.consent(GRACE)
    await journey.sign_in("apple")
    assert list(world.consents.values()).count(ADA) == 2
    assert await unlink(journey, bob) == "UnlinkIdentityPayload"
    await worker.run()
    assert world.consents == {other: GRACE}
    await worker.run()  # again, as a job may be
    assert world.consents == {other: GRACE}


async def test_so_has_who_deleted_their_account_once_it_is_purged(
    journey: Journey,
    bob: Person,
    world: World,
    worker: Worker,
    rows: Rows,
    owner: asyncpg.Connection,
    plaza: Starlette,
) -> None:
    await leave(owner, bob, OVER)
    assert await purges.purge_accounts(plaza.state.services.stores.sessions) == 1
    assert await rows(Identity) == []
    await worker.run()
    assert world.consents == {}


async def test_so_has_whose_identity_went_with_what_somebody_else_had_put_there(
    journey: Journey, world: World, worker: Worker, rows: Rows, plaza: Starlette
) -> None:
    await journey.sign_in("apple", username="ada")
    (user,) = await rows(User)
    async with write(plaza.state.services.stores.sessions) as session:
        assert await consents.end_all(session, user.id) == 1
    await worker.run()
    assert (world.consents, await rows(Identity)) == ({}, [])


@pytest.mark.parametrize(("fault", "error"), [(Fault.BROKEN, Unavailable), (Fault.REDIRECTS, Untrustworthy)])
async def test_an_apple_that_is_away_is_told_again_later(
    journey: Journey, bob: Person, world: World, worker: Worker, fault: Fault, error: type[Exception]
) -> None:
    await unlink(journey, bob)
    world.fault = fault
    with pytest.raises(error):
        await worker.run()
    assert list(world.consents.values()) == [ADA]
    world.fault = None
    await worker.run()
    assert world.consents == {}


async def test_an_apple_that_does_not_know_us_is_a_failure_to_be_seen(
    journey: Journey, bob: Person, world: World, worker: Worker, monkeypatch: pytest.MonkeyPatch, plaza: Starlette
) -> None:
    await unlink(journey, bob)
    _, apple = plaza.state.services.providers.find("apple")
    monkeypatch.setattr(apple, "client_id", "somebody else")
    with pytest.raises(Untrustworthy):
        await worker.run()


async def test_without_apple_nobody_is_told(
    journey: Journey,
    bob: Person,
    world: World,
    worker: Worker,
    settings: Settings,
    services: Services,
    owner: asyncpg.Connection,
) -> None:
    await unlink(journey, bob)
    await Worker(settings, services, owner).run()
    assert list(world.consents.values()) == [ADA]
    await worker.run()  # once it is set up again
    assert world.consents == {}


@pytest.mark.parametrize("provider", ["google", "github"])
async def test_others_give_nothing_to_keep_and_are_told_nothing(
    journey: Journey, bob: Person, rows: Rows, owner: asyncpg.Connection, provider: str
) -> None:
    await journey.link(provider, bob, GRACE)
    assert [each.provider for each in await rows(Identity) if each.sealed_token] == ["APPLE"]
    assert await unlink(journey, bob, provider.upper()) == "UnlinkIdentityPayload"
    assert (await waiting(owner, consents.END), await rows(EndedConsent)) == ([], [])


async def test_a_last_way_in_that_stays_keeps_its_consent(
    journey: Journey, bob: Person, rows: Rows, owner: asyncpg.Connection
) -> None:
    await owner.execute("UPDATE credentials SET password_hash = NULL WHERE user_id = $1", bob.id)
    assert [each.password_hash for each in await rows(Credential)] == [None]
    assert await unlink(journey, bob) == "Conflict"
    assert (await waiting(owner, consents.END), await rows(EndedConsent)) == ([], [])


async def test_the_token_is_nowhere_to_be_read(journey: Journey, bob: Person, world: World, rows: Rows) -> None:
    code = (await journey.go("apple"))["code"]
    (held,) = await rows(SignInCode)
    await journey.exchange(code)
    (identity,) = await rows(Identity)
    await unlink(journey, bob)
    (ended,) = await rows(EndedConsent)
    assert [token for token in world.consents if token in repr([vars(held), vars(identity), vars(ended)])] == []
    assert identity.subject not in repr(vars(ended))
    assert ended.sealed_token == identity.sealed_token == held.sealed_token  # the newest that there is


async def test_after_resealing_the_old_key_may_go(
    journey: Journey, bob: Person, world: World, rows: Rows, plaza: Starlette, with_providers: Settings
) -> None:
    new = {"next": b"a key that comes after the first"}
    services, old = plaza.state.services, plaza.state.services.vault
    both = Vault({**new, **with_providers.vault_keys})
    assert await seals.reseal(services.stores.sessions, both) == 1
    assert await seals.reseal(services.stores.sessions, both) == 0
    (identity,) = await rows(Identity)
    about = f"consent:{identity.issuer} {identity.subject}"
    assert Vault(new).open(identity.sealed_token, about=about).decode() in world.consents
    with pytest.raises(CannotOpen):
        old.open(identity.sealed_token, about=about)


async def test_so_it_may_while_consents_wait_to_be_ended(
    journey: Journey, bob: Person, world: World, plaza: Starlette, with_providers: Settings
) -> None:
    new = {"next": b"a key that comes after the first"}
    services = plaza.state.services
    await unlink(journey, bob)
    assert await seals.reseal(services.stores.sessions, Vault({**new, **with_providers.vault_keys})) == 1
    await consents.jobs(services.providers, Vault(new))[consents.END_LATE](services.stores)
    assert world.consents == {}


@pytest.mark.parametrize("is_linking", [True, False])
async def test_who_gave_up_half_way_has_agreed_to_nothing_there_any_more(
    journey: Journey, make: Make, world: World, worker: Worker, rows: Rows, is_linking: bool
) -> None:
    await half_way(journey, await make.user("bob") if is_linking else None)
    other = world.consent(GRACE)
    await worker.clean_up()
    assert await rows(SignInCode) == []
    await worker.run()
    assert (world.consents, await rows(EndedConsent)) == ({other: GRACE}, [])
    await worker.clean_up()
    await worker.run()
    assert world.consents == {other: GRACE}


async def test_what_was_begun_with_an_account_ends_there_too_when_its_password_is_reset(
    journey: Journey, make: Make, world: World, worker: Worker, rows: Rows, mail: Mail
) -> None:
    await half_way(journey, await make.user("bob"))
    await journey.api(REQUEST_RESET, input={"email": "bob@example.org"})
    await journey.api(RESET, input={"token": await mail.token(), "newPassword": "a staple of batteries"})
    assert await rows(SignInCode) == []
    await worker.run()
    assert world.consents == {}


async def test_who_gave_up_but_signs_in_by_it_goes_on_to(
    journey: Journey, bob: Person, world: World, worker: Worker, rows: Rows
) -> None:
    await half_way(journey)
    await worker.clean_up()
    await worker.run()
    assert list(world.consents.values()) == [ADA, ADA]
    assert (await rows(SignInCode), await rows(EndedConsent)) == ([], [])


async def test_who_gave_up_and_began_anew_is_not_disturbed(
    journey: Journey, world: World, worker: Worker, rows: Rows
) -> None:
    await half_way(journey)
    await worker.clean_up()
    code = await half_way(journey)
    await worker.run()
    assert list(world.consents.values()) == [ADA, ADA]
    assert (await journey.exchange(code, username="ada"))["viewer"] == {"username": "ada"}


async def test_one_that_cannot_be_ended_keeps_no_other_and_is_given_up_in_time(
    journey: Journey, bob: Person, world: World, worker: Worker, rows: Rows, owner: asyncpg.Connection
) -> None:
    await owner.execute("INSERT INTO ended_consents (provider, sealed_token) VALUES ('APPLE', 'by a lost key')")
    await unlink(journey, bob)
    with pytest.raises(CannotOpen):
        await worker.run_late()
    assert world.consents == {}
    (left,) = await rows(EndedConsent)
    await owner.execute("UPDATE ended_consents SET ended_at = now() - $1::interval", consents.KEPT)
    with pytest.raises(CannotOpen):
        await worker.run_late()
    assert (left.sealed_token, await rows(EndedConsent)) == (b"by a lost key", [])


async def test_what_an_older_job_was_to_tell_is_told_without_its_arguments(
    bob: Person, world: World, worker: Worker, rows: Rows, owner: asyncpg.Connection, plaza: Starlette
) -> None:
    (identity,) = await rows(Identity)
    told = {"provider": "APPLE", "about": identity.subject, "sealed": identity.sealed_token.decode()}
    async with write(plaza.state.services.stores.sessions) as session:
        await enqueue(session, "consents.revoke", **told)
    await owner.execute("DELETE FROM identities")
    await owner.execute(import_module("migrations.versions.0009_ended_consents_wait_sealed")._MOVE)
    assert await waiting(owner, "consents.revoke") == []
    await worker.run_late()
    assert world.consents == {}
