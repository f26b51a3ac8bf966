"""The providers' routes: two that speak OpenID Connect, and one that speaks as GitHub does."""

import asyncio
import json
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from server.demo.providers import consent, tokens
from server.demo.providers.world import Fault, Person, World, pairwise

_DENIED: Final = {"google": "access_denied", "apple": "user_cancelled_authorize", "github": "access_denied"}


def create(world: World) -> Starlette:
    revocation = Route("/revoke", partial(_revoke, world), methods=["POST"])
    return Starlette(
        routes=[
            Mount("/google", routes=_open_id(world, "google")),
            Mount("/apple", routes=[*_open_id(world, "apple"), revocation]),
            Mount("/github", routes=_github(world)),
        ]
    )


def _open_id(world: World, provider: str) -> list[Route]:
    return [
        Route("/authorize", partial(_authorize, world, provider), methods=["GET", "POST"]),
        Route("/token", partial(_token, world, provider), methods=["POST"]),
        Route("/keys", partial(_keys, world)),
    ]


def _github(world: World) -> list[Route]:
    bearers: dict[str, Person] = {}
    return [
        Route("/authorize", partial(_authorize, world, "github"), methods=["GET", "POST"]),
        Route("/access_token", partial(_access_token, world, bearers), methods=["POST"]),
        Route("/api/user", partial(_user, world, bearers)),
        Route("/api/user/emails", partial(_emails, bearers)),
    ]


async def _authorize(world: World, provider: str, request: Request) -> Response:
    if request.method == "GET":
        return consent.ask(world, provider, request)
    person, asked = await consent.answered(world, provider, request)
    answer = {"state": asked["state"]}
    if person is None:
        answer["error"] = _DENIED[provider]
    else:
        answer["code"] = world.grant(person, asked)
    if provider == "apple":
        return consent.back_by_form(asked["redirect_uri"], answer | _introduction(world, person), world)
    is_itself = world.fault is not Fault.CALLS_ITSELF_ANOTHER
    answer["iss"] = f"{world.origin}/{provider if is_itself else 'elsewhere'}"
    return consent.back(asked["redirect_uri"], answer)


def _introduction(world: World, person: Person | None) -> dict[str, str]:
    """A name, at the first consent alone."""
    if person is None or person.number in world.introduced:
        return {}
    world.introduced.add(person.number)
    first, _, last = person.name.partition(" ")
    return {"user": json.dumps({"name": {"firstName": first, "lastName": last}, "email": person.email})}


async def _token(world: World, provider: str, request: Request) -> Response:
    if (wrong := await tokens.spoilt(world)) is not None:
        return wrong
    grant = await tokens.redeemed(world, provider, request)
    if grant is None:
        return JSONResponse({"error": "invalid_grant"}, 400)
    claims = {"iss": f"{world.origin}/{provider}", **_claims(grant.person, provider)}
    token = tokens.id_token(world, claims, grant.asked["nonce"])
    bearer = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 3600}
    lasting = {"refresh_token": world.consent(grant.person)} if provider == "apple" else {}
    return JSONResponse({**bearer, **lasting, "id_token": token})


async def _revoke(world: World, request: Request) -> Response:
    """Ends all that the person agreed to, whichever of their tokens it is; one that is none is no error."""
    if (wrong := await tokens.spoilt(world)) is not None:
        return wrong
    form = await tokens.form_of(request)
    if not tokens.is_ours(world, "apple", form):
        return JSONResponse({"error": "invalid_client"}, 400)
    person = world.consents.get(form.get("token", ""))
    world.consents = {token: each for token, each in world.consents.items() if each != person}
    return Response()


def _claims(person: Person, provider: str) -> dict[str, Any]:
    claims: dict[str, Any] = {"sub": pairwise(person, provider), "email": person.email}
    if provider == "apple":
        # Text, as Apple writes it in many of its tokens.
        return {**claims, "email_verified": str(person.is_verified).lower()}
    hosted = {"hd": person.hosted} if person.hosted else {}
    return {**claims, "email_verified": person.is_verified, "name": person.name, **hosted}


async def _keys(world: World, request: Request) -> Response:
    world.key_fetches += 1
    match world.fault:
        case Fault.NO_KEYS:
            return PlainTextResponse("down", 500)
        case Fault.NO_JSON:
            return PlainTextResponse("keys: none")
        case Fault.FROZEN_KEYS:
            await asyncio.sleep(tokens.SLOWNESS)
    shown = world.shown_for_keys or {"keys": [key.public for key in world.keys]}
    return JSONResponse(shown, headers={"cache-control": world.keys_last})


async def _access_token(world: World, bearers: dict[str, Person], request: Request) -> Response:
    if (wrong := await tokens.spoilt(world)) is not None:
        return wrong
    grant = await tokens.redeemed(world, "github", request)
    if grant is None:
        return JSONResponse({"error": "bad_verification_code"})  # with status 200, as it does
    token = f"gho_{secrets.token_urlsafe(24)}"
    bearers[token] = grant.person
    scope = "read:user" if world.fault is Fault.FEWER_SCOPES else "read:user,user:email"
    kind = "mac" if world.fault is Fault.OTHER_KIND_OF_TOKEN else "bearer"
    return JSONResponse({"access_token": token, "token_type": kind, "scope": scope})


async def _user(world: World, bearers: Mapping[str, Person], request: Request) -> Response:
    person = _bearer(bearers, request)
    if person is None or "user-agent" not in request.headers:
        return JSONResponse({"message": "Requires authentication"}, 401)
    login = person.name.replace(" ", "-").lower()
    # The public address is whatever people write there.
    number = str(person.number) if world.fault is Fault.NO_NUMBER else person.number
    return JSONResponse({"id": number, "login": login, "name": person.name, "email": "anybody@example.org"})


async def _emails(bearers: Mapping[str, Person], request: Request) -> Response:
    person = _bearer(bearers, request)
    if person is None:
        return JSONResponse({"message": "Requires authentication"}, 401)
    other = {"email": f"other.{person.email}", "primary": False, "verified": True}
    return JSONResponse([other, {"email": person.email, "primary": True, "verified": person.is_verified}])


def _bearer(bearers: Mapping[str, Person], request: Request) -> Person | None:
    return bearers.get(request.headers.get("authorization", "").removeprefix("Bearer "))
