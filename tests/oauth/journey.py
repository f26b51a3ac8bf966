"""A front end and one person's browser, on the way to a provider and back."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from re import findall, search
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
from starlette.applications import Starlette

from auth.providers.trips import challenge_of
from auth.secrets import new_secret
from server.demo.providers.world import PEOPLE, Person, World
from tests.conftest import Api
from tests.factories import Person as Somebody

PLAZA: Final = "https://plaza.test"
FRONT_END: Final = "https://app.example/back?tab=1"
ADA: Final = PEOPLE[0]

_ERRORS: Final = "... on UserError { message } ... on InvalidInput { field }"
SIGN_IN: Final = f"""
mutation ($input: SignInWithProviderInput!) {{
  signInWithProvider(input: $input) {{
    __typename ... on SignInWithProviderPayload {{ session {{ accessToken refreshToken }} viewer {{ username }} }}
    {_ERRORS} ... on SecondFactorNeeded {{ challenge }}
  }}
}}
"""
START_LINKING: Final = f"""
mutation ($input: StartLinkingInput!) {{
  startLinking(input: $input) {{ __typename ... on StartLinkingPayload {{ ticket expiresAt }} {_ERRORS} }}
}}
"""
LINK: Final = f"""
mutation ($input: LinkIdentityInput!) {{
  linkIdentity(input: $input) {{
    __typename ... on LinkIdentityPayload {{ identity {{ provider email }} }} {_ERRORS}
  }}
}}
"""
UNLINK: Final = f"""
mutation ($input: UnlinkIdentityInput!) {{
  unlinkIdentity(input: $input) {{ __typename ... on UnlinkIdentityPayload {{ provider }} {_ERRORS} }}
}}
"""
IDENTITIES: Final = "{ viewer { identities { provider email createdAt lastUsedAt } } }"


class Journey:
    """What the person's browser and their front end know: cookies here and there, and a verifier."""

    def __init__(self, plaza: httpx.AsyncClient, provider: httpx.AsyncClient, api: Api) -> None:
        self.plaza, self.provider, self.api = plaza, provider, api
        self.verifier = new_secret()

    @classmethod
    @asynccontextmanager
    async def begun(cls, app: Starlette, world: World, authority: Path) -> AsyncIterator["Journey"]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        tls = ssl.create_default_context(cafile=str(authority))
        async with (
            httpx.AsyncClient(transport=transport, base_url=PLAZA) as plaza,
            httpx.AsyncClient(verify=tls, base_url=world.origin) as provider,
        ):
            yield cls(plaza, provider, Api(app.state.services))

    async def start(self, provider: str, **other: str) -> httpx.Response:
        asked = {"return_to": FRONT_END, "challenge": challenge_of(self.verifier), **other}
        return await self.plaza.get(f"/auth/{provider}/start", params=asked)

    async def consent(self, started: httpx.Response, person: Person | None) -> httpx.Request:
        """What the browser asks Plaza for, once the person has answered the provider."""
        url = started.headers["location"]
        assert (await self.provider.get(url)).status_code == 200
        form = {"asked": urlsplit(url).query, "person": str(person.number) if person else ""}
        answer = await self.provider.post(urlsplit(url).path, data=form)
        if answer.status_code == 303:
            return httpx.Request("GET", answer.headers["location"])
        action = search(r'action="([^"]+)"', answer.text)
        assert action
        fields = {name: unescape(value) for name, value in findall(r'name="(\w+)" value="([^"]*)"', answer.text)}
        return httpx.Request("POST", action[1], data=fields)

    async def back(self, request: httpx.Request) -> httpx.Response:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.plaza.cookies.jar)
        headers = {**request.headers, **({"cookie": cookies} if cookies else {})}
        return await self.plaza.request(request.method, str(request.url), content=request.content, headers=headers)

    async def go(self, provider: str, person: Person | None = ADA, **other: str) -> dict[str, str]:
        """All of it: the parameters with which the front end gets its person back."""
        arrived = await self.back(await self.consent(await self.start(provider, **other), person))
        assert arrived.status_code == 303, arrived.text
        return returned(arrived)

    async def sign_in(self, provider: str, person: Person | None = ADA, **input: Any) -> Any:
        """All of it, and the exchange of the code."""
        return await self.exchange((await self.go(provider, person))["code"], **input)

    async def exchange(self, code: str, **input: Any) -> Any:
        return await self.api(SIGN_IN, input={"code": code, "verifier": self.verifier, **input})

    async def link(self, provider: str, somebody: Somebody, person: Person = ADA) -> Any:
        """The way to a linked identity; the last answer."""
        begun = await self.api(START_LINKING, viewer=somebody, input={"provider": provider.upper()})
        if "ticket" not in begun:
            return begun
        came = await self.go(provider, person, ticket=begun["ticket"])
        return await self.api(LINK, viewer=somebody, input={"code": came["code"], "verifier": self.verifier})


def returned(arrived: httpx.Response) -> dict[str, str]:
    """What the return address got; what stood in it before stands in it still."""
    url = urlsplit(arrived.headers["location"])
    assert (url.scheme, url.netloc, url.path) == ("https", "app.example", "/back")
    query = dict(parse_qsl(url.query))
    assert query.pop("tab") == "1"
    return query


def asked_of(started: httpx.Response) -> dict[str, str]:
    """What the provider is asked for."""
    return {name: value for name, (value,) in parse_qs(urlsplit(started.headers["location"]).query).items()}


def changed(request: httpx.Request, **changes: str | None) -> httpx.Request:
    """The same way back with other parameters; None takes one away."""
    text = request.content.decode() if request.method == "POST" else request.url.query.decode()
    said = {**dict(parse_qsl(text)), **changes}
    query = {name: value for name, value in said.items() if value is not None}
    if request.method == "POST":
        return httpx.Request("POST", request.url, data=query)
    return httpx.Request("GET", f"{str(request.url).partition('?')[0]}?{urlencode(query)}")
