"""The GraphQL endpoint as Plaza serves it: who asks, whose pages may ask, and what leaves of an error."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from graphql import GraphQLError
from starlette.types import Scope

from db.registrations import Registrations
from engine.codes import ErrorCode
from engine.endpoint import Endpoint
from engine.lookup import Lookup
from engine.pipeline import Asked, Bucket
from engine.refusals import Refusal
from engine.trusted import Trusted
from resolvers.limits import Per, who
from resolvers.patience import Patience
from schema.browser import Browser
from schema.context import Context, Services
from schema.root import schema
from server.authentication import Authenticated, authenticate, has_personal_token
from server.errors import INTERNAL, UNAVAILABLE, formatted, is_unavailable
from server.logging import notes
from server.origins import address_of, origin_of
from server.settings import Settings
from server.telemetry import Watch, unwatched

_log = structlog.get_logger("graphql")
_LOCALHOST = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")


class PlazaHost:
    """What `engine.endpoint` asks of Plaza."""

    def __init__(self, services: Services, settings: Settings, watch: Watch = unwatched) -> None:
        self.watch = watch
        self._services = services
        self._patience = Patience(services.buckets)
        self._origins = frozenset(settings.cors_origins)
        self._trusts_localhost = not settings.is_production

    async def context(self, scope: Scope, headers: Mapping[str, str], asked: Asked) -> Context:
        note = notes.get()
        note.operation.name = asked.operation.name
        who = await self._authenticated(scope, headers)
        note.viewer_id = who.viewer.user_id if who.viewer else None
        origin = origin_of(scope, headers)
        return Context(
            self._services,
            who.viewer,
            origin,
            token_refused=who.refused,
            browser=self._browser(headers),
            operation=note.operation,
        )

    async def _authenticated(self, scope: Scope, headers: Mapping[str, str]) -> Authenticated:
        """Who tries one personal token after another is soon refused without a look at any."""
        address = address_of(scope)
        if has_personal_token(headers) and (refusal := self._patience.lost(address)):
            raise refusal
        who = await authenticate(headers, self._services.tokens, self._services.stores)
        if who.is_guess and (refusal := await self._patience.count(address)):
            raise refusal
        return who

    def _browser(self, headers: Mapping[str, str]) -> Browser | None:
        # No browser lets a foreign page come so far with that header; should one ever, it gets no cookie.
        said = headers.get("origin")
        return Browser.of(headers) if said is None or self.is_allowed_origin(said, headers) else None

    def may_have_committed(self, context: Context) -> bool:
        return context.may_have_committed

    def bucket(self, context: Context) -> Bucket | None:
        if context.points is None:
            return None
        standing = context.points.standing
        return Bucket(standing.limit.count, standing.remaining, standing.reset, standing.limit.seconds)

    def registrant(self, context: Context) -> str:
        return who(context, Per.ADDRESS)

    def out_of_patience(self, scope: Scope) -> Refusal | None:
        return self._patience.lost(address_of(scope))

    async def count_refused(self, scope: Scope) -> Refusal | None:
        return await self._patience.count(address_of(scope))

    def is_allowed_origin(self, origin: str, headers: Mapping[str, str]) -> bool:
        is_own = origin in [f"{scheme}://{headers.get('host')}" for scheme in ("https", "http")]
        return is_own or origin in self._origins or self._is_of_this_machine(origin)

    def suspect(self) -> None:
        notes.get().suspicion = "malicious_csrf"

    def shown(self, errors: Sequence[GraphQLError]) -> list[dict[str, Any]]:
        return [dict(error) for error in formatted([*errors])]

    def refusal_of(self, error: Exception) -> Refusal:
        if is_unavailable(error):
            _log.warning("unavailable", kind=type(error).__name__)
            return Refusal(ErrorCode.UNAVAILABLE, UNAVAILABLE, status=503, is_of_http=True)
        _log.error("unexpected_error", exc_info=error)
        notes.get().bugs.append(error)
        return Refusal(ErrorCode.INTERNAL, INTERNAL, status=500, is_of_http=True, requestId=notes.get().request_id)

    def _is_of_this_machine(self, origin: str) -> bool:
        return self._trusts_localhost and _LOCALHOST.fullmatch(origin) is not None


def lookup(services: Services, settings: Settings) -> Lookup:
    stores = services.stores
    return Lookup(
        schema.documents,
        Trusted(schema.documents),
        Registrations(stores.redis, services.buckets, schema.fingerprint),
        mode=settings.trusted_documents,
        ad_hoc_get=not settings.is_production,
    )


def endpoint(services: Services, settings: Settings, found_by: Lookup, watch: Watch) -> Endpoint[Context]:
    return Endpoint(schema, PlazaHost(services, settings, watch), found_by)
