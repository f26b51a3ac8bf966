"""Questions that a person answers later in another request: random, and stored as hashes."""

import hashlib
import secrets


def new_challenge() -> str:
    """32 random bytes as 43 base64url characters."""
    return secrets.token_urlsafe(32)


def challenge_hash(challenge: str) -> bytes:
    """The 32 bytes to store and look up, of whatever somebody sends."""
    return hashlib.sha256(challenge.encode(errors="surrogatepass")).digest()
