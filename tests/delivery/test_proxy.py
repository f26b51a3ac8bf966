"""The proxy's configuration in a real Caddy: requests are shared, passed on, and never tell a lie."""

import gzip
import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import httpx
import pytest

from tests.delivery.compose import ROOT
from tests.serving import free_port

CONFIG = ROOT / "deploy" / "Caddyfile"

pytestmark = pytest.mark.outside


class Upstream(ThreadingHTTPServer):
    """Answers with what it was told, and with whether it is ready."""

    is_ready = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Echo)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Echo(BaseHTTPRequestHandler):
    server: Upstream

    def do_GET(self) -> None:
        self.send_response(200 if self.server.is_ready or self.path != "/readyz" else 503)
        self.send_header("Content-Type", self.headers.get("X-Answer", "application/json"))
        self.end_headers()
        self.wfile.write(json.dumps({"by": self.server.address, **self.headers}).encode())

    def log_message(self, *_: object) -> None:
        """Says nothing of each request."""


@pytest.fixture
def upstreams() -> Iterator[list[Upstream]]:
    with ExitStack() as stack:
        made = [stack.enter_context(Upstream()) for _ in range(2)]
        for each in made:
            Thread(target=each.serve_forever, daemon=True).start()
            stack.callback(each.shutdown)
        yield made


@contextmanager
def proxy(
    upstreams: list[Upstream], home: Path, site: str = "http://127.0.0.1", config: Path = CONFIG
) -> Iterator[str]:
    caddy = shutil.which("caddy")
    assert caddy, "Caddy is not on the PATH: run .ci/tools."
    site = f"{site}:{free_port()}"
    given = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "SITE_ADDRESS": site,
        "UPSTREAMS": " ".join(each.address for each in upstreams),
    }
    command = [caddy, "run", "--config", str(config), "--adapter", "caddyfile"]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(command, env=given, stdout=log, stderr=log)
    try:
        yield site
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0


def answered(site: str, **headers: str) -> dict[str, str]:
    """What the upstream was told; waits for a proxy that is not there yet or finds nobody ready."""
    deadline = time.monotonic() + 60
    request = urllib.request.Request(
        site, headers={name.replace("_", "-"): said for name, said in headers.items()}
    )
    while True:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                told: dict[str, str] = json.loads(answer.read())
                return told
        except (urllib.error.HTTPError, OSError):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def whoever_answers(site: str, expected: set[str]) -> None:
    """Waits until twenty requests in a row are answered by those expected, each of them."""
    deadline = time.monotonic() + 60
    while (found := {answered(site)["by"] for _ in range(20)}) != expected:
        assert time.monotonic() < deadline, f"answered by {found}, not {expected}"


def test_shares_requests_among_those_that_are_ready(upstreams: list[Upstream], tmp_path: Path) -> None:
    one, other = upstreams
    with proxy(upstreams, tmp_path) as site:
        whoever_answers(site, {one.address, other.address})
        one.is_ready = False
        whoever_answers(site, {other.address})
        one.is_ready, other.is_ready = True, False
        whoever_answers(site, {one.address})


def test_a_process_that_is_gone_costs_no_request(upstreams: list[Upstream], tmp_path: Path) -> None:
    one, other = upstreams
    with proxy(upstreams, tmp_path) as site:
        whoever_answers(site, {one.address, other.address})
        one.shutdown()
        one.server_close()
        for _ in range(20):
            with urllib.request.urlopen(site, timeout=10) as answer:
                assert json.loads(answer.read())["by"] == other.address


def test_an_address_that_a_client_claims_is_thrown_away(upstreams: list[Upstream], tmp_path: Path) -> None:
    with proxy(upstreams, tmp_path) as site:
        told = answered(
            site, X_Forwarded_For="203.0.113.7", X_Forwarded_Proto="https", X_Request_Id="kept-as-it-is"
        )
    assert told["X-Forwarded-For"] == "127.0.0.1"
    assert told["X-Forwarded-Proto"] == "http"
    assert told["X-Request-Id"] == "kept-as-it-is"


@pytest.mark.parametrize("kind", ["application/graphql-response+json", "application/json", "text/html"])
@pytest.mark.parametrize(("accepted", "sent"), [("gzip", "gzip"), ("zstd, gzip", "zstd"), ("identity", None)])
def test_answers_are_as_small_as_the_client_takes_them(
    upstreams: list[Upstream], tmp_path: Path, kind: str, accepted: str, sent: str | None
) -> None:
    with proxy(upstreams, tmp_path) as site:
        answered(site)
        asking = {"Accept-Encoding": accepted, "X-Answer": kind, "X-Long": "plaza " * 200}
        with urllib.request.urlopen(urllib.request.Request(site, headers=asking), timeout=10) as answer:
            body, headers = answer.read(), answer.headers
    assert headers["Content-Encoding"] == sent
    assert (len(body) < 1000) == (sent is not None)
    assert sent != "gzip" or json.loads(gzip.decompress(body))["X-Long"] == asking["X-Long"].strip()


@pytest.mark.parametrize(
    ("site", "remembered"),
    [("http://127.0.0.1", None), ("https://localhost", None), ("https://plaza.local", "max-age=31536000")],
)
def test_only_a_name_of_its_own_is_remembered_as_https_alone(
    upstreams: list[Upstream], tmp_path: Path, site: str, remembered: str | None
) -> None:
    # Caddy signs for itself here; it shall neither take port 80 nor be trusted by this machine.
    config = tmp_path / "Caddyfile"
    config.write_text(CONFIG.read_text().replace("{", "{\nauto_https disable_redirects\nskip_install_trust", 1))
    with proxy(upstreams, tmp_path, site, config) as at:
        assert strict_transport(at) == remembered


def strict_transport(site: str) -> str | None:
    """The header as a client on this machine gets it, whatever the site's name is."""
    where = urlsplit(site)
    deadline = time.monotonic() + 60
    with httpx.Client(verify=False) as client:
        while True:
            try:
                answer = client.get(
                    f"{where.scheme}://127.0.0.1:{where.port}",
                    headers={"Host": where.netloc},
                    extensions={"sni_hostname": where.hostname},
                )
                told: str | None = answer.raise_for_status().headers.get("Strict-Transport-Security")
                return told
            except httpx.HTTPError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
