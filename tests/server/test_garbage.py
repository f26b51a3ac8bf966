"""Requests give back by themselves what they take: the collector may come seldom."""

import gc
import json

import pytest
from starlette.applications import Starlette

from bench.inside import ask
from server import garbage
from tests.factories import Make

PAGE = "{ publicFeed(first: 20) { edges { cursor node { text author { username } } } } }"


@pytest.mark.parametrize("query", [PAGE, "{ __typename }", "{ unknown }"])
async def test_a_request_leaves_no_cycles(app: Starlette, make: Make, query: str) -> None:
    ada = await make.user("ada")
    for text in ("one", "two", "three"):
        await make.post(ada, text)
    body, headers = json.dumps({"query": query}).encode(), {"content-type": "application/json"}
    for times in (2, 30):  # plans, validations and connections are made by the first
        gc.collect()
        for _ in range(times):
            await ask(app, body, headers=headers, ip="192.0.2.7")
    assert gc.collect() < 30


def test_what_is_young_is_seldom_looked_through() -> None:
    usual = gc.get_threshold()
    garbage.spare_what_is()
    spared, seldom = gc.get_freeze_count(), gc.get_threshold()
    gc.unfreeze()
    gc.set_threshold(*usual)
    assert spared > 10_000
    assert seldom == (10_000, *usual[1:])
