"""A provider's public keys: how often they are asked for, and how long they serve while the provider is away."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm

from auth.providers.keys import AGAIN, LEAST, MOST, SOON, STALE, Keys
from auth.providers.line import PATIENCE, Line, Transport
from auth.providers.profiles import Unavailable, Untrustworthy
from server.demo.providers.world import Fault, World
from tests.clocks import Clock
from tests.oauth.journey import Journey

GOOD_FOR: Final = 3600.0  # seconds; what the provider says of its keys


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def line(authority: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority["authority"]))
    transport = Transport()
    yield Line(transport)
    await transport.shut()


@pytest.fixture
def keys(world: World, line: Line, clock: Clock) -> Keys:
    """Nobody has asked for them yet."""
    world.key_fetches = 0
    return Keys(f"{world.origin}/google/keys", line, clock=clock)


async def test_fifty_who_come_at_once_ask_once(keys: Keys, world: World) -> None:
    kid = world.keys[0].kid
    found = await asyncio.gather(*(keys.find(kid) for _ in range(50)))
    assert (world.key_fetches, len(set(map(id, found)))) == (1, 1)
    token = world.keys[0].sign({"sub": "ada"})
    assert jwt.decode(token, found[0], algorithms=["RS256"]) == {"sub": "ada"}


async def test_so_do_fifty_who_come_with_a_key_that_is_not_there(keys: Keys, world: World, clock: Clock) -> None:
    await keys.find(world.keys[0].kid)
    clock.now = AGAIN
    found = await asyncio.gather(*(keys.find("made up") for _ in range(50)), return_exceptions=True)
    assert {type(each) for each in found} == {Untrustworthy}
    assert world.key_fetches == 2


async def test_a_key_that_is_not_there_is_looked_for_once_a_minute(keys: Keys, world: World, clock: Clock) -> None:
    fetches = []
    for second in range(0, int(3 * AGAIN), 5):
        clock.now = float(second)
        with pytest.raises(Untrustworthy):
            await keys.find(f"made up {second}")
        fetches.append(world.key_fetches)
    assert fetches == [1] * 12 + [2] * 12 + [3] * 12


async def test_a_new_key_is_found_within_a_minute_and_the_one_before_is_good_no_more(
    keys: Keys, world: World, clock: Clock
) -> None:
    before = world.keys[0].kid
    await keys.find(before)
    world.rotate()
    clock.now = AGAIN
    await keys.find(world.keys[0].kid)
    with pytest.raises(Untrustworthy):
        await keys.find(before)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("max-age=3600", 3600),
        ("public, max-age=21600, must-revalidate, no-transform", 21600),
        ("max-age=0", LEAST),
        ("max-age=999999999", MOST),
        ("s-maxage=9000", LEAST),
        ("max-age=99999999999999999999", LEAST),
        ("no-store", LEAST),
    ],
)
async def test_keys_are_good_as_long_as_the_provider_says_within_reason(
    keys: Keys, world: World, clock: Clock, said: str, seconds: float
) -> None:
    world.keys_last = said
    for clock.now, fetches in ((0.0, 1), (seconds - 1, 1), (seconds, 2)):
        await keys.find(world.keys[0].kid)
        assert world.key_fetches == fetches


@pytest.mark.parametrize("is_shown", [{"keys": []}, None])
async def test_keys_serve_a_day_while_no_better_can_be_had(
    keys: Keys, world: World, clock: Clock, is_shown: Any
) -> None:
    await keys.find(world.keys[0].kid)
    world.fault, world.shown_for_keys = None if is_shown else Fault.NO_KEYS, is_shown
    for clock.now, fetches in ((GOOD_FOR, 2), (GOOD_FOR + AGAIN - 1, 2), (GOOD_FOR + AGAIN, 3), (STALE, 4)):
        await keys.find(world.keys[0].kid)
        assert world.key_fetches == fetches
    clock.now = STALE + 1
    with pytest.raises(Unavailable):
        await keys.find(world.keys[0].kid)
    world.fault = world.shown_for_keys = None
    clock.now = STALE + AGAIN
    await keys.find(world.keys[0].kid)


async def test_a_provider_that_was_never_there_is_asked_again_soon(keys: Keys, world: World, clock: Clock) -> None:
    world.fault = Fault.NO_KEYS
    for clock.now, fetches in ((0.0, 1), (SOON - 1, 1), (SOON, 2)):
        with pytest.raises(Unavailable):
            await keys.find(world.keys[0].kid)
        assert world.key_fetches == fetches
    world.fault = None
    clock.now += SOON
    await keys.find(world.keys[0].kid)


@pytest.mark.long
async def test_a_frozen_provider_holds_nobody_up_for_long(
    keys: Keys, world: World, line: Line, clock: Clock
) -> None:
    kid = world.keys[0].kid
    await keys.find(kid)
    unknown = Keys(f"{world.origin}/google/keys", line, clock=clock)
    world.fault, clock.now = Fault.FROZEN_KEYS, GOOD_FOR
    begun = time.monotonic()
    served = asyncio.gather(*(keys.find(kid) for _ in range(50)))
    refused = asyncio.gather(*(unknown.find(kid) for _ in range(50)), return_exceptions=True)
    assert len(set(map(id, await served))) == 1
    assert {type(each) for each in await refused} == {Unavailable}
    assert world.key_fetches == 3
    assert time.monotonic() - begun < PATIENCE
    await keys.find(kid)  # at once: nobody asks again for a minute
    assert world.key_fetches == 3


async def test_who_is_given_up_on_the_way_leaves_no_crowd_behind(keys: Keys, world: World, clock: Clock) -> None:
    world.fault = Fault.FROZEN_KEYS
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await keys.find(world.keys[0].kid)
    world.fault = None
    for _ in range(3):
        with pytest.raises(Unavailable):
            await keys.find(world.keys[0].kid)
    assert world.key_fetches <= 1
    clock.now = SOON
    await keys.find(world.keys[0].kid)


async def test_what_signs_nothing_for_us_is_passed_over(keys: Keys, world: World) -> None:
    good = world.keys[0].public
    weak = RSAAlgorithm.to_jwk(
        generate_private_key(public_exponent=65537, key_size=1024).public_key(), as_dict=True
    )
    others = [
        "no key",
        {**good, "kid": 7},
        {**good, "kid": "curve", "kty": "EC"},
        {**good, "kid": "secrecy", "use": "enc"},
        {**good, "kid": "longer", "alg": "RS512"},
        {**good, "kid": "broken", "n": "&"},
        {**good, "kid": "halved", "n": None},
        {**weak, "kid": "weak", "use": "sig", "alg": "RS256"},
    ]
    world.shown_for_keys = {"keys": [*others, good]}
    await keys.find(good["kid"])
    for kid in ("curve", "secrecy", "longer", "broken", "halved", "weak"):
        with pytest.raises(Untrustworthy):
            await keys.find(kid)
    assert world.key_fetches == 1


@pytest.mark.parametrize("shown", [[1], {"keys": "none"}, {"keys": []}, {"key": {}}, "keys"])
async def test_a_document_that_holds_no_keys_is_like_none(keys: Keys, world: World, shown: Any) -> None:
    world.shown_for_keys = shown
    with pytest.raises(Unavailable):
        await keys.find(world.keys[0].kid)


async def test_so_is_one_that_is_not_even_json(keys: Keys, world: World) -> None:
    world.fault = Fault.NO_JSON
    with pytest.raises(Unavailable):
        await keys.find(world.keys[0].kid)


async def test_a_sign_in_without_keys_is_told_that_the_provider_is_away(journey: Journey, world: World) -> None:
    world.fault = Fault.NO_KEYS
    assert await journey.go("apple") == {"error": "unavailable"}
