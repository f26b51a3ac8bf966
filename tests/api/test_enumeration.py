"""Nobody learns who has an account: same words, status, headers and size, and about the same time.

Known and unknown are asked in turns, so that a busy machine slows both. Mann and Whitney's test is printed, not
asserted: with enough samples it finds any difference, however useless to an attacker behind a network.
"""

import math
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette

from db.models import UserStatus
from schema.context import Services
from tests.api.accounts import LOGIN, REGISTER, REQUEST_RESET
from tests.factories import PASSWORD, Make

pytestmark = pytest.mark.long

SAMPLES = 200
MOST = 0.005  # seconds between the medians, where a request takes no longer than 0.1 s
HIDDEN = "query ($name: SafeText!) { user(username: $name) { id } }"


def login(name: str, _: int) -> dict[str, Any]:
    return {"query": LOGIN, "variables": {"input": {"usernameOrEmail": name, "password": "not it"}}}


def reset(name: str, _: int) -> dict[str, Any]:
    return {"query": REQUEST_RESET, "variables": {"input": {"email": f"{name}@example.org"}}}


def register(name: str, number: int) -> dict[str, Any]:
    account = {"username": f"{name[:3]}_new_{number:03}", "email": f"{name}@example.org", "password": PASSWORD}
    return {"query": REGISTER, "variables": {"input": account}}


def hidden(name: str, _: int) -> dict[str, Any]:
    return {"query": HIDDEN, "variables": {"name": name}}


@pytest.mark.parametrize(
    ("question", "status"),
    [
        (login, UserStatus.ACTIVE),
        (reset, UserStatus.ACTIVE),
        (register, UserStatus.ACTIVE),
        (hidden, UserStatus.DELETED),
    ],
)
async def test_an_answer_tells_not_who_has_an_account(
    app: Starlette,
    services: Services,
    make: Make,
    owner: asyncpg.Connection,
    question: Callable[[str, int], dict[str, Any]],
    status: UserStatus,
) -> None:
    for number in range(SAMPLES):
        await make.user(f"one_{number:03}", status=status)
    # As everybody's is: the factory's costs nothing to compare.
    await owner.execute("UPDATE credentials SET password_hash = $1", await services.passwords.hash(PASSWORD))
    times: dict[str, list[float]] = {"one": [], "two": []}
    for number in range(SAMPLES):
        seen = {}
        for kind in ("one", "two") if number % 2 else ("two", "one"):
            asked = question(f"{kind}_{number:03}", number)
            begun = time.perf_counter()
            answer = await ask(app, f"10.{len(kind)}.{kind == 'one':d}.{number}", asked)
            times[kind].append(time.perf_counter() - begun)
            seen[kind] = told(answer, kind)
        assert seen["one"] == seen["two"]
    difference = median(one - two for one, two in zip(times["one"], times["two"], strict=True))
    print(f"\n{question.__name__}: {difference * 1000:+.2f} ms, Mann-Whitney p = {p_of(*times.values()):.3f}")
    assert abs(difference) < MOST * max(1, median(times["one"]) / 0.1)


async def ask(app: Starlette, ip: str, body: dict[str, Any]) -> httpx.Response:
    transport = httpx.ASGITransport(app, client=(ip, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://plaza.test") as client:
        return await client.post("/graphql", json=body)


def told(answer: httpx.Response, kind: str) -> tuple[int, list[tuple[str, str]], int, str]:
    """Everything but the name that was asked with, and the number of the request."""
    headers = [(name, value) for name, value in answer.headers.items() if name != "x-request-id"]
    return answer.status_code, headers, len(answer.content), answer.text.replace(kind, "somebody")


def p_of(one: list[float], two: list[float]) -> float:
    """How likely such a difference is where there is none (Mann and Whitney, by the normal distribution)."""
    u = sum((a > b) + (a == b) / 2 for a in one for b in two)
    n, m = len(one), len(two)
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))
