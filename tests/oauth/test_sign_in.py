"""Signing in by a provider's account, from the first click to a session."""

from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from db.models import AuditEntry, Credential, Identity, OAuthFlow, Session, SignInCode, SignInMethod, User
from server.demo.providers.world import PEOPLE, World
from tests.api.accounts import Rows
from tests.factories import Make
from tests.oauth.journey import ADA, Journey, changed, returned

PROVIDERS = ["google", "apple", "github"]
GRACE = PEOPLE[1]


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_new_person_gets_an_account_and_a_session(
    journey: Journey, rows: Rows, world: World, provider: str
) -> None:
    answer = await journey.sign_in(provider, username="ada")
    assert answer["viewer"] == {"username": "ada"}
    (user,) = await rows(User)
    assert (user.username, user.display_name) == ("ada", "Ada Example")
    (credential,) = await rows(Credential)
    assert (credential.email, credential.password_hash) == ("ada.example@gmail.com", None)
    assert credential.email_verified_at is not None
    (identity,) = await rows(Identity)
    assert (identity.user_id, identity.provider, identity.email) == (user.id, provider.upper(), ADA.email)
    assert identity.issuer == f"{world.origin}/{provider}"
    (session,) = await rows(Session)
    assert session.method is SignInMethod(provider.upper())
    assert [*await rows(OAuthFlow), *await rows(SignInCode)] == []
    entries = await rows(AuditEntry)
    assert [(entry.event, entry.details) for entry in entries] == [
        ("user_created", {"provider": provider.upper()}),
        ("authn_login_success", {"method": provider.upper()}),
        ("session_created", {"session_id": session.id}),
    ]


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_whoever_comes_again_is_the_same_person(journey: Journey, rows: Rows, provider: str) -> None:
    await journey.sign_in(provider, username="ada")
    answer = await journey.sign_in(provider)
    assert answer["viewer"] == {"username": "ada"}
    assert len(await rows(User)) == len(await rows(Identity)) == 1
    assert len(await rows(Session)) == 2


async def test_who_has_a_passkey_and_comes_by_a_provider_shows_it_before_dangerous_deeds(
    journey: Journey, rows: Rows, owner: asyncpg.Connection
) -> None:
    await journey.sign_in("google", username="ada")
    await owner.execute(
        "INSERT INTO passkeys (user_id, credential_id, public_key, sign_count, name)"
        " SELECT id, 'credential', 'key', 0, 'My key' FROM users"
    )
    await journey.sign_in("google")
    # Whoever had the password reset need not be who comes now.
    await owner.execute("UPDATE credentials SET reset_at = now()")
    await journey.sign_in("google")
    assert [each.proven_at is None for each in await rows(Session)] == [False, True, True]


async def test_another_address_at_the_provider_is_still_the_same_person(
    journey: Journey, world: World, rows: Rows
) -> None:
    await journey.sign_in("google", username="ada")
    world.people = [replace(ADA, email="countess@gmail.com")]
    assert (await journey.sign_in("google"))["viewer"] == {"username": "ada"}
    assert [each.email for each in await rows(Identity)] == ["countess@gmail.com"]
    assert [each.email for each in await rows(Credential)] == [ADA.email]


async def test_a_username_is_asked_for_without_using_up_the_code(journey: Journey, rows: Rows, make: Make) -> None:
    await make.user("taken")
    code = (await journey.go("google"))["code"]
    for username, said in [
        (None, "Choose a username."),
        ("taken", "This username is taken."),
        ("no", "Use 3 to 30 letters a to z, digits and underscores."),
        ("admin", "This name is reserved."),
    ]:
        answer = await journey.exchange(code, username=username)
        assert answer == {"__typename": "InvalidInput", "field": "username", "message": said}
    (kept,) = await rows(SignInCode)
    assert (await journey.exchange(code, username="ada"))["viewer"] == {"username": "ada"}
    assert [each.username for each in await rows(User)] == ["taken", "ada"]
    assert (await journey.exchange(code))["__typename"] == "NotAllowed"
    assert kept.provider == "GOOGLE"


