"""Questions that a person answers later in another request: random, and stored as hashes."""

import hashlib
import secrets


def new_challenge() -> str:
    """32 random bytes as 43 base64url characters, as WebAuthn asks with."""
    return secrets.token_urlsafe(32)


def challenge_hash(challenge: str) -> bytes:
    return hashlib.sha256(challenge.encode()).digest()
