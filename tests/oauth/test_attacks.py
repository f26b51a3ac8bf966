"""Providers that fail, lie or are not who they say they are, and browsers that are not the one that began."""

import asyncio
import time

import httpx
import pytest
from starlette.applications import Starlette

from auth.providers.line import PATIENCE
from db.models import AuditEntry, OAuthFlow, Session, SignInCode, User
from server.demo.providers.world import Fault, World
from tests.api.accounts import LOGIN, Rows, post
from tests.factories import PASSWORD, Make
from tests.oauth.journey import ADA, FRONT_END, PLAZA, Journey, asked_of, changed, returned

OVER = "This sign-in has run out, was used before, or began elsewhere. Begin again."
LIES = [
    Fault.REDIRECTS,
    Fault.HUGE,
    Fault.PACKED,
    Fault.NO_JSON,
    Fault.ERROR_IN_BODY,
    Fault.WRONG_NONCE,
    Fault.WRONG_KEY,
    Fault.WRONG_ISSUER,
    Fault.WRONG_AUDIENCE,
    Fault.WRONG_PARTY,
    Fault.NO_KEY_NAMED,
    Fault.ENDLESS_TOKEN,
    Fault.OF_NOBODY,
    Fault.UNSIGNED,
    Fault.SIGNED_WITH_PUBLIC_KEY,
    Fault.RUN_OUT,
    Fault.CALLS_ITSELF_ANOTHER,
]


@pytest.mark.parametrize("fault", LIES)
async def test_a_provider_that_lies_vouches_for_nobody(
    journey: Journey, world: World, rows: Rows, fault: Fault
) -> None:
    world.fault = fault
    assert await journey.go("google") == {"error": "provider"}
    assert [*await rows(SignInCode), *await rows(User), *await rows(OAuthFlow)] == []
    (entry,) = await rows(AuditEntry)
    assert (entry.event, entry.details["provider"]) == ("authn_login_fail", "GOOGLE")


@pytest.mark.parametrize(
    "fault",
    [Fault.ERROR_IN_BODY, Fault.FEWER_SCOPES, Fault.REDIRECTS, Fault.OTHER_KIND_OF_TOKEN, Fault.NO_NUMBER],
)
async def test_neither_does_a_github_that_refuses(journey: Journey, world: World, fault: Fault) -> None:
    world.fault = fault
    assert await journey.go("github") == {"error": "provider"}


async def test_a_provider_that_is_down_is_told_apart_and_soon_left_alone(journey: Journey, world: World) -> None:
    world.fault = Fault.BROKEN
    for _ in range(6):
        assert await journey.go("google") == {"error": "unavailable"}
    world.fault = None
    assert await journey.go("google") == {"error": "unavailable"}  # within a second nobody tries
    assert "code" in await journey.go("github")


@pytest.mark.long
async def test_a_slow_provider_is_given_up_and_keeps_nobody_else_waiting(
    journey: Journey, world: World, make: Make, client: httpx.AsyncClient
) -> None:
    await make.user("bob")
    await journey.start("google")  # so that all tabs have the same cookie
    world.fault = Fault.SLOW
    begun = time.monotonic()
    waiting = [asyncio.create_task(journey.go("google")) for _ in range(3)]
    await asyncio.sleep(0.5)
    answer = await post(client, LOGIN, input={"usernameOrEmail": "bob", "password": PASSWORD})
    assert answer["data"]["login"]["viewer"] == {"username": "bob"}
    assert [task.result() for task in waiting if task.done()] == []
    assert await asyncio.gather(*waiting) == [{"error": "unavailable"}] * 3
    assert time.monotonic() - begun < 3 * PATIENCE


async def test_keys_that_are_rotated_are_looked_for_again(
    journey: Journey, world: World, plaza: Starlette
) -> None:
    await journey.sign_in("apple", username="ada")
    world.rotate()
    _, voucher = plaza.state.services.providers.find("apple")
    voucher._keys._next_look = 0.0  # a minute has passed
    assert (await journey.sign_in("apple"))["viewer"] == {"username": "ada"}


@pytest.mark.parametrize("provider", ["google", "apple", "github"])
async def test_a_way_is_good_once_and_for_its_own_browser_alone(
    journey: Journey, other_browser: Journey, provider: str
) -> None:
    request = await journey.consent(await journey.start(provider), ADA)
    for stranger in (other_browser, other_browser):
        answer = await stranger.back(request)
        assert (answer.status_code, OVER in answer.text) == (400, True)
        await stranger.start(provider)  # with a cookie, but another one
    assert "code" in returned(await journey.back(request))
    again = await journey.back(request)
    assert (again.status_code, OVER in again.text) == (400, True)


@pytest.mark.parametrize("state", [None, "", "x" * 43, "ä", "x" * 9000])
async def test_a_state_that_is_none_opens_nothing(journey: Journey, state: str | None) -> None:
    request = await journey.consent(await journey.start("google"), ADA)
    answer = await journey.back(changed(request, state=state))
    assert answer.status_code == 400
    assert "code" in returned(await journey.back(request))


