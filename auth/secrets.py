"""Secrets that somebody is given to show later: random, and known here by their hashes alone."""

import hashlib
import re
import secrets
from typing import Final

_FORM: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def new_secret() -> str:
    """32 random bytes as 43 base64url characters."""
    return secrets.token_urlsafe(32)


def is_secret(text: str) -> bool:
    """Has it the form of what `new_secret` makes?"""
    return _FORM.fullmatch(text) is not None


def hash_of(secret: str) -> bytes:
    """The 32 bytes of SHA-256 to store and look up, of whatever somebody sends."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()
