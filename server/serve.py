"""`plaza serve`: from nothing to an answering server; the database starts beside the application's imports."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Final

from server import garbage
from server.environment import Environment, environment, given
from server.mistakes import UserMistake
from server.web import Web, building

if TYPE_CHECKING:
    import uvicorn

    from server.settings import Settings

PEOPLE: Final = int(given().get("DEMO_PEOPLE") or 2000)

_QUERIES = """
  { publicFeed(first: 3) { edges { node { text author { displayName } likeCount } } } }

  mutation { login(input: {usernameOrEmail: "demo", password: "%s"}) {
    ... on LoginPayload { session { accessToken } viewer { username } } } }

  { homeFeed(first: 3) { edges { node { text author { username viewerFollows } } } } }
  (the last with the header  Authorization: Bearer <accessToken>)
"""


def run() -> None:
    """Serve until stopped. Raises what `server.mistakes` has a sentence for."""
    started = time.monotonic()
    # Uvicorn raises the signal once more when it has shut down; without this it would end us where we stand.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with environment() as where, ExitStack() as up:
        imported = _import_application()
        from server.settings import Settings

        settings = up.enter_context(_with_providers(Settings()))
        _refuse_busy_port("PORT", settings.host, settings.port)
        if settings.metrics_port is not None:
            _refuse_busy_port("METRICS_PORT", settings.metrics_host, settings.metrics_port)
        with building(Web()) if settings.has_graphiql else nullcontext():
            where.wait_ready()
            if where.is_local:
                _make_ready(where, settings)
            _serve(settings, where, started, imported)


def _import_application() -> float:
    """Seconds that importing the application costs."""
    begun = time.monotonic()
    import uvicorn  # noqa: F401

    import server.app  # noqa: F401

    return time.monotonic() - begun


@contextmanager
def _with_providers(settings: "Settings") -> Iterator["Settings"]:
    """Somebody to sign in by, where the demonstration is wanted and no real provider is set up."""
    if not settings.demo_providers or settings.provider_names:
        yield settings
        return
    from server.demo.providers.running import running

    with running(settings.public_origin) as world:
        # In the environment, for processes of their own read it, too.
        os.environ.update(world.settings())
        yield type(settings)()


def _has_demo_providers(settings: "Settings") -> bool:
    from server.demo.providers.world import CLIENT

    return settings.google_client_id == CLIENT


def _make_ready(where: Environment, settings: "Settings") -> None:
    from server import migration

    owner = settings.owner_url
    if migration.is_behind(asyncio.run(migration.at(owner))):
        if where.servers is not None:
            asyncio.run(migration.prepare(where.servers.url("postgres", "plaza")))
        migration.upgrade(owner)
    if asyncio.run(_is_empty(owner)):
        from server.demo import apart

        apart.seed(owner, PEOPLE)


async def _is_empty(url: str) -> bool:
    import asyncpg

    connection = await asyncpg.connect(url, timeout=5)
    try:
        return not await connection.fetchval("SELECT EXISTS (SELECT FROM users)")
    finally:
        await connection.close()


def _serve(settings: "Settings", where: Environment, started: float, imported: float) -> None:
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from server import logging
    from server.app import create_app

    logging.configure(settings.log_level)
    alone = settings.workers == 1
    config = uvicorn.Config(
        # Several processes each make their own; one can be handed ours, which may run jobs as well.
        create_app(settings, with_worker=where.is_local) if alone else "server.app:from_environment",
        factory=not alone,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_graceful_shutdown=20,
    )

    def announce() -> None:
        took = time.monotonic() - started
        print(f"Ready after {took:.1f} s, {imported:.1f} s of them to import the application.")  # noqa: T201
        _greet(settings, where)

    # Ctrl-C has done its work by the time it is raised again here.
    with suppress(KeyboardInterrupt):
        if alone:
            _announcing(config, announce).run()
        else:
            announce()
            Multiprocess(config, [config.bind_socket()]).run()


def _announcing(config: "uvicorn.Config", announce: Callable[[], None]) -> "uvicorn.Server":
    import uvicorn

    class Announcing(uvicorn.Server):
        """Says that it is ready once it is, and not before."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                garbage.spare_what_is()
                announce()

    return Announcing(config)


def _refuse_busy_port(setting: str, host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UserMistake(
                f"Port {port} on {host} cannot be taken ({error.strerror}): set {setting} to another."
            ) from None


def _greet(settings: "Settings", where: Environment) -> None:
    host = "localhost" if settings.host in ("127.0.0.1", "0.0.0.0", "::", "::1") else settings.host  # noqa: S104
    here = f"http://{host}:{settings.port}"
    lines = [f"  API       {here}/graphql", f"  Health    {here}/readyz"]
    if settings.has_graphiql:
        lines.append(f"  GraphiQL  {here}/graphiql")
        if _has_demo_providers(settings):
            lines.append(
                f"  Providers {here}/graphiql: sign in with a Google, Apple or GitHub that asks no password"
            )
    if settings.has_mailbox:
        lines.append(f"  Mailbox   {here}/mailbox")
    if settings.has_docs:
        lines.append(f"  Docs      {here}/docs")
    if where.is_local:
        from server.demo import DEMO_PASSWORD, DEMO_USERNAME

        lines.append(f"  Demo      {DEMO_USERNAME} / {DEMO_PASSWORD}")
        lines.append(f"\nThree queries to try:\n{_QUERIES % DEMO_PASSWORD}")
    print("\n".join(lines), flush=True)  # noqa: T201