async def test_an_answer_of_one_provider_is_none_of_another(journey: Journey) -> None:
    request = await journey.consent(await journey.start("google"), ADA)
    mixed = httpx.Request("GET", str(request.url).replace("/google/", "/github/"))
    assert (await journey.back(mixed)).status_code == 400


async def test_apples_answer_comes_as_a_form_and_the_others_never_do(journey: Journey) -> None:
    request = await journey.consent(await journey.start("apple"), ADA)
    as_get = httpx.Request("GET", f"{request.url}?{request.content.decode()}")
    assert (await journey.back(as_get)).status_code == 405
    assert (await journey.plaza.post("/auth/google/callback")).status_code == 405


async def test_the_cookie_is_bound_to_the_host_and_crosses_sites_for_apple_alone(journey: Journey) -> None:
    cookies = {name: (await journey.start(name)).headers["set-cookie"] for name in ("google", "apple")}
    for cookie in cookies.values():
        assert {"HttpOnly", "Secure", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
    assert cookies["google"].startswith("__Host-oauth=")
    assert "SameSite=lax" in cookies["google"]
    assert cookies["apple"].startswith("__Host-oauth-post=")
    assert "SameSite=none" in cookies["apple"]


@pytest.mark.parametrize("provider", ["google", "apple", "github"])
async def test_a_provider_is_asked_with_pkce_a_state_and_one_exact_address(
    journey: Journey, provider: str
) -> None:
    first, second = [asked_of(await journey.start(provider)) for _ in range(2)]
    assert first["redirect_uri"] == f"{PLAZA}/auth/{provider}/callback"
    assert (first["response_type"], first["code_challenge_method"]) == ("code", "S256")
    for name in {"state", "code_challenge", "nonce"} & first.keys():
        assert len(first[name]) == 43
        assert first[name] != second[name]
    assert ("nonce" in first) == (provider != "github")


@pytest.mark.parametrize(
    "return_to",
    [
        "",
        "https://app.example/back",
        f"{FRONT_END}&next=1",
        "https://evil.example/back?tab=1",
        "https://app.example@evil.example/back?tab=1",
        "//evil.example",
        "javascript:alert(1)",
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_listed(
    journey: Journey, rows: Rows, return_to: str
) -> None:
    answer = await journey.start("google", return_to=return_to)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert await rows(OAuthFlow) == []


@pytest.mark.parametrize("challenge", ["", "short", "=" * 43, "x" * 44])
async def test_a_front_end_without_a_challenge_is_refused(journey: Journey, challenge: str) -> None:
    assert (await journey.start("google", challenge=challenge)).status_code == 400


async def test_a_code_without_its_verifier_is_worth_nothing(
    journey: Journey, other_browser: Journey, rows: Rows
) -> None:
    code = (await journey.go("google"))["code"]
    for thief in (other_browser.exchange(code, username="eve"), journey.exchange(code[::-1], username="eve")):
        assert await thief == {"__typename": "NotAllowed", "message": OVER}
    assert await rows(Session) == []
    assert (await journey.exchange(code, username="ada"))["viewer"] == {"username": "ada"}


async def test_of_two_exchanges_at_once_one_signs_in(journey: Journey, rows: Rows) -> None:
    code = (await journey.go("google"))["code"]
    answers = await asyncio.gather(*(journey.exchange(code, username="ada") for _ in range(5)))
    assert sorted(answer["__typename"] for answer in answers) == ["NotAllowed"] * 4 + ["SignInWithProviderPayload"]
    assert len(await rows(Session)) == len(await rows(User)) == 1


async def test_what_a_browser_carries_is_stored_as_hashes(journey: Journey, rows: Rows) -> None:
    started = await journey.start("google")
    (flow,) = await rows(OAuthFlow)
    request = await journey.consent(started, ADA)
    code = returned(await journey.back(request))["code"]
    (kept,) = await rows(SignInCode)
    stored = repr([vars(flow), vars(kept)])
    asked = asked_of(started)
    cookie = next(each.value for each in journey.plaza.cookies.jar)
    assert [
        it for it in (asked["state"], asked["nonce"], code, cookie, journey.verifier) if str(it) in stored
    ] == []


async def test_an_unknown_provider_is_not_there(journey: Journey) -> None:
    for name in ("facebook", "GOOGLE", "Google", "%67oogle%00"):
        assert (await journey.plaza.get(f"/auth/{name}/start")).status_code == 404


async def test_one_address_takes_so_many_steps_and_no_more(journey: Journey, no_time_passes: None) -> None:
    answers = [(await journey.start("google")).status_code for _ in range(41)]
    assert answers == [303] * 40 + [429]
    assert int((await journey.start("google")).headers["retry-after"]) > 0
