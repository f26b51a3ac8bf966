"""The commands of the guides about accounts, run as they stand against a served Plaza."""

import json
import subprocess
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from playwright.async_api import Page

from server.demo import DEMO_USERNAME, MODERATOR_USERNAME
from tests.auth_guides.front_end import GUIDES, commands
from tests.auth_guides.people import Somebody, code_of, sign_in, token_in_letter
from tests.guides import ROOT
from tests.serving import Served

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("auth_guides")]

AUTH, LETTERS, PEOPLE, PROVIDERS, SECOND_FACTORS, SESSIONS = GUIDES


def run(command: str, folder: Path = ROOT, /, **environment: str) -> str:
    ran = subprocess.run(
        ["bash", "-eu", "-c", command],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def answered(command: str, **environment: str) -> Any:
    """The value of the only field that the command asks for."""
    answer = json.loads(run(command, **environment))
    assert "errors" not in answer, answer
    (told,) = answer["data"].values()
    return told


@pytest.fixture
def demo(plaza: Served) -> Somebody:
    return sign_in(plaza)


def test_registering_signing_in_and_asking(plaza: Served) -> None:
    register, login, read = commands(AUTH, plaza.port)
    assert answered(register)["username"] == "ada_l"
    signed_in = answered(login)
    assert signed_in["viewer"]["username"] == DEMO_USERNAME
    asked = json.loads(run(read, ACCESS_TOKEN=signed_in["session"]["accessToken"]))["data"]
    assert asked["viewer"] == {"username": DEMO_USERNAME}
    assert len(asked["homeFeed"]["edges"]) == 2


def test_a_forgotten_password_leads_to_a_letter_and_to_no_knowledge(plaza: Served, demo: Somebody) -> None:
    (forgot,) = commands(LETTERS, plaza.port)
    address = plaza.ask("{ viewer { email } }", demo.token)["data"]["viewer"]["email"]
    assert answered(forgot.replace("ada@example.com", address)) == answered(forgot)
    assert token_in_letter(plaza, address, "reset")


def test_a_moderator_suspends_somebody(plaza: Served) -> None:
    suspend, *_ = commands(PEOPLE, plaza.port)
    moderator = sign_in(plaza, MODERATOR_USERNAME)
    found = plaza.ask("{ publicFeed(first: 1) { edges { node { author { id } } } } }")["data"]["publicFeed"]
    (somebody,) = [edge["node"]["author"]["id"] for edge in found["edges"]]
    told = answered(suspend.replace("VXNlcjox", somebody), ACCESS_TOKEN=moderator.token)
    assert told["until"] == "2050-01-01T00:00:00Z"
    moderator.do("restoreUser", "userId", userId=somebody)


def test_an_archive_is_downloaded_and_what_happened_is_told(plaza: Served, demo: Somebody, tmp_path: Path) -> None:
    _, download, look_back = commands(PEOPLE, plaza.port)
    run(download, tmp_path, SECRET=demo.open_export())
    with ZipFile(tmp_path / "plaza.zip") as archive:
        assert json.loads(archive.read("profile.json"))[0]["username"] == DEMO_USERNAME
    events = answered(look_back, ACCESS_TOKEN=demo.token)["securityEvents"]["edges"]
    assert events[0]["node"]["kind"] == "DATA_EXPORTED"


async def test_the_way_to_a_provider_by_hand(plaza: Served, front_end: str, page: Page) -> None:
    leave, arrive = commands(PROVIDERS, plaza.port)
    leave = leave.replace("http://localhost:3000", front_end)
    address, verifier = run(f'{leave}\necho "$VERIFIER"').split()
    await page.goto(address)
    await page.get_by_role("button", name="Ada Example").click()
    await page.wait_for_url(f"{front_end}/back/?code=*")
    code = page.url.partition("code=")[2]
    arrive = arrive.replace("THE CODE", code).replace("THE VERIFIER", verifier).replace("ada_l", "ada_by_hand")
    token = answered(arrive)["session"]["accessToken"]
    assert plaza.ask("{ viewer { username } }", token)["data"]["viewer"] == {"username": "ada_by_hand"}


def test_a_second_factor(plaza: Served, newcomer: Somebody) -> None:
    (complete,) = commands(SECOND_FACTORS, plaza.port)
    secret = newcomer.turn_on_codes()
    challenge = newcomer.challenge()
    wrong = answered(complete.replace("…", challenge))
    assert wrong["__typename"] == "InvalidInput"
    right = complete.replace("…", challenge).replace("123456", code_of(secret, 1))
    assert answered(right)["__typename"] == "CompleteSignInPayload"


def test_a_token_for_a_script(plaza: Served, demo: Somebody) -> None:
    make, say = commands(SESSIONS, plaza.port)
    token = answered(make, ACCESS_TOKEN=demo.token)["token"]
    assert answered(say, PERSONAL_TOKEN=token)["postEdge"]["node"]["id"]
