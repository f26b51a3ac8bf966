"""Issues and reads access tokens, signed for ten minutes; makes refresh and personal ones, stored as hashes."""

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from jwt.types import Options

LIFETIME = timedelta(minutes=10)
LEEWAY = timedelta(seconds=30)  # between the clocks of two of our machines
MAX_LENGTH = 4096
_KNOWN_MAX = 4096  # tokens, of some 400 bytes
KEY_BYTES = 32  # RFC 7518 §3.2: an HS256 key is at least as long as its hash

_ALGORITHM = "HS256"
_OPTIONS: Options = {
    "require": ["exp", "iat", "sub", "iss", "aud", "jti", "sid"],
    "strict_aud": True,
    "enforce_minimum_key_length": True,
}
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}")
_ROW_ID = re.compile(r"[1-9][0-9]{0,18}")
_MAX_ROW_ID = 2**63 - 1
# 32 bytes are 43 base64url characters, the last of which carries four bits.
_REFRESH = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
# Tells a person, a log and a scanner for leaked secrets what it is.
PERSONAL_PREFIX = "plaza_"


class TokenError(Exception):
    """A token that opens nothing."""


class InvalidToken(TokenError):
    """Not a token of ours, or not of this kind."""


class ExpiredToken(TokenError):
    """A token of ours whose time is over: refresh it."""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """An access token and the moment, UTC, at which it ends."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says; whether the session still lives is not in it. `expires_at` is UTC."""

    user_id: int
    session_id: int
    expires_at: datetime


class AccessTokens:
    """The access tokens (RFC 9068) of one issuer for one audience, signed with HS256.

    `keys` maps key ids to secrets of at least 32 random bytes; the first signs, all verify. To change keys,
    let every process verify the new one, then put it first, then drop the old one ten minutes later.
    Raises ValueError for no key or a short one.
    """

    def __init__(self, keys: Mapping[str, bytes], issuer: str, audience: str) -> None:
        if not keys or any(len(key) < KEY_BYTES for key in keys.values()):
            raise ValueError(f"access tokens need at least one key, and {KEY_BYTES} bytes in each")
        self._kid, self._key = next(iter(keys.items()))
        self._issuer, self._audience = issuer, audience
        # We alone issue these, so the headers that we can have written are known to the byte. Anything else
        # (`alg` none, `jwk`, `crit`, `b64`, another `typ` or `kid`) is refused before it is even parsed.
        self._keys_by_header = {_sign({}, kid, key).partition(".")[0]: key for kid, key in keys.items()}
        # Those that were good and when they end, in seconds since 1970; the longest known first.
        self._known: OrderedDict[str, tuple[AccessClaims, float]] = OrderedDict()

    def issue(self, user_id: int, session_id: int, now: datetime | None = None) -> IssuedToken:
        """A token for the next ten minutes; `now` is an aware datetime, the clock's by default."""
        issued_at = int((now or datetime.now(UTC)).timestamp())
        expires_at = issued_at + int(LIFETIME.total_seconds())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(user_id),
            "sid": str(session_id),
            "jti": secrets.token_urlsafe(16),
            "iat": issued_at,
            "exp": expires_at,
        }
        return IssuedToken(_sign(claims, self._kid, self._key), datetime.fromtimestamp(expires_at, UTC))

    def read(self, token: str) -> AccessClaims:
        """Raises InvalidToken or ExpiredToken, and nothing else whatever the string is.

        A token that was good is remembered: to verify it again would cost a request more than to look it up.
        """
        known = self._known.get(token)
        if known is None:
            claims = self._verified(token)
            self._known[token] = claims, (claims.expires_at + LEEWAY).timestamp()
            if len(self._known) > _KNOWN_MAX:
                self._known.popitem(last=False)
            return claims
        claims, end = known
        if end <= time.time():
            del self._known[token]
            raise ExpiredToken
        return claims

    def _verified(self, token: str) -> AccessClaims:
        key = self._keys_by_header.get(token.partition(".")[0])
        if key is None or len(token) > MAX_LENGTH or not _COMPACT.fullmatch(token):
            raise InvalidToken
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[_ALGORITHM],
                options=_OPTIONS,
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY,
            )
        except jwt.ExpiredSignatureError:
            raise ExpiredToken from None
        except jwt.PyJWTError:
            raise InvalidToken from None
        return AccessClaims(_row_id(claims["sub"]), _row_id(claims["sid"]), _end(claims))


def new_personal_token() -> str:
    """A prefix that tells what it is, and 32 random bytes as 43 base64url characters."""
    return PERSONAL_PREFIX + secrets.token_urlsafe(32)


def personal_token_hash(token: str) -> bytes:
    """The 32 bytes of SHA-256 to store and look up. Raises InvalidToken for what is no personal token."""
    prefix, secret = token[: len(PERSONAL_PREFIX)], token[len(PERSONAL_PREFIX) :]
    if prefix != PERSONAL_PREFIX or not _REFRESH.fullmatch(secret):
        raise InvalidToken
    return hashlib.sha256(token.encode()).digest()


def new_refresh_token() -> str:
    """32 random bytes as 43 base64url characters."""
    return secrets.token_urlsafe(32)


def refresh_token_hash(token: str) -> bytes:
    """The 32 bytes of SHA-256 to store and look up. Raises InvalidToken for what is no refresh token."""
    return hashlib.sha256(_refresh(token)).digest()


def successor_of(token: str, key: bytes) -> str:
    """The refresh token that replaces this one: always the same one, so a refresh can be answered again.

    Only who holds `key` (at least 32 bytes, else ValueError) can derive it, and it is stored nowhere.
    Raises InvalidToken for what is no refresh token.
    """
    if len(key) < KEY_BYTES:
        raise ValueError(f"the key needs at least {KEY_BYTES} bytes")
    # The label keeps this use of the key apart from any other.
    digest = hmac.digest(key, b"refresh token successor\0" + _refresh(token), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _sign(claims: dict[str, Any], kid: str, key: bytes) -> str:
    return jwt.encode(claims, key, _ALGORITHM, {"typ": "at+jwt", "kid": kid})


def _row_id(claim: object) -> int:
    if not isinstance(claim, str) or not _ROW_ID.fullmatch(claim) or int(claim) > _MAX_ROW_ID:
        raise InvalidToken
    return int(claim)


def _end(claims: dict[str, Any]) -> datetime:
    """PyJWT has compared both with the clock, but takes strings, floats, booleans and any lifetime."""
    issued_at, expires_at = claims["iat"], claims["exp"]
    if type(issued_at) is not int or type(expires_at) is not int:
        raise InvalidToken
    if not 0 < expires_at - issued_at <= LIFETIME.total_seconds():
        raise InvalidToken
    return datetime.fromtimestamp(expires_at, UTC)


def _refresh(token: str) -> bytes:
    if not _REFRESH.fullmatch(token):
        raise InvalidToken
    return token.encode()
