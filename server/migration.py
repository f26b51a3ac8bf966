"""Brings a database to the newest migration, and makes its roles where it may."""

from functools import cache
from pathlib import Path
from typing import Final

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from db import dsn

ROOT: Final = Path(__file__).parent.parent
OWNER_ROLE: Final = "plaza_owner"
_ROLES: Final = (OWNER_ROLE, "plaza_app", "plaza_read")


class RolesMissing(Exception):
    """The cluster has no Plaza roles, and whoever asked may not make them."""


class Behind(Exception):
    """The database lacks a migration."""


def config(url: str | None = None) -> Config:
    """Alembic's configuration, for the database at `url` or the settings' own."""
    made = Config()
    made.set_main_option("script_location", str(ROOT / "migrations"))
    if url is not None:
        made.attributes["url"] = url
    return made


@cache
def head() -> str:
    """The newest migration that this code knows."""
    revision = ScriptDirectory.from_config(config()).get_current_head()
    assert revision is not None
    return revision


def is_behind(revision: str | None) -> bool:
    """Whether a database at `revision` lacks a migration of ours."""
    return revision is None or (revision in _known() and revision != head())


def is_ahead(revision: str | None) -> bool:
    """Whether a later release migrated the database; its steps leave it fit for this one."""
    return revision is not None and revision not in _known()


async def prepare(url: str) -> None:
    """Make the three roles, their timeouts and the owner's rights, for a greater user than the owner.

    Signed in as the owner it only looks. Raises `RolesMissing` with one sentence when somebody else must act.
    """
    connection = await asyncpg.connect(dsn.normal(url), timeout=5)
    try:
        if await _may_make_roles(connection):
            await connection.execute((ROOT / "db" / "roles.sql").read_text())
            await _give_to_owner(connection)
            await _count_statements(connection)
        elif await _roles(connection) < len(_ROLES):
            raise RolesMissing("The database has no Plaza roles: run db/roles.sql as a superuser once.")
    finally:
        await connection.close()


async def at(url: str) -> str | None:
    """The migration that the database is at; `None` before the first."""
    connection = await asyncpg.connect(dsn.normal(url), timeout=5)
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return found
    finally:
        await connection.close()


async def require_ours(url: str) -> None:
    """Raises `Behind` with one sentence when the database lacks a migration."""
    found = await at(url)
    if is_behind(found):
        raise Behind(f"The database is at migration {found}, the newest is {head()}: run `plaza migrate`.")


def upgrade(url: str, revision: str = "head") -> None:
    """Run what is missing up to `revision`; not to be called from a running event loop."""
    command.upgrade(config(url), revision)


@cache
def _known() -> frozenset[str]:
    return frozenset(each.revision for each in ScriptDirectory.from_config(config()).walk_revisions())


async def _roles(connection: asyncpg.Connection) -> int:
    found: int = await connection.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = ANY($1)", _ROLES)
    return found


async def _may_make_roles(connection: asyncpg.Connection) -> bool:
    query = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    return bool(await connection.fetchval(query))


async def _give_to_owner(connection: asyncpg.Connection) -> None:
    name = await connection.fetchval("SELECT quote_ident(current_database())")
    await connection.execute(f"GRANT CREATE, CONNECT ON DATABASE {name} TO {OWNER_ROLE}")
    await connection.execute(f"GRANT CREATE, USAGE ON SCHEMA public TO {OWNER_ROLE}")


async def _count_statements(connection: asyncpg.Connection) -> None:
    """`plaza doctor` and the metrics tell of them; only a superuser may install the extension."""
    loaded: str = await connection.fetchval("SHOW shared_preload_libraries")
    if "pg_stat_statements" in loaded:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