async def test_a_code_is_not_kept_alive_by_asking_again(
    journey: Journey, rows: Rows, owner: asyncpg.Connection
) -> None:
    code = (await journey.go("google"))["code"]
    for _ in range(2):
        assert (await journey.exchange(code))["field"] == "username"
        (kept,) = await rows(SignInCode)
        assert kept.expires_at - kept.created_at == timedelta(minutes=11)
        await owner.execute("UPDATE sign_in_codes SET created_at = created_at - interval '10 minutes 30 seconds'")
    assert (await journey.exchange(code, username="ada"))["__typename"] == "NotAllowed"


async def test_apple_tells_a_name_once_and_it_is_kept_until_there_is_an_account(
    journey: Journey, rows: Rows
) -> None:
    code = (await journey.go("apple"))["code"]
    assert (await journey.exchange(code))["field"] == "username"
    await journey.exchange(code, username="ada")
    assert [each.display_name for each in await rows(User)] == ["Ada Example"]


@pytest.mark.parametrize("user", ["{", "[]", "7", '{"name": 7}', '{"name": {"firstName": 7}}', "x" * 2001])
async def test_a_form_that_bends_what_apple_says_of_a_name_gives_none(
    journey: Journey, rows: Rows, user: str
) -> None:
    request = await journey.consent(await journey.start("apple"), ADA)
    code = returned(await journey.back(changed(request, user=user)))["code"]
    await journey.exchange(code, username="ada")
    assert [each.display_name for each in await rows(User)] == ["ada"]


@pytest.mark.parametrize("name", ["", "x" * 51, "Ada\nEvil", "\u202e", "\x00Ada", "Zalgo" + "\u0301" * 9])
async def test_a_name_that_no_profile_may_have_is_left_out(
    journey: Journey, world: World, rows: Rows, name: str
) -> None:
    world.people = [replace(ADA, name=name)]
    await journey.sign_in("google", username="ada")
    assert [each.display_name for each in await rows(User)] == ["ada"]


async def test_markup_in_a_name_is_plain_text(journey: Journey, world: World, rows: Rows) -> None:
    world.people = [replace(ADA, name="<b>Ada</b>")]
    await journey.sign_in("google", username="ada")
    assert [each.display_name for each in await rows(User)] == ["<b>Ada</b>"]


@pytest.mark.parametrize(
    ("email", "hosted", "is_known"),
    [
        ("ada@gmail.com", None, True),
        ("ada@sample.example", "sample.example", True),
        ("ada@else.example", None, False),
    ],
)
async def test_google_knows_the_addresses_that_it_hosts_and_has_once_seen_the_others(
    journey: Journey, world: World, rows: Rows, email: str, hosted: str | None, is_known: bool
) -> None:
    world.people = [replace(ADA, email=email, hosted=hosted)]
    await journey.sign_in("google", username="ada")
    (credential,) = await rows(Credential)
    assert (credential.email, credential.email_verified_at is not None) == (email, is_known)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_who_says_no_comes_back_with_word_of_it(journey: Journey, rows: Rows, provider: str) -> None:
    assert await journey.go(provider, None) == {"error": "denied"}
    assert await rows(OAuthFlow) == []


async def test_identities_are_for_their_owner_alone(journey: Journey, rows: Rows, make: Make) -> None:
    await journey.sign_in("google", username="ada")
    bob = await make.user("bob")
    asked = '{ user(username: "ada") { identities { provider } } }'
    assert await journey.api(asked, viewer=bob) == {"identities": None}
    assert await journey.api(asked) == {"identities": None}


async def test_the_server_says_which_providers_it_has(journey: Journey) -> None:
    assert await journey.api("{ serverInfo { providers } }") == {"providers": ["GOOGLE", "APPLE", "GITHUB"]}
