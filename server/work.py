"""The commands that do their work and end: migrate, seed, create-admin; and the worker, which does not."""

import asyncio
from datetime import UTC, datetime

from db.models import Role
from server import living, logging, migration, worker
from server.app import open_services
from server.environment import environment
from server.mistakes import UserMistake
from server.settings import DatabaseSettings, Settings
from server.telemetry import open_telemetry


def run() -> None:
    """Run jobs until SIGTERM or SIGINT."""
    with environment() as where:
        where.wait_ready()
        settings = Settings()
        logging.configure(settings.log_level)
        asyncio.run(_work(settings))


def migrate() -> None:
    """Make the roles where that is allowed, then run what migrations are missing; none after a later release."""
    with environment() as where:
        where.wait_ready()
        settings = DatabaseSettings()
        ours = where.servers if where.is_local else None
        greater = ours.url("postgres", "plaza") if ours else settings.owner_url
        asyncio.run(migration.prepare(greater))
        found = asyncio.run(migration.at(settings.owner_url))
        if migration.is_ahead(found):
            print(f"The database is at migration {found}, of a later release: nothing to do.")  # noqa: T201
        else:
            migration.upgrade(settings.owner_url)


def seed(people: int) -> None:
    """Fill the database with a demonstration network."""
    from server import demo
    from server.demo.progress import shown

    with environment() as where:
        where.wait_ready()
        owner_url = DatabaseSettings().owner_url
        with shown() as progress:
            asyncio.run(demo.seed(owner_url, people=people, now=datetime.now(UTC), progress=progress))


def create_admin(username: str, email: str, password: str) -> None:
    """Make or promote an administrator."""
    with environment() as where:
        where.wait_ready()
        asyncio.run(_create_admin(Settings(), username, email, password))


def set_role(username: str, role: str) -> None:
    """Give a person a role, as the operator. Raises `UserMistake` for one that there is not."""
    if role.upper() not in Role.__members__:
        raise UserMistake(f"The roles are {', '.join(Role).lower()}.")
    with environment() as where:
        where.wait_ready()
        asyncio.run(_set_role(Settings(), username, Role(role.upper())))


def reseal() -> int:
    """Seal under the first key what another sealed; how many secrets those were."""
    with environment() as where:
        where.wait_ready()
        return asyncio.run(_reseal(Settings()))


async def _work(settings: Settings) -> None:
    from domain.tasks import TIMETABLE
    from server.jobs import jobs_of

    await migration.require_ours(settings.owner_url)
    async with (
        open_telemetry(settings) as telemetry,
        open_services(settings, telemetry.observer) as services,
    ):
        stores = services.stores
        jobs = jobs_of(settings, services)
        async with telemetry.exposed(services, jobs), living.noted(services, "work"):
            await worker.run(stores.database_url, stores, telemetry.jobs(jobs), TIMETABLE)


async def _create_admin(settings: Settings, username: str, email: str, password: str) -> None:
    from db.transaction import write
    from domain import accounts

    who = accounts.applicant(username=username, email=email, password=password)
    async with open_services(settings) as services:
        hashed = await services.passwords.hash(password)
        async with write(services.stores.sessions) as session:
            is_new = await accounts.create_admin(session, who, password_hash=hashed)
    told = "is an administrator." if is_new else "was there, and is an administrator now; its password stays."
    print(f"{username} {told}")  # noqa: T201


async def _reseal(settings: Settings) -> int:
    from domain import seals

    async with open_services(settings) as services:
        return await seals.reseal(services.stores.sessions, services.vault)


async def _set_role(settings: Settings, username: str, role: Role) -> None:
    from db.transaction import write
    from domain import moderation

    async with open_services(settings) as services, write(services.stores.sessions) as session:
        await moderation.appoint(session, username, role)
    print(f"{username} is {role}.")  # noqa: T201
