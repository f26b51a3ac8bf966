"""Who is measured: each a process of its own over the same network, asked for the same pages in the same order."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import asyncpg

from bench.harness import Contender, Request
from bench.networks import Network
from bench.operations import Operation, Variables, body, refusal
from bench.plaza import READERS, plaza
from bench.readers import Reader, readers
from schema.pagination import cursor
from server.local.node import find
from tests.clients.packages import installed
from tests.serving import free_port

PAGE: Final = "page"
FOLDER: Final = Path(__file__).parent
_SERVERS: Final = FOLDER / "servers"
_CONNECTIONS: Final = "10"  # to PostgreSQL, as many as Plaza has where nothing is said
_PAGES: Final = 8
_QUIETLY: Final = ("--no-access-log", "--log-level", "warning")
_UVICORN: Final = ("--loop", "uvloop", "--http", "httptools", "--no-proxy-headers", *_QUIETLY)

# By name: of the Python servers the application, of the others the program and what it is told.
_IN_PYTHON: Final = {
    "floor": "by_hand:one",
    "hand-written": "by_hand:three",
    "hand-written-pool": "by_hand:over_pool",
    "engine": "compiled:app",
    "strawberry": "stock:app",
}
_ON_NODE: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "mercurius": ("mercurius.js", {}),
    "mercurius-unnamed": ("mercurius.js", {"NAMED_STATEMENTS": "no"}),
    "apollo": ("apollo.js", {}),
    "yoga": ("yoga.js", {}),
}
NAMES: Final = (
    "floor",
    "hand-written",
    "hand-written-pool",
    "engine",
    "plaza",
    "strawberry",
    "mercurius",
    "mercurius-unnamed",
    "apollo",
    "yoga",
)

# Where the feed's first pages begin, for somebody who hides nobody.
_PLACES: Final = """
SELECT id FROM (
    SELECT posts.id, row_number() OVER (ORDER BY posts.id DESC) AS n
    FROM posts JOIN users ON users.id = author_id
    WHERE posts.deleted_at IS NULL AND audience = 'PUBLIC' AND NOT is_private AND status = 'ACTIVE'
) AS post
WHERE n % 20 = 0 ORDER BY id DESC LIMIT $1
"""


def contenders(network: Network, names: Sequence[str] = NAMES) -> list[Contender]:
    """Those of the names, over one network; brings the packages of those that run on Node.js."""
    page = Operation(PAGE, partial(_variables, asyncio.run(_places(network))))
    people = asyncio.run(readers(network.owner_url, READERS))
    return [_contender(name, network, page, people) for name in names]


def node_version() -> str:
    """Of what runs those that are not in Python."""
    asked = subprocess.run([_node(), "--version"], capture_output=True, text=True, check=True)
    return asked.stdout.strip().removeprefix("v")


def _contender(name: str, network: Network, page: Operation, people: Sequence[Reader]) -> Contender:
    if name == "plaza":
        return plaza(name, network, operations=[page], METRICS_TOKEN="secret" * 6)
    command, environment = _on_node(*_ON_NODE[name]) if name in _ON_NODE else _in_python(_IN_PYTHON[name])
    port = free_port()
    return Contender(
        name,
        [word.format(port=port) for word in command],
        {**environment, "DATABASE_URL": network.url, "CONNECTIONS": _CONNECTIONS, "PORT": str(port)},
        f"http://127.0.0.1:{port}/graphql",
        f"http://127.0.0.1:{port}/ready",
        {PAGE: partial(_request, page, people)},
        refusal,
    )


def _in_python(application: str) -> tuple[Sequence[str], Mapping[str, str]]:
    program = f"bench.peers.servers.{application}"
    return [sys.executable, "-m", "uvicorn", program, "--port", "{port}", *_UVICORN], {}


def _on_node(program: str, told: Mapping[str, str]) -> tuple[Sequence[str], Mapping[str, str]]:
    installed(FOLDER)
    return [_node(), str(_SERVERS / program)], {**find().environment, "NODE_ENV": "production", **told}


def _node() -> str:
    node = shutil.which("node", path=find().environment["PATH"])
    assert node
    return node


def _request(page: Operation, people: Sequence[Reader], number: int) -> Request:
    """They know nobody by a token, and believe whoever says who asks."""
    reader = people[number % len(people)]
    return Request(body(page.text, page.variables(reader)), {"x-viewer": str(reader.id)})


def _variables(places: Sequence[str | None], reader: Reader) -> Variables:
    return {"after": places[reader.place % len(places)]}


async def _places(network: Network) -> list[str | None]:
    connection = await asyncpg.connect(network.owner_url)
    try:
        rows = await connection.fetch(_PLACES, _PAGES)
    finally:
        await connection.close()
    # The last of them may have less than a page behind it.
    return [None, *(cursor("posts", row["id"]) for row in rows[:-1])]
