"""Nobody learns who has an account: same words, status, headers and size, and about the same time.

Known and unknown are asked in turns, so that a busy machine slows both. Mann and Whitney's test is printed, not
asserted: with enough samples it finds any difference, however useless to an attacker behind a network.
"""

import math
import re
import time
from collections.abc import Callable
from statistics import median
from typing import Any, TypeAlias

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette

from db.models import UserStatus
from schema.context import Services
from tests.api.accounts import CHANGE_EMAIL, LOGIN, REGISTER, REQUEST_RESET, REQUEST_VERIFICATION
from tests.factories import PASSWORD, Make

pytestmark = pytest.mark.long

SAMPLES = 200
MOST = 0.005  # seconds between the medians, where a request takes no longer than 0.1 s
CHOSEN = "a quiet engine"
PERSON = "query ($name: SafeText!) { user(username: $name) { id } }"

# What is sent about a name that has an account, or has none, in the sample of that number.
Question: TypeAlias = Callable[[str, int], dict[str, Any]]


def login(name: str, _: int) -> dict[str, Any]:
    return asking(LOGIN, usernameOrEmail=name, password="not it")


def reset(name: str, _: int) -> dict[str, Any]:
    return asking(REQUEST_RESET, email=address(name))


def hidden(name: str, _: int) -> dict[str, Any]:
    return {"query": PERSON, "variables": {"name": name}}


def register(name: str, number: int) -> dict[str, Any]:
    return asking(REGISTER, username=chosen(name, number), email=address(name), password=CHOSEN)


def register_again(name: str, number: int) -> dict[str, Any]:
    return asking(REGISTER, username=chosen(name, number), email=f"other_{address(name)}", password=CHOSEN)


def look_up(name: str, number: int) -> dict[str, Any]:
    return {"query": PERSON, "variables": {"name": chosen(name, number)}}


def sign_in(name: str, number: int) -> dict[str, Any]:
    return asking(LOGIN, usernameOrEmail=chosen(name, number), password=CHOSEN)


def sign_in_by_address(name: str, _: int) -> dict[str, Any]:
    return asking(LOGIN, usernameOrEmail=address(name), password=CHOSEN)


def have_verified(_: str, __: int) -> dict[str, Any]:
    return asking(REQUEST_VERIFICATION)


def change_address(name: str, _: int) -> dict[str, Any]:
    return asking(CHANGE_EMAIL, newEmail=address(name))


def sign_in_as_another(name: str, _: int) -> dict[str, Any]:
    return asking(LOGIN, usernameOrEmail=f"eve_{name}", password=PASSWORD)


def asking(document: str, **input: str) -> dict[str, Any]:
    return {"query": document, "variables": {"input": input}}


def address(name: str) -> str:
    return f"{name}@example.org"


def chosen(name: str, number: int) -> str:
    """The username that somebody wants who registers with the address of that name."""
    return f"{name[:3]}_new_{number:03}"


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ([], login),
        ([], reset),
        ([], register),
        ([register], register_again),
        ([register], look_up),
        ([register], sign_in),
        ([register], sign_in_by_address),
        ([register, sign_in], have_verified),
        ([sign_in_as_another], change_address),
    ],
)
async def test_an_answer_tells_not_who_has_an_account(
    app: Starlette,
    services: Services,
    make: Make,
    owner: asyncpg.Connection,
    before: list[Question],
    question: Question,
) -> None:
    await _compare(app, services, make, owner, before, question)


@pytest.mark.parametrize(("before", "question"), [([], reset), ([register], sign_in_by_address)])
async def test_an_answer_tells_not_who_had_an_address_before_it_could_be_proven(
    app: Starlette,
    services: Services,
    make: Make,
    owner: asyncpg.Connection,
    before: list[Question],
    question: Question,
) -> None:
    await _compare(app, services, make, owner, before, question, is_proven=False)


async def test_an_answer_tells_not_who_is_hidden(
    app: Starlette, services: Services, make: Make, owner: asyncpg.Connection
) -> None:
    await _compare(app, services, make, owner, [], hidden, status=UserStatus.DELETED)


async def _compare(
    app: Starlette,
    services: Services,
    make: Make,
    owner: asyncpg.Connection,
    before: list[Question],
    question: Question,
    *,
    status: UserStatus = UserStatus.ACTIVE,
    is_proven: bool = True,
) -> None:
    for number in range(SAMPLES):
        await make.user(f"one_{number:03}", status=status, verified=is_proven)
        if sign_in_as_another in before:  # each has points of their own, of which every answer tells
            for kind in ("one", "two"):
                await make.user(f"eve_{kind}_{number:03}")
    await owner.execute("UPDATE credentials SET signs_in_unproven = email_verified_at IS NULL")
    # As everybody's is: the factory's costs nothing to compare.
    await owner.execute("UPDATE credentials SET password_hash = $1", await services.passwords.hash(PASSWORD))
    times: dict[str, list[float]] = {"one": [], "two": []}
    for number in range(SAMPLES):
        seen = {}
        for kind in ("one", "two") if number % 2 else ("two", "one"):
            client = f"10.{len(kind)}.{kind == 'one':d}.{number}"
            token = None
            for earlier in before:
                token = _token(await ask(app, client, earlier(f"{kind}_{number:03}", number)))
            asked = question(f"{kind}_{number:03}", number)
            begun = time.perf_counter()
            answer = await ask(app, client, asked, token)
            times[kind].append(time.perf_counter() - begun)
            seen[kind] = told(answer, kind)
        assert seen["one"] == seen["two"]
    difference = median(one - two for one, two in zip(times["one"], times["two"], strict=True))
    print(f"\n{question.__name__}: {difference * 1000:+.2f} ms, Mann-Whitney p = {p_of(*times.values()):.3f}")
    assert abs(difference) < MOST * max(1, median(times["one"]) / 0.1)


async def ask(app: Starlette, ip: str, body: dict[str, Any], token: str | None = None) -> httpx.Response:
    transport = httpx.ASGITransport(app, client=(ip, 1))
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://plaza.test", headers=headers) as client:
        return await client.post("/graphql", json=body)


def told(answer: httpx.Response, kind: str) -> tuple[int, list[tuple[str, str]], int, str]:
    """Everything but the name that was asked with, the number of the request, and what is new in every answer."""
    headers = [(name, value) for name, value in answer.headers.items() if name != "x-request-id"]
    text = re.sub(r'"(\w*Token|\w*ExpiresAt|id)":"[^"]*"', r'"\1":"…"', answer.text.replace(kind, "somebody"))
    return answer.status_code, headers, len(answer.content), text


def _token(answer: httpx.Response) -> str | None:
    """The access token, if somebody signed in."""
    (answered,) = answer.json()["data"].values()
    return answered["session"]["accessToken"] if "session" in answered else None


def p_of(one: list[float], two: list[float]) -> float:
    """How likely such a difference is where there is none (Mann and Whitney, by the normal distribution)."""
    u = sum((a > b) + (a == b) / 2 for a in one for b in two)
    n, m = len(one), len(two)
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))
