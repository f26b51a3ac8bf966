"""Forged tokens, and the keys and people that the tests of tokens share."""

import base64
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from auth.tokens import AccessTokens

OLD, NEW = b"o" * 32, b"n" * 32
ISSUER, AUDIENCE = "https://plaza.example", "plaza"
TOKENS = AccessTokens({"2026-b": NEW, "2026-a": OLD}, ISSUER, AUDIENCE)
HEADER = {"alg": "HS256", "kid": "2026-b", "typ": "at+jwt"}
ADA, SESSION = 123456789012345, 987654321098765
MISSING = object()


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def forged(header: dict[str, Any], claims: dict[str, Any] | str, key: bytes = NEW, digest: str = "sha256") -> str:
    """A token of any header and payload, truly signed."""
    payload = claims if isinstance(claims, str) else json.dumps(claims)
    header_text = json.dumps(header, separators=(",", ":"))
    signed = f"{encoded(header_text.encode())}.{encoded(payload.encode(errors='surrogatepass'))}"
    return f"{signed}.{encoded(hmac.digest(key, signed.encode(), digest))}"


def claims(**changes: object) -> dict[str, Any]:
    """What a good token says, with claims replaced or left out."""
    now = int(datetime.now(UTC).timestamp())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(ADA),
        "sid": str(SESSION),
        "jti": "x",
        "iat": now,
        "exp": now + 600,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not MISSING}
