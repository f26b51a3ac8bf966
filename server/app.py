"""The application factory: stores, services, routes and middleware."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import ASGIApp

from auth.passkeys import RelyingParty
from auth.passwords import Passwords
from auth.tokens import AccessTokens
from auth.vault import Vault
from db.kept_buckets import KeptBuckets
from db.observing import Observer
from db.stores import open_stores
from domain.tasks import TIMETABLE
from schema.context import Services
from schema.root import schema
from server import account, exports, garbage, graphiql, living, logging, operations, persist_url, saying, worker
from server.cors import cors
from server.direct import Direct
from server.graphql import endpoint, lookup
from server.health import livez, readyz
from server.jobs import jobs_of
from server.mail.mailbox import mailbox_routes
from server.oauth.opening import open_providers
from server.oauth.routes import oauth_routes
from server.requests import EveryRequest
from server.sdl import schema_file
from server.settings import VERSION, Settings
from server.site.routes import docs_routes
from server.telemetry import Telemetry, open_telemetry
from server.web import Web


def from_environment() -> Starlette:
    """For a server that makes the application in processes of its own."""
    settings = Settings()
    logging.configure(settings.log_level)
    app = create_app(settings)
    garbage.spare_what_is()
    return app


def create_app(settings: Settings, *, with_worker: bool = False) -> Starlette:
    """Plaza as an ASGI application; its stores open with its lifespan, and its jobs run there if asked."""
    direct: dict[str, ASGIApp] = {}  # filled when the stores are open

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with (
            open_telemetry(settings) as telemetry,
            open_services(settings, telemetry.observer) as services,
            telemetry.exposed(services, jobs_of(settings, services)),
        ):
            app.state.telemetry = telemetry
            app.state.services = services
            found_by = lookup(services, settings)
            telemetry.expose_clients(found_by.uses)
            graphql = endpoint(services, settings, found_by, telemetry.watch)
            direct["/graphql"] = graphql
            app.router.routes[:0] = (Route("/graphql", graphql), Route("/graphql/{id}", graphql))
            app.router.routes += telemetry.routes
            app.router.routes += persist_url.routes(services.stores, settings)
            app.router.routes += oauth_routes(services, settings)
            app.router.routes += exports.routes(services)
            async with (
                operations.in_step(
                    services.stores, found_by, schema.documents, refresh=settings.trusted_documents_refresh
                ),
                _working(services, settings, telemetry) if with_worker else nullcontext(),
                living.noted(services, "serve"),
            ):
                yield

    app = Starlette(
        lifespan=lifespan,
        routes=[
            Route("/livez", livez),
            Route("/readyz", readyz),
            Route("/schema.graphql", schema_file),
            *account.routes(),
            *mailbox_routes(settings),
            *docs_routes(settings),
            *graphiql.routes(settings, Web()),
        ],
        middleware=[Middleware(EveryRequest), cors(settings), Middleware(Direct, to=direct)],
        exception_handlers={HTTPException: saying.http_error, Exception: saying.bug},
    )
    # It would send people to whatever host their request names.
    app.router.redirect_slashes = False
    return app


@asynccontextmanager
async def open_services(settings: Settings, observer: Observer | None = None) -> AsyncIterator[Services]:
    """Everything a process needs to serve or work, from its settings."""
    async with open_stores(
        settings.database_url.get_secret_value(),
        settings.redis_url.get_secret_value(),
        pool_size=settings.database_pool_size,
        observer=observer,
    ) as stores:
        passwords, providers = Passwords(), open_providers(settings)
        try:
            yield Services(
                stores=stores,
                buckets=KeptBuckets(stores.redis, stores.reads, processes=settings.workers),
                passwords=passwords,
                providers=providers,
                tokens=AccessTokens(settings.keys, settings.issuer, settings.audience),
                refresh_keys=_refresh_keys(settings),
                vault=Vault(settings.vault_keys),
                relying_party=RelyingParty(settings.passkey_domain, settings.passkey_origins),
                version=VERSION,
                tells_schema=settings.tells_schema,
            )
        finally:
            await providers.shut()
            await passwords.close()


@asynccontextmanager
async def _working(services: Services, settings: Settings, telemetry: Telemetry) -> AsyncIterator[None]:
    stop = asyncio.Event()
    stores = services.stores
    watched = telemetry.jobs(jobs_of(settings, services))
    jobs = asyncio.create_task(worker.run(stores.database_url, stores, watched, TIMETABLE, stop=stop))
    try:
        yield
    finally:
        stop.set()
        await jobs


def _refresh_keys(settings: Settings) -> list[bytes]:
    # Derived, so that one secret to keep is enough and the two uses never meet.
    return [hmac.digest(key, b"plaza refresh tokens", hashlib.sha256) for key in settings.keys.values()]
