"""Plaza itself as a contender: `plaza serve` on a network, asked by many of its people in turn."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final

import psutil

from auth.tokens import LIFETIME, AccessTokens
from bench.harness import Contender, Request
from bench.networks import SIGNING_KEY, Network
from bench.operations import OPERATIONS, Operation, body, refusal
from bench.readers import Reader, address, readers
from tests.serving import free_port

COMMAND: Final = (str(Path(sys.executable).parent / "plaza"), "serve")
READERS: Final = 2000


class Wallet:
    """Everybody's access token, kept as clients keep it: for half of its time."""

    def __init__(self) -> None:
        self._tokens = access_tokens()
        self._kept: dict[int, tuple[str, float]] = {}

    def token(self, reader: Reader) -> str:
        token, until = self._kept.get(reader.id, ("", 0.0))
        if until < monotonic():
            token = self._tokens.issue(reader.id, reader.session_id).token
            self._kept[reader.id] = token, monotonic() + LIFETIME.total_seconds() / 2
        return token


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
    asking, wallet = asyncio.run(readers(network.owner_url, READERS)), Wallet()
    return Contender(
        name,
        COMMAND,
        {**network.environment, "PORT": str(port), "LOG_LEVEL": "INFO", **environment},
        f"http://127.0.0.1:{port}/graphql",
        f"http://127.0.0.1:{port}/readyz",
        {each.name: _requests(each, asking, wallet) for each in operations},
        refusal,
        database,
    )


def _requests(operation: Operation, asking: Sequence[Reader], wallet: Wallet) -> Callable[[int], Request]:
    return partial(_request, operation, operation.text, asking, wallet)


def _request(operation: Operation, text: str, asking: Sequence[Reader], wallet: Wallet, number: int) -> Request:
    reader = asking[number % len(asking)]
    headers = {"x-forwarded-for": address(number)}
    if operation.is_signed_in:
        headers["authorization"] = f"Bearer {wallet.token(reader)}"
    return Request(body(text, operation.variables(reader)), headers)
