"""The README's tour, taken as it stands through a served Plaza."""

import subprocess

import orjson
import pytest

from tests.guides import ROOT, blocks
from tests.serving import Served

README = ROOT / "README.md"

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("live")]


def test_the_tour_goes_from_a_feed_to_a_post(live: Served) -> None:
    (read,) = blocks(README, "sh")
    ran = subprocess.run(["bash", "-c", read.replace("localhost:8000", live.url)], capture_output=True, check=True)
    assert len(orjson.loads(ran.stdout)["data"]["publicFeed"]["edges"]) == 2

    login, home, say = blocks(README, "graphql")
    token = live.ask(login)["data"]["login"]["session"]["accessToken"]
    assert len(live.ask(home, token)["data"]["homeFeed"]["edges"]) == 20
    said = live.ask(say, token, input={"text": "Words that run."})
    assert said["data"]["createPost"]["postEdge"]["node"]["text"] == "Words that run."
