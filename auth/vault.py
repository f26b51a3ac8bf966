"""Seals secrets that must be read again, under keys that are not in the database."""

import base64
import hmac
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

KEY_BYTES = 32


class CannotOpen(Exception):
    """Sealed under a key that is not here, for something else, or not by us."""


class Vault:
    """`keys` maps key ids to secrets of at least 32 random bytes; the first seals, all of them open.

    Raises ValueError for no key or a short one.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys or any(len(key) < KEY_BYTES for key in keys.values()):
            raise ValueError(f"a vault needs at least one key, and {KEY_BYTES} bytes in each")
        fernets = [Fernet(_fernet_key(key)) for key in keys.values()]
        self._first, self._all = fernets[0], MultiFernet(fernets)

    def seal(self, secret: bytes, *, about: str) -> bytes:
        """`about` says whose and what it is: sealed for one, it does not open for another."""
        return self._first.encrypt(_label(about) + secret)

    def open(self, sealed: bytes, *, about: str) -> bytes:
        """The secret. Raises `CannotOpen`."""
        found, secret = self.read(sealed)
        if not hmac.compare_digest(_label(found), _label(about)):
            raise CannotOpen
        return secret

    def read(self, sealed: bytes) -> tuple[str, bytes]:
        """What it was sealed to be about, and the secret; for where nothing else tells. Raises `CannotOpen`."""
        try:
            label, _, secret = self._all.decrypt(sealed).partition(b"\0")
        except InvalidToken:
            raise CannotOpen from None
        return label.decode(), secret

    def resealed(self, sealed: bytes) -> bytes | None:
        """The same under the first key; `None` when it is already. Raises `CannotOpen`."""
        try:
            self._first.decrypt(sealed)
        except InvalidToken:
            try:
                return self._all.rotate(sealed)
            except InvalidToken:
                raise CannotOpen from None
        return None


def _fernet_key(key: bytes) -> bytes:
    return base64.urlsafe_b64encode(hmac.digest(key, b"plaza vault", "sha256"))


def _label(about: str) -> bytes:
    return about.encode() + b"\0"
