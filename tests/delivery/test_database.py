"""The script that makes a container's database leaves one that migrations and the application can sign in to."""

import os
import subprocess

import asyncpg

from server.local.binaries import find
from tests.delivery.compose import ROOT
from tests.servers import Addresses, drop

NAME = "plaza_composed"


async def test_gives_the_database_to_its_owner_and_the_roles_their_passwords(addresses: Addresses) -> None:
    there = await asyncpg.connect(addresses.superuser.format(database="postgres"))
    await there.execute(f"DROP DATABASE IF EXISTS {NAME}")
    await there.execute(f"CREATE DATABASE {NAME}")
    try:
        _run_as_the_image_does(addresses.superuser.format(database=NAME))
        owner = await there.fetchval("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = $1", NAME)
        assert owner == "plaza_owner"
        hashed = await there.fetch(
            "SELECT rolname, rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid"
            " WHERE rolname LIKE 'plaza%' ORDER BY rolname"
        )
        assert [tuple(row) for row in hashed] == [("plaza_app", True), ("plaza_owner", True), ("plaza_read", None)]
    finally:
        await there.close()
        await drop(addresses, NAME)


def _run_as_the_image_does(url: str) -> None:
    psql = find().postgres_bin / "psql"
    for script in ("db/roles.sql", "deploy/postgresql/database.sql"):
        subprocess.run(
            [psql, "-v", "ON_ERROR_STOP=1", "--no-password", "--no-psqlrc", "-f", ROOT / script, url],
            env={**os.environ, "PLAZA_OWNER_PASSWORD": "it's the owner", "PLAZA_APP_PASSWORD": "it's the app"},
            check=True,
            capture_output=True,
        )
