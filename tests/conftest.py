"""What every test may use: real servers, an own database and Redis, people, and the API."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg
import httpx
import hypothesis
import pytest
from graphql import GraphQLError
from pydantic import SecretStr
from sqlalchemy import select
from starlette.applications import Starlette

from auth import passwords
from db import buckets
from db.models import Row
from db.redis import connect
from domain.audit import Origin
from schema.context import Context, Services
from schema.root import schema
from server import logging
from server.app import create_app, open_services
from server.errors import formatted
from server.logging import RequestNotes, notes
from server.settings import Settings
from tests import canaries, stillness
from tests.dose import EXAMPLES
from tests.factories import VAULT_KEY, Make, Person
from tests.saved import Saved
from tests.servers import PATIENT, Addresses, TestServers, clone, drop
from tests.serving import Served, serving_briefly
from tests.tables import Tables
from tests.worlds import World, Worlds

R = TypeVar("R", bound=Row)
Empty = Callable[[], Awaitable[None]]

_RUN = pytest.StashKey[TestServers]()
_ADDRESSES = pytest.StashKey[Addresses]()


def pytest_configure(config: pytest.Config) -> None:
    with redirect_stdout(sys.__stdout__):  # pytest closes what stands for it, and then there are still logs
        logging.configure("INFO")
    config.pluginmanager.register(canaries)
    config.pluginmanager.register(stillness)
    # A password and an example may have to wait for a busy machine.
    passwords.PATIENCE = 60.0
    hypothesis.settings.register_profile("dose", max_examples=EXAMPLES, deadline=None)
    hypothesis.settings.load_profile("dose")
    handed = getattr(config, "workerinput", {}).get("addresses")
    if handed is None:
        config.stash[_RUN] = TestServers()
        config.stash[_ADDRESSES] = config.stash[_RUN].start()
    else:
        config.stash[_ADDRESSES] = Addresses(**handed)


def pytest_configure_node(node: Any) -> None:
    node.workerinput["addresses"] = node.config.stash[_ADDRESSES].as_dict()


def pytest_unconfigure(config: pytest.Config) -> None:
    run = config.stash.get(_RUN, None)
    if run is not None:
        run.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first, lest a worker be alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def addresses(pytestconfig: pytest.Config) -> Addresses:
    return pytestconfig.stash[_ADDRESSES]


@pytest.fixture(scope="session")
def worker_number(pytestconfig: pytest.Config) -> int:
    worker = str(getattr(pytestconfig, "workerinput", {}).get("workerid", "gw0"))
    return int(worker.removeprefix("gw"))


@pytest.fixture(scope="session")
async def database(addresses: Addresses, worker_number: int) -> AsyncIterator[str]:
    """The name of this worker's database, in which a lock is waited for longer than a server does."""
    name = f"plaza_{worker_number}"
    await clone(addresses, name)
    superuser = await asyncpg.connect(addresses.superuser.format(database="postgres"))
    await superuser.execute(f"ALTER ROLE plaza_app IN DATABASE {name} SET lock_timeout = '1900ms'")
    await superuser.close()
    yield name
    await drop(addresses, name)


@pytest.fixture(scope="session")
def settings(addresses: Addresses, database: str, worker_number: int) -> Settings:
    return Settings(
        database_url=SecretStr(addresses.app.format(database=database)),
        migration_database_url=SecretStr(addresses.owner.format(database=database)),
        # Patient, for a busy machine must not look like a Redis that is away.
        redis_url=SecretStr(f"{addresses.redis}?db={worker_number + 1}&{PATIENT}"),
        # Nothing of it between the statements that tests count.
        trusted_documents_refresh=3600,
        signing_keys=SecretStr(f"test:{canaries.SIGNING_KEY}"),
        encryption_keys=SecretStr(f"test:{VAULT_KEY}"),
    )


@pytest.fixture(scope="session")
async def process(settings: Settings) -> AsyncIterator[Services]:
    """Pools and services, opened once a worker."""
    async with open_services(settings) as services:
        yield services


