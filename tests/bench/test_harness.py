"""The harness against servers whose cost is known."""

import sys

import pytest

from bench.harness import Contender, Request, Sample, WrongAnswer, measure, medians
from tests.serving import free_port

pytestmark = pytest.mark.long

# Works for so many rounds of a hash a request, and echoes what it was sent.
_SERVER = """
import hashlib, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(b"ready")

    def do_POST(self):
        hashlib.pbkdf2_hmac("sha256", b"plaza", b"salt", int(sys.argv[2]))
        self.answer(self.rfile.read(int(self.headers["content-length"])))

    def answer(self, body):
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def _contender(name: str, work: int, *, answer: str = "fine") -> Contender:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    return Contender(
        name,
        [sys.executable, "-c", _SERVER, str(port), str(work)],
        {},
        url,
        url,
        {"hash": lambda number: Request(f"{answer} {number}".encode())},
        lambda answer: None if answer.startswith(b"fine") else answer.decode(),
    )


def test_who_works_ten_times_as_hard_costs_several_times_as_much() -> None:
    samples = measure([_contender("light", 3_000), _contender("heavy", 30_000)], rounds=3, seconds=0.05)
    assert [sample.contender for sample in samples] == ["light", "heavy", "heavy", "light", "light", "heavy"]
    found = medians(samples)
    assert found["hash", "heavy"].cpu > 3 * found["hash", "light"].cpu > 0
    assert found["hash", "heavy"].p95 >= found["hash", "heavy"].p50 > 0


def test_an_answer_that_is_not_the_one_asked_for_ends_the_measuring() -> None:
    with pytest.raises(WrongAnswer, match="strange, hash: wrong 0"):
        measure([_contender("strange", 1, answer="wrong")], rounds=1, seconds=0.05)


def test_a_median_is_of_each_figure_by_itself() -> None:
    samples = [Sample("one", "read", cpu, 10 - cpu, 2 * cpu, 1) for cpu in (1, 9, 2)]
    assert medians(samples) == {("read", "one"): Sample("one", "read", 2, 8, 4, 1)}
