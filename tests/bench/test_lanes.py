"""Lanes of the peers' race, against servers that answer what they are told to."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench.harness import Contender, Request, WrongAnswer
from bench.peers.agreement import agree
from bench.peers.contenders import PAGE
from bench.peers.endurance import Held, endure, missed, table
from bench.peers.lanes import Figures, Lane
from bench.peers.rounds import measure, middle, ratio
from tests.serving import free_port

pytestmark = pytest.mark.long

# Says the same to everybody, and hashes before it does. In one thread: what others took is lost when they end.
_SERVER = """
import asyncio, hashlib, re, sys

async def answer(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            length = re.search(rb"content-length: *([0-9]+)", head, re.IGNORECASE)
            await reader.readexactly(int(length[1]) if length else 0)
            said = b"ready"
            if head.startswith(b"POST"):
                hashlib.pbkdf2_hmac("sha256", b"plaza", b"salt", int(sys.argv[2]))
                said = sys.argv[3].encode()
            writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-length: %d\\r\\n\\r\\n" % len(said) + said)
            await writer.drain()
    except asyncio.IncompleteReadError:
        writer.close()

async def serve():
    server = await asyncio.start_server(answer, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()

asyncio.run(serve())
"""
FULL = '{"edges": [' + ", ".join('{"cursor": "c"}' for _ in range(20)) + '], "more": "\\u00e9"}'
SAME = FULL.replace(" ", "").replace("\\u00e9", "é")


@pytest.fixture
def running() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def _started(running: ExitStack, name: str, answer: str) -> Lane:
    return running.enter_context(_lane(name, answer))


def _lane(name: str, answer: str, *, work: int = 1, first: str = "") -> Lane:
    """`first` is what the server's process does before all else."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-c", first + _SERVER, str(port), str(work), answer]
    requests = {PAGE: lambda number: Request(f"page {number}".encode())}
    return Lane(Contender(name, command, {}, url, url, requests, lambda _: None), [])


def test_who_works_harder_takes_more_cpu_of_every_round() -> None:
    lanes = [_lane("light", FULL, work=1), _lane("heavy", FULL, work=30_000)]
    rounds = measure(lanes, rounds=2, seconds=0.1, warming=5)
    assert [list(each) for each in rounds] == [["light", "heavy"], ["heavy", "light"]]
    assert ratio(rounds, "heavy", "light") > 2
    assert middle(rounds, "heavy", "per_second") < middle(rounds, "light", "per_second")
    assert middle(rounds, "light", "p99") > 0


def test_every_round_has_a_process_of_its_own(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    starts.touch()
    lane = _lane("light", FULL, first=f"print(file=open({str(starts)!r}, 'a'))")
    measure([lane], rounds=3, seconds=0.1, warming=5)
    assert len(starts.read_text()) == 3


def test_answers_may_differ_in_spaces_and_escapes_alone(running: ExitStack) -> None:
    agree([_started(running, "one", FULL), _started(running, "other", SAME)], 2)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (SAME.replace("é", "e"), '-"more":"é"'),
        ('{"more": 1, "edges": []}', '+{"more":1,'),
        ("no JSON", "+no JSON"),
    ],
)
def test_the_difference_is_shown(running: ExitStack, answer: str, said: str) -> None:
    with pytest.raises(WrongAnswer, match="other answers something else than one") as raised:
        agree([_started(running, "one", FULL), _started(running, "other", answer)], 1)
    assert said in str(raised.value)


def test_a_page_that_is_not_full_is_none(running: ExitStack) -> None:
    with pytest.raises(WrongAnswer, match="one shows 0 posts"):
        agree([_started(running, "one", '{"data": null}')], 1)


def test_an_error_ends_the_asking(running: ExitStack) -> None:
    lane = _started(running, "strange", '{"errors":[{"message":"late"}]}')
    with pytest.raises(WrongAnswer, match="late"):
        lane.ask(100)


def test_memory_is_compared_early_and_late(running: ExitStack) -> None:
    (held,) = endure([_started(running, "light", FULL)], 100)
    assert held.early > 1e6
    assert list(missed([Held("kept", 100, 105), Held("grown", 100, 106)])) == [
        "grown grew by 6.0%; the target is at most 5%"
    ]
    assert table([Held("grown", 2**20, 2**21)], 100).splitlines()[-1] == "| grown | 1.0 | 2.0 | +100.0% |"


def test_a_ratio_is_of_each_round() -> None:
    rounds = [
        {"one": Figures(one, 1, 1, 1), "two": Figures(two, 1, 1, 1)} for one, two in ((1, 2), (10, 10), (3, 9))
    ]
    assert ratio(rounds, "two", "one") == 2
    assert middle(rounds, "two", "cpu") == 9
