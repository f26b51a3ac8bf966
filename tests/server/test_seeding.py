"""The first `plaza serve` fills its database in a child: gone with its memory, and whole or not at all."""

import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from server.local import LocalServers
from tests.serving import Served, serving

pytestmark = pytest.mark.long

LONG = "20000"  # people: their making is not over when it is interrupted
PATIENCE = (
    600  # seconds until what does not come or end is given up; it takes ten, and a busy machine many times that
)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="plaza-seed-") as made:
        Path(made).chmod(0o755)
        yield Path(made)
        LocalServers(Path(made), durable=True).erase()


def seeding(plaza: Served) -> psutil.Process:
    """The child, once it is there."""
    deadline = time.monotonic() + PATIENCE
    while True:
        for child in psutil.Process(plaza.process.pid).children():
            with suppress(psutil.NoSuchProcess):
                if any("server.demo.apart" in word for word in child.cmdline()):
                    return child
        assert time.monotonic() < deadline
        assert plaza.process.poll() is None
        time.sleep(0.02)


def test_what_seeding_took_is_given_back(folder: Path) -> None:
    held = []
    for _ in range(2):
        with serving(folder) as plaza:
            plaza.wait_ready()
            held.append(psutil.Process(plaza.process.pid).memory_info().rss)
            plaza.end()
    print(f"held after seeding {held[0] / 2**20:.0f} MiB, on the next start {held[1] / 2**20:.0f} MiB")
    assert held[0] < 1.15 * held[1]


def test_a_seeding_that_is_killed_is_a_sentence_and_the_next_start_seeds(folder: Path) -> None:
    with serving(folder, DEMO_PEOPLE=LONG) as plaza:
        seeding(plaza).kill()
        said, _ = plaza.process.communicate(timeout=PATIENCE)
    assert plaza.process.returncode == 1
    assert said == (
        "Making the demonstration network was ended by SIGKILL (is memory short? DEMO_PEOPLE makes it smaller): "
        "nothing of it was kept, and the next start tries again.\n"
    )
    with serving(folder) as plaza:
        feed = plaza.wait_ready().ask("{ publicFeed(first: 3) { edges { cursor } } }")
        assert len(feed["data"]["publicFeed"]["edges"]) == 3
        plaza.end()


@pytest.mark.parametrize("request_to_end", [signal.SIGINT, signal.SIGTERM])
def test_a_start_that_is_stopped_while_it_seeds_leaves_nothing_running(
    folder: Path, request_to_end: signal.Signals
) -> None:
    with serving(folder, DEMO_PEOPLE=LONG) as plaza:
        child = seeding(plaza)
        plaza.process.send_signal(request_to_end)
        said, _ = plaza.process.communicate(timeout=PATIENCE)
    assert not child.is_running()
    assert "Traceback" not in said
    assert "Ready" not in said
