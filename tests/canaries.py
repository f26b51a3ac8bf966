"""A plugin that fails a test in whose time a secret reached a log line, span, report, error answer or metric.

Every token that is made while tests run is remembered where it is made, and so are the passwords and keys that
tests have. What leaves is looked through where it leaves: a log line once it is formatted, a span when it ends.
"""

import base64
import re
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any, Final, ParamSpec, TypeVar

import pyotp
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from prometheus_client import generate_latest
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import HttpTransport
from structlog.stdlib import ProcessorFormatter

from auth import sessions, tokens
from server import errors, logging
from server.telemetry import exposition
from tests.factories import PASSWORD, PASSWORD_HASH

P = ParamSpec("P")
R = TypeVar("R")

SIGNING_KEY: Final = "0123456789abcdef" * 3
# A secret is found by any so many characters of it that are its first; shorter ones, such as a code of six digits,
# are like too much else.
_HEAD: Final = 16
_LEAST_BYTES: Final = 16
_MOST: Final = 50_000
_TOLD: Final = re.compile(r'"(?:access|refresh)Token": ?"(?:[^"]*\.)?([^".]+)"')
_RUN: Final = re.compile(rf"[A-Za-z0-9_-]{{{_HEAD},}}")


class Canaries:
    """What is secret, and where it was seen all the same."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._by_head: dict[str, str] = {}
        self._order: deque[str] = deque()
        self._seen: list[str] = []
        self._lock = Lock()  # scrapes and reports have threads of their own

    def add_words(self, *words: str) -> None:
        """Secrets with spaces or signs, each looked for at every place: only a few."""
        self._words += words

    def add(self, secret: str) -> None:
        """A secret of letters, digits, `_` and `-`; the longest known are forgotten."""
        with self._lock:
            self._by_head[secret[:_HEAD]] = secret
            self._order.append(secret[:_HEAD])
            if len(self._order) > _MOST:
                self._by_head.pop(self._order.popleft(), None)

    def add_told(self, answer: str) -> None:
        """Tokens that a server in another process made."""
        for token in _TOLD.findall(answer):
            self.add(token)

    def look(self, where: str, text: str) -> None:
        found = [word for word in self._words if word in text]
        for run in _RUN.findall(text):
            heads = (run[at : at + _HEAD] for at in range(len(run) - _HEAD + 1))
            found += [secret for head in heads if (secret := self._by_head.get(head)) and secret in run]
        with self._lock:
            self._seen += [f"{where}: {text.replace(secret, '(secret)')[:300]}" for secret in found]

    def take(self) -> list[str]:
        """What was seen since the last time."""
        with self._lock:
            seen, self._seen = self._seen, []
        return seen


canaries = Canaries()


def remembering(make: Callable[P, R], forms: Callable[[R], Iterator[str]]) -> Callable[P, R]:
    """`make`, whose results are canaries from then on."""

    def made(*args: P.args, **kwargs: P.kwargs) -> R:
        result = make(*args, **kwargs)
        for form in forms(result):
            canaries.add(form)
        return result

    return made


def looking(leave: Callable[P, R], where: str, text: Callable[..., str]) -> Callable[P, R]:
    """`leave`, whose result and arguments are looked through: `text` gets the result, then the arguments."""

    def left(*args: P.args, **kwargs: P.kwargs) -> R:
        result = leave(*args, **kwargs)
        canaries.look(where, text(result, *args))
        return result

    return left


def _itself(secret: str) -> Iterator[str]:
    if len(secret) >= _HEAD:
        yield secret


def _signature(token: str) -> Iterator[str]:
    # The parts before it are anybody's to make.
    yield token.rpartition(".")[2]


def _written(secret: bytes) -> Iterator[str]:
    if len(secret) >= _LEAST_BYTES:
        yield secret.hex()
        yield base64.urlsafe_b64encode(secret).decode().rstrip("=")
        yield base64.b32encode(secret).decode().rstrip("=")


def _span(_: object, __: object, span: ReadableSpan) -> str:
    return f"{span.name} {dict(span.attributes or {})} {span.status.description}"


def _envelope(_: object, __: object, envelope: Envelope) -> str:
    return envelope.serialize().decode(errors="replace")


def _install() -> None:
    canaries.add_words(PASSWORD, PASSWORD_HASH, SIGNING_KEY)
    patches: list[tuple[Any, str, Callable[..., Any]]] = [
        (secrets, "token_urlsafe", remembering(secrets.token_urlsafe, _itself)),
        (secrets, "token_bytes", remembering(secrets.token_bytes, _written)),
        (pyotp, "random_base32", remembering(pyotp.random_base32, _itself)),
        (sessions, "successor_of", remembering(tokens.successor_of, _itself)),
        (tokens, "_sign", remembering(tokens._sign, _signature)),
        (ProcessorFormatter, "format", looking(ProcessorFormatter.format, "log", lambda line, *_: line)),
        (logging, "_json", looking(logging._json, "log", lambda line, *_: line)),
        (errors, "_format", looking(errors._format, "error", lambda shown, *_: str(shown))),
        (BatchSpanProcessor, "on_end", looking(BatchSpanProcessor.on_end, "span", _span)),
        (HttpTransport, "capture_envelope", looking(HttpTransport.capture_envelope, "report", _envelope)),
        (
            exposition,
            "generate_latest",
            looking(generate_latest, "metrics", lambda told, *_: told.decode()),
        ),
    ]
    for owner, name, patch in patches:
        setattr(owner, name, patch)


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    _install()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    try:
        return (yield)
    finally:
        if seen := canaries.take():
            pytest.fail("Something secret was told:\n" + "\n".join(seen), pytrace=False)
