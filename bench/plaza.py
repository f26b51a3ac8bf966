"""Plaza itself as a contender: `plaza serve` on a network, asked by many of its people in turn."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import psutil

from auth.tokens import AccessTokens
from bench.harness import Contender, Request
from bench.networks import SIGNING_KEY, Network
from bench.operations import OPERATIONS, Operation, body, refusal
from bench.readers import Reader, address, readers
from tests.serving import free_port

COMMAND: Final = (str(Path(sys.executable).parent / "plaza"), "serve")
READERS: Final = 2000


def access_tokens() -> AccessTokens:
    """What signs tokens that a Plaza on one of our networks believes."""
    return AccessTokens({"bench": SIGNING_KEY.encode()}, "plaza", "plaza")


def plaza(
    name: str,
    network: Network,
    *,
    operations: Sequence[Operation] = OPERATIONS,
    database: psutil.Process | None = None,
    **environment: str,
) -> Contender:
    """`environment` is what this contender is about, such as a switch."""
    port = free_port()
    asking = asyncio.run(readers(network.owner_url, READERS))
    return Contender(
        name,
        COMMAND,
        {**network.environment, "PORT": str(port), "LOG_LEVEL": "INFO", **environment},
        f"http://127.0.0.1:{port}/graphql",
        f"http://127.0.0.1:{port}/readyz",
        {each.name: _requests(each, asking) for each in operations},
        refusal,
        database,
    )


def _requests(operation: Operation, asking: Sequence[Reader]) -> Callable[[int], Request]:
    return partial(_request, operation, operation.text, asking, access_tokens())


def _request(
    operation: Operation, text: str, asking: Sequence[Reader], tokens: AccessTokens, number: int
) -> Request:
    reader = asking[number % len(asking)]
    headers = {"x-forwarded-for": address(number)}
    if operation.is_signed_in:
        headers["authorization"] = f"Bearer {tokens.issue(reader.id, reader.session_id).token}"
    return Request(body(text, operation.variables(reader)), headers)
