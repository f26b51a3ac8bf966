"""Linking a provider's account to one's own, taking it away, and the five ways to lie in wait for somebody."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from auth.viewer import Viewer
from db.identities import remove
from db.models import (
    AuditEntry,
    Challenge,
    Credential,
    Identity,
    LinkPurpose,
    MailLink,
    Provider,
    Session,
    SignInCode,
    User,
)
from db.transaction import write
from domain.addresses import UNVERIFIED
from domain.identities import HAS_ACCOUNT, LAST, NO_ADDRESS
from schema.context import Services
from server.demo.providers.world import PEOPLE, World
from tests.api.accounts import LOGOUT_EVERYWHERE, Rows, log_in
from tests.api.second_factors import COMPLETE, turn_on
from tests.factories import Make, Person
from tests.oauth.journey import ADA, IDENTITIES, LINK, START_LINKING, UNLINK, Journey
from tests.races import until_waiting

GRACE = PEOPLE[1]
Verified = Callable[[Person], Awaitable[None]]


@pytest.fixture
async def verified(owner: asyncpg.Connection) -> Verified:
    async def verify(person: Person) -> None:
        await owner.execute("UPDATE credentials SET email_verified_at = now() WHERE user_id = $1", person.id)

    return verify


@pytest.fixture
async def bob(make: Make, verified: Verified) -> Person:
    bob = await make.user("bob")
    await verified(bob)
    return bob


def stale(person: Person) -> Person:
    """Signed in long ago."""
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    return replace(person, viewer=replace(person.viewer, proven_at=long_ago))


async def unlink(journey: Journey, person: Person, provider: str) -> dict[str, str]:
    answer: dict[str, str] = await journey.api(UNLINK, viewer=person, input={"provider": provider})
    return answer


async def test_a_linked_account_signs_in_and_is_shown_to_its_owner(
    journey: Journey, bob: Person, rows: Rows
) -> None:
    answer = await journey.link("github", bob)
    assert answer["identity"] == {"provider": "GITHUB", "email": ADA.email}
    assert (await journey.sign_in("github"))["viewer"] == {"username": "bob"}
    (shown,) = (await journey.api(IDENTITIES, viewer=bob))["identities"]
    assert (shown["provider"], shown["email"]) == ("GITHUB", ADA.email)
    assert [entry.event for entry in await rows(AuditEntry)][:1] == ["identity_linked"]


async def test_linking_and_unlinking_ask_for_a_fresh_proof(journey: Journey, bob: Person) -> None:
    needed = {"__typename": "ConfirmationNeeded", "message": "Confirm first that it is you."}
    assert await journey.link("github", stale(bob)) == needed
    await journey.link("github", bob)
    assert await unlink(journey, stale(bob), "GITHUB") == needed


async def test_a_ticket_is_good_once_and_for_its_provider(journey: Journey, bob: Person) -> None:
    begun = await journey.api(START_LINKING, viewer=bob, input={"provider": "GITHUB"})
    assert (await journey.start("google", ticket=begun["ticket"])).status_code == 400
    assert (await journey.start("github", ticket=begun["ticket"])).status_code == 303
    assert (await journey.start("github", ticket=begun["ticket"])).status_code == 400


async def test_a_code_links_in_the_session_that_asked_and_signs_nobody_in(
    journey: Journey, bob: Person, make: Make, verified: Verified, rows: Rows
) -> None:
    eve = await make.user("eve")
    await verified(eve)
    begun = await journey.api(START_LINKING, viewer=bob, input={"provider": "GITHUB"})
    code = (await journey.go("github", ticket=begun["ticket"]))["code"]
    mine = {"code": code, "verifier": journey.verifier}
    assert (await journey.exchange(code, username="ada"))["__typename"] == "NotAllowed"
    assert (await journey.api(LINK, viewer=eve, input=mine))["__typename"] == "NotAllowed"
    assert await rows(Identity) == []
    unasked = {"code": (await journey.go("github"))["code"], "verifier": journey.verifier}
    assert (await journey.api(LINK, viewer=bob, input=unasked))["__typename"] == "NotAllowed"
    assert (await journey.api(LINK, viewer=bob, input=mine))["__typename"] == "LinkIdentityPayload"


async def test_an_identity_is_one_persons_and_a_person_has_one_of_each_provider(
    journey: Journey, bob: Person, make: Make, verified: Verified
) -> None:
    eve = await make.user("eve")
    await verified(eve)
    await journey.link("google", bob)
    assert (await journey.link("google", bob))["__typename"] == "LinkIdentityPayload"
    assert (await journey.link("google", eve))["message"] == "This account signs in somebody else here."
    other = await journey.link("google", bob, GRACE)
    assert other["message"] == "You have another account of this provider linked. Unlink that first."


async def test_the_last_way_in_stays(journey: Journey, rows: Rows) -> None:
    await journey.sign_in("google", username="ada")
    (user,), (session,) = await rows(User), await rows(Session)
    ada = person_of(user, session)
    assert await unlink(journey, ada, "GOOGLE") == {"__typename": "Conflict", "message": LAST}
    await journey.link("github", ada)
    assert (await unlink(journey, ada, "GOOGLE"))["__typename"] == "UnlinkIdentityPayload"
    assert await unlink(journey, ada, "GITHUB") == {"__typename": "Conflict", "message": LAST}
    assert (await unlink(journey, ada, "GOOGLE"))["__typename"] == "NotFound"


async def test_whoever_has_a_password_may_unlink_everything(journey: Journey, bob: Person, rows: Rows) -> None:
    await journey.link("apple", bob)
    assert await unlink(journey, bob, "APPLE") == {"__typename": "UnlinkIdentityPayload", "provider": "APPLE"}
    assert await rows(Identity) == []


async def test_whoever_came_by_an_identity_is_out_when_it_is_unlinked(
    journey: Journey, bob: Person, rows: Rows
) -> None:
    await journey.link("github", bob)
    await journey.link("google", bob)
    await journey.sign_in("github")
    await journey.sign_in("google")
    await unlink(journey, bob, "GITHUB")
    _, by_github, by_google = await rows(Session)
    assert by_github.revoked_at is not None
    assert by_google.revoked_at is None
    entry = next(entry for entry in await rows(AuditEntry) if entry.event == "authn_token_revoked")
    assert entry.details == {"reason": "identity_unlinked", "sessions": [by_github.id]}


async def test_a_sign_in_that_waits_for_its_second_factor_does_not_outlive_the_identity(
    journey: Journey, bob: Person
) -> None:
    await journey.link("github", bob)
    app = await turn_on(journey.api, bob)
    by_github = (await journey.sign_in("github"))["challenge"]
    by_password = (await log_in(journey.api, "bob"))["challenge"]
    await unlink(journey, bob, "GITHUB")
    finished = [
        await journey.api(COMPLETE, input={"challenge": challenge, "recoveryCode": code})
        for challenge, code in zip((by_github, by_password), app.recovery_codes, strict=False)
    ]
    assert [answer["__typename"] for answer in finished] == ["NotAllowed", "CompleteSignInPayload"]


async def test_who_comes_by_an_identity_while_it_is_unlinked_is_nobody_here(
    journey: Journey, bob: Person, services: Services, owner: asyncpg.Connection
) -> None:
    await journey.link("github", bob)
    code = (await journey.go("github"))["code"]
    async with write(services.stores.sessions) as session:
        await remove(session, bob.id, Provider.GITHUB)
        coming = asyncio.ensure_future(journey.exchange(code))
        await until_waiting(owner, coming)
    assert (await coming)["field"] == "username"


async def test_the_session_that_unlinks_stays(journey: Journey, bob: Person, rows: Rows) -> None:
    await journey.link("github", bob)
    await journey.sign_in("github")
    user, (_, by_github) = (await rows(User))[0], await rows(Session)
    await unlink(journey, person_of(user, by_github), "GITHUB")
    assert [session.revoked_at for session in await rows(Session)] == [None, None]


async def test_a_code_is_good_for_one_challenge(journey: Journey, bob: Person, rows: Rows) -> None:
    await journey.link("github", bob)
    await turn_on(journey.api, bob)
    code = (await journey.go("github"))["code"]
    answers = [await journey.exchange(code) for _ in range(3)]
    answers += await asyncio.gather(*(journey.exchange(code) for _ in range(3)))
    assert [answer["__typename"] for answer in answers] == ["SecondFactorNeeded", *["NotAllowed"] * 5]
    assert len(await rows(Challenge)) == 1
    assert await rows(SignInCode) == []


async def test_of_many_who_exchange_a_code_at_once_one_is_asked(journey: Journey, bob: Person, rows: Rows) -> None:
    await journey.link("github", bob)
    await turn_on(journey.api, bob)
    code = (await journey.go("github"))["code"]
    answers = await asyncio.gather(*(journey.exchange(code) for _ in range(5)))
    assert sorted(answer["__typename"] for answer in answers) == [*["NotAllowed"] * 4, "SecondFactorNeeded"]
    assert len(await rows(Challenge)) == 1


async def test_an_account_that_somebody_made_with_my_address_is_not_mine(
    journey: Journey, make: Make, world: World, rows: Rows, verified: Verified
) -> None:
    """Pre-hijacking 1: classic-federated merge."""
    eve = await make.user("eve", verified=False)
    world.people = [replace(ADA, email="Eve@Example.org", hosted="example.org")]
    await verified(eve)  # not even then
    answer = await journey.sign_in("google", username="ada")
    assert answer == {"__typename": "Conflict", "message": HAS_ACCOUNT}
    assert [*await rows(Identity)] == []
    assert [session.user_id for session in await rows(Session)] == [eve.id]


async def test_whoever_only_says_that_my_address_is_theirs_keeps_me_from_no_account_of_my_own(
    journey: Journey, make: Make, world: World, rows: Rows
) -> None:
    eve = await make.user("eve", verified=False)
    world.people = [replace(ADA, email="Eve@Example.org", hosted="example.org")]
    assert (await journey.sign_in("google", username="ada"))["viewer"] == {"username": "ada"}
    proven = {each.user_id: each.email_verified_at is not None for each in await rows(Credential)}
    assert proven.pop(eve.id) is False
    assert [*proven.values()] == [True]


async def test_what_was_begun_in_a_session_ends_with_it(journey: Journey, bob: Person, rows: Rows) -> None:
    """Pre-hijacking 2: unexpired session. Ending it, as a new password does, ends its tickets as well."""
    begun = await journey.api(START_LINKING, viewer=bob, input={"provider": "GITHUB"})
    await journey.api(LOGOUT_EVERYWHERE, viewer=bob, input={})
    assert (await journey.start("github", ticket=begun["ticket"])).status_code == 400
    assert await rows(SignInCode) == []


async def test_nothing_is_linked_to_an_account_whose_address_nobody_has_shown_to_be_theirs(
    journey: Journey, make: Make, rows: Rows
) -> None:
    """Pre-hijacking 3: trojan identifier."""
    eve = await make.user("eve", verified=False)
    assert await journey.link("google", eve) == {"__typename": "Conflict", "message": UNVERIFIED}
    assert await rows(Identity) == []


async def test_a_change_of_address_that_somebody_left_behind_is_void_once_the_owner_comes(
    journey: Journey, bob: Person, owner: asyncpg.Connection, rows: Rows
) -> None:
    """Pre-hijacking 4: unexpired change of address."""
    await owner.execute(
        "INSERT INTO mail_links (hash, user_id, purpose, email, former_email, expires_at)"
        " VALUES ($1, $2, $3, $4, 'bob@example.org', now() + interval '1 day')",
        b"x" * 32,
        bob.id,
        LinkPurpose.CHANGE_EMAIL,
        ADA.email.upper(),
    )
    await journey.sign_in("google", username="ada")
    assert await rows(MailLink) == []


@pytest.mark.parametrize("provider", ["google", "apple", "github"])
@pytest.mark.parametrize("is_known", [False, True])
async def test_an_address_that_the_provider_has_not_seen_makes_no_account_and_tells_of_none(
    journey: Journey, make: Make, world: World, rows: Rows, provider: str, is_known: bool
) -> None:
    """Pre-hijacking 5: a provider that does not verify."""
    there = [await make.user("eve", email=ADA.email)] if is_known else []
    world.people = [replace(ADA, is_verified=False)]
    answer = await journey.sign_in(provider, username="ada")
    assert answer == {"__typename": "Conflict", "message": NO_ADDRESS}
    assert len(await rows(User)) == len(there)


def person_of(user: User, session: Session) -> Person:
    """Whoever came through a provider, as tests ask in their name."""
    viewer = Viewer(user.id, user.username, user.role, user.status, session.id, session.proven_at)
    return Person(user.id, user.username, viewer)
