"""Hashes and verifies passwords with argon2id beside the event loop, and judges new ones."""

import asyncio
import base64
import contextlib
import os
import secrets
import sys
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from db.limits import PASSWORD, PASSWORD_BYTES

T = TypeVar("T")

# A hash has a core to itself for tens of milliseconds. Half of the cores stay with whoever does not sign in.
THREADS = min(max((os.cpu_count() or 1) // 2, 1), 2)
WAITING = 8
PATIENCE = 2.0  # seconds; some half a second's work waits at most, but other processes may want the cores
NICENESS = 10

# OWASP's first set: 46 MiB and one pass, as strong as its sets of less memory and more passes.
_hasher = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)

_SITE_WORD = "plaza"
# NIST SP 800-63B asks to refuse common words' derivatives too; what people add is a year or a date, and signs. Who
# adds more adds chance: then it is not for the word to decide.
_DECORATION = 8
_COMMON = frozenset(
    line
    for line in Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)


class TooBusy(Exception):
    """As many passwords wait as may, or this one waited too long; ask again later."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the password is the account's, and whether its hash has other parameters than today's."""

    is_match: bool
    needs_rehash: bool = False


class Passwords:
    """The threads that hash for one process, 46 MiB each while they work."""

    def __init__(self, threads: int = THREADS) -> None:
        self._count = threads
        self._threads = ThreadPoolExecutor(threads, "passwords", initializer=_yield_to_the_event_loop)
        self._taken: set[Future[Any]] = set()

    @property
    def working(self) -> int:
        return min(len(self._taken), self._count)

    @property
    def waiting(self) -> int:
        return max(len(self._taken) - self._count, 0)

    async def hash(self, password: str) -> str:
        """The argon2id hash to store, parameters and salt included.

        Raises TooBusy, and ValueError for a password that `problem_with` refuses as too long or no text.
        """
        secret = _secret(password)
        if secret is None:
            raise ValueError("not a password that anyone may have")
        return await self._run(lambda: _hasher.hash(secret))

    async def verify(self, hash: str | None, password: str) -> Verdict:
        """Compares with a stored hash; None, for no such account or no password, takes as long to refuse.

        Raises TooBusy, and argon2's InvalidHashError for a stored hash that is none.
        """
        secret = _secret(password)
        if secret is None:
            return Verdict(is_match=False)
        is_match = await self._run(lambda: _matches(hash or _DUMMY, secret))
        if not is_match or hash is None:
            return Verdict(is_match=False)
        return Verdict(is_match=True, needs_rehash=_hasher.check_needs_rehash(hash))

    async def close(self) -> None:
        """Lets the passwords that wait finish, at most half a second's work, and ends the threads."""
        await asyncio.to_thread(self._threads.shutdown)

    async def _run(self, work: Callable[[], T]) -> T:
        # Taken on the event loop alone; that a thread gives one back meanwhile does no harm.
        if len(self._taken) >= self._count + WAITING:
            raise TooBusy
        future = self._threads.submit(work)
        self._taken.add(future)
        # The place belongs to the work: a cancelled caller frees it only if the work had not begun.
        future.add_done_callback(self._taken.discard)
        result = asyncio.wrap_future(future)
        try:
            done, _ = await asyncio.wait([result], timeout=PATIENCE)
        except asyncio.CancelledError:
            future.cancel()
            result.cancel()
            raise
        if not done and future.cancel():
            raise TooBusy
        return await result


def problem_with(password: str, *, username: str, email: str) -> str | None:
    """What a person has to change about a new password, as a sentence; None if it may be used.

    Length and guessability only (OWASP ASVS 6.2): no rule asks for capitals, digits or signs.
    """
    if _secret(password) is None:
        return f"Use at most {PASSWORD_BYTES} bytes of valid text."
    if len(password) < PASSWORD:
        return f"Use at least {PASSWORD} characters."
    if _is_common(password.casefold()):
        return "Choose another: this one is among the most common passwords."
    if _is_made_of(password, username, email, email.partition("@")[0], _SITE_WORD):
        return "Choose another: this one is your name or ours."
    return None


def _secret(password: str) -> bytes | None:
    """The bytes to hash; None for what cannot be anyone's password, too long or with a lone surrogate.

    NFC is RFC 8265's rule for passwords: the é of one keyboard is then the é of every other.
    """
    if len(password) > PASSWORD_BYTES:
        return None
    try:
        secret = unicodedata.normalize("NFC", password).encode()
    except UnicodeEncodeError:
        return None
    return secret if len(secret) <= PASSWORD_BYTES else None


def _is_common(folded: str) -> bool:
    """Is it a common password, or one between a few digits and signs, such as "password1234"?"""
    before, after = _letterless(folded), _letterless(folded[::-1])
    cuts = ((i, j) for i in range(min(before, _DECORATION) + 1) for j in range(min(after, _DECORATION - i) + 1))
    return any(folded[i : len(folded) - j] in _COMMON for i, j in cuts)


def _letterless(text: str) -> int:
    """How many characters come before its first letter."""
    return next((at for at, character in enumerate(text) if character.isalpha()), len(text))


def _is_made_of(password: str, *words: str) -> bool:
    """Is it one of the words, repeated or trimmed with digits and signs, such as "ada-1990" for ada?"""
    rest = folded = password.casefold()
    for word in sorted(filter(None, words), key=len, reverse=True):
        rest = rest.replace(word.casefold(), "")
    return rest != folded and not any(character.isalpha() for character in rest)


def _matches(hash: str, secret: bytes) -> bool:
    try:
        return _hasher.verify(hash, secret)
    except VerifyMismatchError:
        return False


def _yield_to_the_event_loop() -> None:
    """A hash keeps a core for tens of milliseconds; on Linux a thread has its own niceness."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        # Where the whole process is nicer than this, root would be given less niceness and not refused it.
        niceness = max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread))
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, niceness)


def _hash_of_nothing() -> str:
    """A hash with today's parameters whose password nobody can know, made without computing one."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (_hasher.salt_len, _hasher.hash_len)
    )
    cost = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"


_DUMMY = _hash_of_nothing()
