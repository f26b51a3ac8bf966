"""What operations ask of PostgreSQL for some people together: statements, rows and buffers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

import asyncpg
from pydantic import SecretStr

from auth.viewer import Viewer
from bench.operations import Operation
from bench.readers import Reader
from db.models import Role, UserStatus
from server.app import open_services
from server.settings import Settings
from tests.conftest import Api
from tests.factories import Person
from tests.metering import InStep, Meter, Ran
from tests.servers import Addresses

ASKED: Final = 5
# PostgreSQL decides between the two kinds of plan for a statement at its sixth run on a connection.
_WARMING: Final = 6
PEOPLE_NEEDED: Final = _WARMING + ASKED

Cost: TypeAlias = dict[str, int]


async def costs(
    name: str, addresses: Addresses, settings: Settings, operations: Sequence[Operation], people: list[Reader]
) -> dict[str, Cost]:
    """Of each operation in the database `name`, asked by `ASKED` of the people after the others of them."""
    url = SecretStr(addresses.app.format(database=name))
    connection = await asyncpg.connect(addresses.superuser.format(database="postgres"))
    try:
        async with open_services(settings.model_copy(update={"database_url": url})) as services:
            in_step: Any = InStep(services.stores.reads)
            api = Api(replace(services, stores=replace(services.stores, reads=in_step)))
            return await _measured(_Asked(api, people), Meter(connection, name), operations)
    finally:
        await connection.close()


class _Asked:
    """The network's people at the API, each request by another of them."""

    def __init__(self, api: Api, people: list[Reader]) -> None:
        self._api = api
        self._people = people

    async def ask(self, operation: Operation, number: int) -> None:
        reader = self._people[number]
        person = None
        if operation.is_signed_in:
            viewer = Viewer(reader.id, reader.username, Role.USER, UserStatus.ACTIVE, reader.session_id)
            person = Person(reader.id, reader.username, viewer)
        answer = await self._api.raw(
            operation.text, viewer=person, ip=f"10.0.0.{number}", **operation.variables(reader)
        )
        assert "errors" not in answer, answer
        assert all(value and "message" not in value for value in answer["data"].values()), answer


async def _measured(asked: _Asked, meter: Meter, operations: Sequence[Operation]) -> dict[str, Cost]:
    for number in range(_WARMING):
        for operation in operations:
            await asked.ask(operation, number)
    costs = {}
    for operation in operations:
        await meter.start()
        for number in range(_WARMING, _WARMING + ASKED):
            await asked.ask(operation, number)
        costs[operation.name] = _cost(await meter.read())
    return costs


def _cost(ran: list[Ran]) -> Cost:
    return {
        "statements": sum(each.calls for each in ran),
        "rows": sum(each.rows for each in ran),
        "buffers": sum(each.buffers for each in ran),
    }
