"""Secrets of links that are sent by mail."""

import hashlib
import secrets


def new_secret() -> str:
    """32 random bytes as 43 base64url characters."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> bytes:
    """The 32 bytes to store and look up, of whatever somebody sends."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()
