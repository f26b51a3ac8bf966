"""`plaza serve` as a newcomer meets it: a process of its own, on servers of its own."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.local import LocalServers
from tests.servers import Addresses
from tests.serving import PLAZA, serving

pytestmark = pytest.mark.long


def is_answering(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        sockets = LocalServers(folder, durable=True).sockets
        return probe.connect_ex(f"{sockets}/.s.PGSQL.5432") == 0


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A place for local servers, holding what an earlier test of this file left."""
    with tempfile.TemporaryDirectory(prefix="plaza-serve-") as made:
        Path(made).chmod(0o755)
        yield Path(made)
        LocalServers(Path(made), durable=True).erase()


@pytest.mark.xdist_group("serve")
class TestServe:
    def test_from_nothing_to_a_feed_and_a_sign_in(self, folder: Path) -> None:
        with serving(folder) as plaza:
            plaza.wait_ready()
            feed = plaza.ask("{ publicFeed(first: 3) { edges { node { text author { username } } } } }")
            assert len(feed["data"]["publicFeed"]["edges"]) == 3
            token = plaza.sign_in()
            home = plaza.ask("{ viewer { username } homeFeed(first: 5) { edges { cursor } } }", token)
            assert home["data"]["viewer"] == {"username": "demo"}
            assert len(home["data"]["homeFeed"]["edges"]) == 5
            assert plaza.end() == 0
        assert not is_answering(folder)

    def test_a_killed_server_loses_nothing_and_leaves_nothing(self, folder: Path) -> None:
        text = "said before the kill"
        with serving(folder) as plaza:
            token = plaza.wait_ready().sign_in()
            plaza.ask(f'mutation {{ createPost(input: {{text: "{text}"}}) {{ __typename }} }}', token)
            plaza.end(signal.SIGKILL)
        deadline = time.monotonic() + 60
        while is_answering(folder) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not is_answering(folder)
        with serving(folder) as plaza:
            feed = plaza.wait_ready().ask("{ publicFeed(first: 1) { edges { node { text } } } }")
            assert feed["data"]["publicFeed"]["edges"][0]["node"]["text"] == text
            assert plaza.end() == 0

    def test_a_second_start_costs_little_more_than_its_imports_and_serves_the_commands(self, folder: Path) -> None:
        with serving(folder) as plaza:
            total, imports = plaza.wait_ready().seconds
            print(f"second start: {total} s, of which imports {imports} s")
            # A multiple, for a busy machine slows both.
            assert total < 3 * imports
            given = {**os.environ, "PLAZA_FOLDER": str(folder)}
            ran = subprocess.run([PLAZA, "doctor"], env=given, cwd="/", capture_output=True, text=True)
            assert ran.returncode == 0, ran.stdout + ran.stderr
            assert "wrong" not in ran.stdout
            again = subprocess.run([PLAZA, "seed"], env=given, cwd="/", capture_output=True, text=True)
            assert again.returncode == 1
            assert len(again.stderr.strip().splitlines()) == 1
            assert plaza.end(signal.SIGTERM) == 0
        assert not is_answering(folder)


def test_a_busy_port_is_one_clear_sentence(folder: Path, addresses: Addresses) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refused(folder, addresses, PORT=str(port))
    assert said == f"Port {port} on 127.0.0.1 cannot be taken (Address already in use): set PORT to another."


def test_an_address_that_is_none_is_one_clear_sentence(folder: Path, addresses: Addresses) -> None:
    said = refused(folder, addresses, DATABASE_URL="mysql://db/plaza")
    assert said.startswith("DATABASE_URL: A PostgreSQL address starts with postgresql://")


def test_in_production_nothing_is_started_that_was_not_named(folder: Path) -> None:
    empty = folder / "unused"
    with serving(empty, ENVIRONMENT="production") as plaza:
        said, _ = plaza.process.communicate(timeout=60)
    assert (plaza.process.returncode, said) == (1, "DATABASE_URL, REDIS_URL and SIGNING_KEYS are not set.\n")
    assert not empty.exists()


def refused(folder: Path, addresses: Addresses, **environment: str) -> str:
    """The one line that a start which cannot be says; with both addresses given, so nothing local starts."""
    given = {
        "DATABASE_URL": addresses.app.format(database="plaza"),
        "REDIS_URL": addresses.redis,
        "SIGNING_KEYS": "test:" + "k" * 32,
        **environment,
    }
    empty = folder / "unused"
    with serving(empty, **given) as plaza:
        said, _ = plaza.process.communicate(timeout=60)
    assert plaza.process.returncode == 1
    assert not empty.exists()
    assert len(said.strip().splitlines()) == 1
    return said.strip()
