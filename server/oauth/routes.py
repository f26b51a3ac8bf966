"""A browser's way to a provider and back: it leaves with a state and a cookie, and comes back for a code."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final, TypeAlias, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.providers.profiles import ProviderError, Unavailable
from auth.providers.registry import Voucher
from auth.providers.trips import Trip
from auth.secrets import is_secret, new_secret
from db.buckets import Charge, Limit
from db.models import OAuthFlow, Provider
from db.transaction import retried, write
from domain import flows
from domain.errors import DomainError, NotAllowed
from domain.flows import AWAY, OVER
from resolvers import excess
from resolvers.limits import client_network
from schema.context import Services
from server import forms
from server.errors import UNAVAILABLE, is_unavailable
from server.oauth.pages import sent, told
from server.origins import address_of, origin_of
from server.settings import Settings

STEPS: Final = Limit.parse("40/5m")

_ABSENT: Final = "There is no such provider here."
_NOT_LISTED: Final = "The address to return to is not one of this server's front ends."
_REFUSED: Final = {"access_denied", "user_cancelled_authorize"}
_BODY_MAX: Final = 64 * 1024
_log = structlog.get_logger("oauth")
T = TypeVar("T")
_Handler: TypeAlias = Callable[[Request, Provider, Voucher], Awaitable[Response]]


def oauth_routes(services: Services, settings: Settings) -> list[Route]:
    """None, where no provider is set up."""
    if not services.providers.names:
        return []
    ways = _Ways(services, settings)
    return [
        Route("/auth/{provider}/start", ways.limited(ways.start), methods=["GET"]),
        Route("/auth/{provider}/callback", ways.limited(ways.back), methods=["GET", "POST"]),
    ]


class _Ways:
    def __init__(self, services: Services, settings: Settings) -> None:
        self._services, self._settings = services, settings

    def limited(self, handle: _Handler) -> Callable[[Request], Awaitable[Response]]:
        """`handle`, for a provider that is there, so often for one address, and only while we can."""

        async def handled(request: Request) -> Response:
            found = self._services.providers.find(request.path_params["provider"])
            if found is None:
                return told(_ABSENT, 404)
            charges = [Charge(f"oauth:ip:{client_network(address_of(request.scope))}", STEPS, is_kept=True)]
            verdict = await self._services.buckets.take(charges)
            if not verdict.allowed:
                origin = origin_of(request.scope, request.headers)
                await excess.note(self._services, verdict, origin=origin)
                said = f"Too many of these. Try again in {verdict.retry_after} s."
                return told(said, 429, **{"retry-after": str(verdict.retry_after)})
            try:
                return await handle(request, *found)
            except DomainError as error:
                return told(error.message, 400)
            except Exception as error:
                if not is_unavailable(error):
                    raise
                return told(UNAVAILABLE, 503)

        return handled

    async def start(self, request: Request, provider: Provider, voucher: Voucher) -> Response:
        asked = request.query_params
        return_to = asked.get("return_to", "")
        if not self._settings.may_return_to(return_to, in_production=self._settings.is_production):
            return told(_NOT_LISTED, 400)
        known = request.cookies.get(_cookie(voucher), "")
        browser = known if is_secret(known) else new_secret()  # the same for all of its tabs
        begin = partial(
            flows.begin,
            provider=provider,
            browser=browser,
            return_to=return_to,
            challenge=asked.get("challenge", ""),
            ticket=asked.get("ticket"),
        )
        trip = await self._written(begin)
        answer = sent(voucher.address(trip))
        answer.set_cookie(
            _cookie(voucher),
            browser,
            max_age=int(AWAY.total_seconds()),
            secure=True,
            httponly=True,
            # A form that the provider's page posts brings no cookie of a stricter kind.
            samesite="none" if voucher.posts_back else "lax",
        )
        return answer

    async def back(self, request: Request, provider: Provider, voucher: Voucher) -> Response:
        if (request.method == "POST") is not voucher.posts_back:
            return told(OVER, 405, allow="POST" if voucher.posts_back else "GET")
        said = await _posted(request) if voucher.posts_back else dict(request.query_params)
        browser, state = request.cookies.get(_cookie(voucher), ""), said.get("state", "")
        flow = await self._written(partial(flows.come_back, provider=provider, browser=browser, state=state))
        if "code" not in said:
            return sent(_with(flow.return_to, error="denied" if said.get("error") in _REFUSED else "provider"))
        return await self._vouched(request, flow, voucher, said, Trip.of(browser, state))

    async def _vouched(
        self, request: Request, flow: OAuthFlow, voucher: Voucher, said: Mapping[str, str], trip: Trip
    ) -> Response:
        try:
            # RFC 9207: an answer that another provider made is not for this one.
            if said.get("iss", voucher.issuer) != voucher.issuer:
                raise ProviderError("its answer names another issuer")
            profile = await voucher.vouch(said["code"], trip, said)
        except ProviderError as error:
            await self._note(request, flow, error)
            return sent(
                _with(flow.return_to, error="unavailable" if isinstance(error, Unavailable) else "provider")
            )
        code = await self._written(
            partial(flows.hand_over, flow=flow, profile=profile, vault=self._services.vault)
        )
        return sent(_with(flow.return_to, code=code))

    async def _note(self, request: Request, flow: OAuthFlow, error: ProviderError) -> None:
        _log.warning(
            "provider_did_not_vouch", provider=flow.provider, kind=type(error).__name__, reason=str(error)
        )
        origin = origin_of(request.scope, request.headers)

        async def note(session: AsyncSession) -> None:
            flows.note_failure(session, flow.provider, type(error).__name__, origin=origin)

        await self._written(note)

    async def _written(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async def attempt() -> T:
            async with write(self._services.stores.sessions) as session:
                return await work(session)

        return await retried(attempt)


def _cookie(voucher: Voucher) -> str:
    return "__Host-oauth-post" if voucher.posts_back else "__Host-oauth"


async def _posted(request: Request) -> dict[str, str]:
    """Raises `NotAllowed` for anything but a small form."""
    form = await forms.fields(request, most=_BODY_MAX)
    if form is None:
        raise NotAllowed(OVER)
    return form


def _with(url: str, **parameters: str) -> str:
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *parameters.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))
