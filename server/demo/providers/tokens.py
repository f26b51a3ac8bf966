"""The token endpoint's checks and tokens, right or as wrong as a fault asks."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Mapping
from hashlib import sha256
from typing import Any, Final
from urllib.parse import parse_qsl

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse

from server.demo.providers.world import CLIENT, KEY_ID, SECRET, TEAM, Fault, Grant, SigningKey, World

SLOWNESS: Final = 30.0  # seconds
_LASTS: Final = 600


async def redeemed(world: World, provider: str, request: Request) -> Grant | None:
    """What the code stands for, if everything about the request is right; used up by this."""
    form = await form_of(request)
    grant = world.grants.pop(form.get("code", ""), None)
    is_right = (
        grant is not None
        and form.get("grant_type") == "authorization_code"
        and form.get("redirect_uri") == grant.asked["redirect_uri"] == world.redirect_uri(provider)
        and _challenge(form.get("code_verifier", "")) == grant.asked["code_challenge"]
        and is_ours(world, provider, form)
    )
    return grant if is_right else None


async def spoilt(world: World) -> Response | None:
    """An answer that is none, where a fault asks for one."""
    match world.fault:
        case Fault.SLOW:
            await asyncio.sleep(SLOWNESS)
            return PlainTextResponse("at last")
        case Fault.BROKEN:
            return PlainTextResponse("down", 500)
        case Fault.REDIRECTS:
            return RedirectResponse(f"{world.origin}/elsewhere", 307)
        case Fault.HUGE:
            return StreamingResponse(_huge(), media_type="application/json")
        case Fault.PACKED:
            return Response(b"\x1f\x8b", headers={"content-encoding": "gzip"}, media_type="application/json")
        case Fault.NO_JSON:
            return PlainTextResponse("access_token: no")
        case Fault.ERROR_IN_BODY:
            return JSONResponse({"error": "bad_verification_code"})
    return None


def id_token(world: World, claims: Mapping[str, Any], nonce: str) -> str:
    """An ID token of those claims, unless a fault asks for another."""
    said, key = _said(world, claims, nonce), world.keys[0]
    match world.fault:
        case Fault.WRONG_KEY:
            return SigningKey.make().sign(said, kid=key.kid)
        case Fault.NO_KEY_NAMED:
            return jwt.encode(said, key.private, "RS256")
        case Fault.UNSIGNED:
            return jwt.encode(said, "", "none", {"kid": key.kid})
        case Fault.SIGNED_WITH_PUBLIC_KEY:
            return _confused(said, key)
    return key.sign(said)


def _said(world: World, claims: Mapping[str, Any], nonce: str) -> dict[str, Any]:
    now = int(time.time())
    good = {"aud": CLIENT, "iat": now, "exp": now + _LASTS, "nonce": nonce, **claims}
    wrong: dict[Fault | None, dict[str, Any]] = {
        Fault.WRONG_NONCE: {"nonce": "another"},
        Fault.WRONG_ISSUER: {"iss": f"{world.origin}/elsewhere"},
        Fault.WRONG_AUDIENCE: {"aud": "somebody-else"},
        Fault.WRONG_PARTY: {"azp": "somebody-else"},
        Fault.RUN_OUT: {"iat": now - 2 * _LASTS, "exp": now - _LASTS},
        Fault.ENDLESS_TOKEN: {"padding": "x" * 16_384},
        Fault.OF_NOBODY: {"sub": ""},
    }
    return good | wrong.get(world.fault, {})


def _confused(claims: Mapping[str, Any], key: SigningKey) -> str:
    """Signed by HMAC with what everybody knows: the oldest trick."""
    public = key.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return jwt.encode(dict(claims), base64.b64encode(public).decode(), "HS256", {"kid": key.kid})


async def form_of(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode()))


def is_ours(world: World, provider: str, form: Mapping[str, str]) -> bool:
    """Is it Plaza that asks?"""
    secret = form.get("client_secret", "")
    if form.get("client_id") != CLIENT:
        return False
    if provider != "apple":
        return secret == SECRET
    try:
        said = jwt.decode(
            secret,
            world.apple_key.public_key(),
            algorithms=["ES256"],
            audience=f"{world.origin}/apple",
            issuer=TEAM,
            options={"require": ["iss", "sub", "aud", "iat", "exp"]},
        )
    except jwt.PyJWTError:
        return False
    lasts: int = said["exp"] - said["iat"]
    return jwt.get_unverified_header(secret)["kid"] == KEY_ID and said["sub"] == CLIENT and 0 < lasts <= 600


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


async def _huge() -> AsyncIterator[bytes]:
    for _ in range(64):
        yield b" " * 65536