@pytest.fixture(scope="session")
async def owner(addresses: Addresses, database: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection, for what the application itself may not do."""
    connection = await asyncpg.connect(addresses.owner.format(database=database))
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def fresh_redis(settings: Settings, process: Services) -> AsyncIterator[Empty]:
    """Empties Redis over a connection of its own.

    What the process let through it forgets as well, or it would judge by that whenever Redis is slow.
    """
    redis = connect(settings.redis_url.get_secret_value())

    async def empty() -> None:
        forget(process)
        await redis.flushdb()

    yield empty
    await redis.aclose()


@pytest.fixture(scope="session")
async def tables(addresses: Addresses, database: str) -> AsyncIterator[Tables]:
    """What empties the database, whoever wrote to it."""
    tables = await Tables.connect(addresses, database)
    yield tables
    await tables.connection.close()


@pytest.fixture(scope="session")
async def fresh_limits(fresh_redis: Empty, tables: Tables) -> Empty:
    """Empties the buckets in Redis and those that are kept in PostgreSQL."""

    async def empty() -> None:
        await tables.empty("stored_buckets")
        await fresh_redis()

    return empty


@pytest.fixture(scope="session")
async def empty(fresh_redis: Empty, tables: Tables) -> Empty:
    """Empties the database, its queue and Redis; every test that uses `services` ends with it."""

    async def empty() -> None:
        await tables.empty()
        await fresh_redis()

    return empty


@pytest.fixture(scope="module")
async def worlds(process: Services, tables: Tables, empty: Empty, fresh_redis: Empty) -> AsyncIterator[Worlds]:
    worlds = Worlds(process.stores, Saved(tables), empty=empty, fresh_redis=fresh_redis)
    yield worlds
    await worlds.drop()


@pytest.fixture
async def world(worlds: Worlds) -> AsyncIterator[World]:
    """A small network, put back after the test; not with `services`, which empties what is there."""
    yield await worlds.get(5)
    await worlds.restore()


@pytest.fixture
async def services(process: Services, empty: Empty) -> AsyncIterator[Services]:
    """Services over an empty database and an empty Redis, which remember no test before."""
    forget(process)
    yield process
    await empty()


def forget(services: Services) -> None:
    """What they let through: told of it, a Redis that was emptied on purpose would count it again."""
    services.buckets._local = buckets.LocalBuckets()


@pytest.fixture
def make(services: Services) -> Make:
    return Make(services.stores.sessions)


@pytest.fixture
def rows(services: Services) -> Callable[[type[R]], Awaitable[list[R]]]:
    async def all_of(model: type[R]) -> list[R]:
        async with services.stores.sessions() as session:
            return list(await session.scalars(select(model).order_by(*model.__table__.primary_key)))

    return all_of


class Refused(AssertionError):
    """The API answered with top-level errors; `code` and `extensions` are the first one's."""

    def __init__(self, errors: list[Any]) -> None:
        super().__init__(errors)
        self.errors = errors
        self.extensions: dict[str, Any] = errors[0].get("extensions", {})
        self.code: str = self.extensions["code"]
        self.message: str = errors[0]["message"]


@dataclass(frozen=True)
class Api:
    """`await api(DOCUMENT, viewer=ada, text="…")`: the value of the one root field, or `Refused`."""

    services: Services

    async def __call__(self, document: str, *, viewer: Person | None = None, **variables: Any) -> Any:
        answer = await self.raw(document, viewer=viewer, **variables)
        if "errors" in answer:
            raise Refused(answer["errors"])
        data: dict[str, Any] = answer["data"]
        return next(iter(data.values())) if len(data) == 1 else data

    async def raw(
        self, document: str, *, viewer: Person | None = None, ip: str = "127.0.0.1", **variables: Any
    ) -> dict[str, Any]:
        """The whole response, errors and all."""
        reset = notes.set(RequestNotes("test-request"))
        try:
            context = Context(
                self.services, viewer.viewer if viewer else None, Origin("test-request", ip, "tests")
            )
            result = await schema.execute(document, variable_values=variables, context_value=context)
            errors: list[GraphQLError] = result.errors or []
            return {"data": result.data, **({"errors": formatted(errors)} if errors else {})}
        finally:
            notes.reset(reset)


@pytest.fixture
def api(services: Services) -> Api:
    return Api(services)


@pytest.fixture(scope="session")
async def served(settings: Settings, owner: asyncpg.Connection) -> AsyncIterator[Starlette]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        await owner.execute("DELETE FROM audit_log")  # it has said that it began, which is no test's business
        yield app


@pytest.fixture
def app(served: Starlette, services: Services) -> Starlette:
    """The whole application with stores of its own, over this worker's empty database."""
    forget(served.state.services)
    return served


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP to the application, middleware and all, without a socket."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://plaza.test") as client:
        yield client


@pytest.fixture(scope="session")
def live() -> Iterator[Served]:
    """A `plaza serve` with a small demonstration network; mark its tests `xdist_group("live")` to share one."""
    with serving_briefly(GRAPHIQL="true") as served:
        yield served.wait_ready()
