"""From asking for one's data to having it: through the API, a worker's job, and the download over HTTP."""

import io
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zipfile import ZipFile

import asyncpg
import httpx
import pytest

from db.models import Export, UserStatus
from domain import archives, tasks
from schema.context import Services
from tests.conftest import Api
from tests.factories import Make, Person
from tests.rows import Rows

REQUEST = """
mutation {
  requestExport(input: {}) {
    __typename ... on RequestExportPayload { export { id state kilobytes } } ... on UserError { message }
  }
}
"""
OPEN = """
mutation ($id: ID!) {
  openExport(input: {exportId: $id}) {
    __typename ... on OpenExportPayload { path secret openUntil } ... on UserError { message }
  }
}
"""
EXPORTS = "query ($id: ID!) { node(id: $id) { ... on User { exports { id state kilobytes expiresAt } } } }"


async def ready(api: Api, rows: Rows, person: Person) -> str:
    """The id of an export that is made."""
    answer = await api(REQUEST, viewer=person)
    (export,) = [each for each in await rows(Export) if each.user_id == person.id]
    await tasks.make_export(api.services.stores, export_id=export.id, account_only=False)
    gid: str = answer["export"]["id"]
    return gid


async def opened(api: Api, person: Person, export_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = await api(OPEN, viewer=person, id=export_id)
    assert answer["__typename"] == "OpenExportPayload"
    return answer


async def test_a_person_gets_everything_once_for_a_secret(
    api: Api, make: Make, rows: Rows, client: httpx.AsyncClient
) -> None:
    ada = await make.user("ada")
    await make.post(ada, "Hello")
    opening = await opened(api, ada, await ready(api, rows, ada))
    got = await client.post(opening["path"], data={"secret": opening["secret"]})
    assert (got.status_code, got.headers["content-type"]) == (200, "application/zip")
    assert (
        got.headers["content-disposition"] == f'attachment; filename="plaza-ada-{datetime.now(UTC):%Y-%m-%d}.zip"'
    )
    assert got.headers["cache-control"] == "no-store"
    with ZipFile(io.BytesIO(got.content)) as archive:
        assert b'"Hello"' in archive.read("posts.json")
    again = await client.post(opening["path"], data={"secret": opening["secret"]})
    assert (again.status_code, again.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")


async def test_the_list_tells_how_far_it_is_to_its_owner_alone(api: Api, make: Make, rows: Rows) -> None:
    ada, eve = await make.user(), await make.user()
    asked = await api(REQUEST, viewer=ada)
    assert asked["export"] == {"id": asked["export"]["id"], "state": "PREPARING", "kilobytes": None}
    (before,) = (await api(EXPORTS, viewer=ada, id=ada.gid))["exports"]
    assert (before["state"], before["kilobytes"]) == ("PREPARING", None)
    (export,) = await rows(Export)
    await tasks.make_export(api.services.stores, export_id=export.id, account_only=False)
    (after,) = (await api(EXPORTS, viewer=ada, id=ada.gid))["exports"]
    assert after["state"] == "READY"
    assert after["kilobytes"] >= 1
    script = replace(ada, viewer=replace(ada.viewer, session_id=None, scopes=frozenset({"READ"})))
    for looking in (eve, script, None):
        assert await api(EXPORTS, viewer=looking, id=ada.gid) == {"exports": None}


async def test_asking_and_opening_want_a_fresh_proof(api: Api, make: Make, rows: Rows) -> None:
    ada = await make.user()
    stale = replace(ada, viewer=replace(ada.viewer, proven_at=datetime.now(UTC) - timedelta(minutes=11)))
    assert (await api(REQUEST, viewer=stale))["__typename"] == "ConfirmationNeeded"
    assert await rows(Export) == []
    export_id = await ready(api, rows, ada)
    assert (await api(OPEN, viewer=stale, id=export_id))["__typename"] == "ConfirmationNeeded"


async def test_a_second_within_a_day_is_a_conflict(api: Api, make: Make) -> None:
    ada = await make.user()
    await api(REQUEST, viewer=ada)
    assert (await api(REQUEST, viewer=ada))["__typename"] == "Conflict"


async def test_one_that_is_not_ready_is_a_conflict_and_nobody_elses_is_found(
    api: Api, make: Make, rows: Rows
) -> None:
    ada, eve = await make.user(), await make.user()
    export_id = (await api(REQUEST, viewer=ada))["export"]["id"]
    assert (await api(OPEN, viewer=ada, id=export_id))["__typename"] == "Conflict"
    assert (await api(OPEN, viewer=eve, id=export_id))["__typename"] == "NotFound"


async def test_opening_again_voids_the_secret_before(
    api: Api, make: Make, rows: Rows, client: httpx.AsyncClient
) -> None:
    ada = await make.user()
    export_id = await ready(api, rows, ada)
    first, second = [await opened(api, ada, export_id) for _ in range(2)]
    got = [await client.post("/exports", data={"secret": each["secret"]}) for each in (first, second)]
    assert [each.status_code for each in got] == [403, 200]


@pytest.mark.parametrize(
    "late",
    [
        "UPDATE exports SET open_until = now()",
        "UPDATE users SET status = 'DELETED', deleted_at = now()",
        "DELETE FROM exports",
    ],
)
async def test_too_late_a_secret_opens_nothing(
    api: Api, make: Make, rows: Rows, client: httpx.AsyncClient, owner: asyncpg.Connection, late: str
) -> None:
    ada = await make.user()
    opening = await opened(api, ada, await ready(api, rows, ada))
    await owner.execute(late)
    got = await client.post("/exports", data={"secret": opening["secret"]})
    assert got.status_code == 403


async def test_the_suspended_take_their_data_along(api: Api, make: Make, rows: Rows) -> None:
    eve = await make.user(status=UserStatus.SUSPENDED)
    await opened(api, eve, await ready(api, rows, eve))


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"data": {"secret": "a guess"}}, 403),
        ({"data": {}}, 400),
        ({"json": {"secret": "a guess"}}, 400),
        ({"content": b"secret=" + b"x" * 5000}, 400),
        ({"content": b"secret=\xff"}, 400),
    ],
)
async def test_what_is_no_secret_is_refused(client: httpx.AsyncClient, how: dict[str, Any], status: int) -> None:
    assert (await client.post("/exports", **how)).status_code == status


async def test_a_secret_in_the_address_opens_nothing(
    api: Api, make: Make, rows: Rows, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The client of the test logs the addresses that it visits; the server does not.
    monkeypatch.setattr(logging.getLogger("httpx"), "disabled", True)
    ada = await make.user()
    opening = await opened(api, ada, await ready(api, rows, ada))
    assert (await client.get(f"/exports?secret={opening['secret']}")).status_code == 405
    assert (await client.post(f"/exports?secret={opening['secret']}")).status_code == 400


async def test_guessing_is_limited(client: httpx.AsyncClient, no_time_passes: None) -> None:
    got = [(await client.post("/exports", data={"secret": "a guess"})) for _ in range(31)]
    assert [each.status_code for each in got] == [403] * 30 + [429]
    assert int(got[-1].headers["retry-after"]) > 0


async def test_a_large_archive_comes_in_pieces(
    services: Services,
    api: Api,
    make: Make,
    rows: Rows,
    client: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archives.pieces, "__kwdefaults__", {"size": 512})
    ada = await make.user()
    for number in range(100):
        await make.post(ada, f"{number * 2654435761 % 2**64:x}" * 8)
    opening = await opened(api, ada, await ready(api, rows, ada))
    got = await client.post("/exports", data={"secret": opening["secret"]})
    with ZipFile(io.BytesIO(got.content)) as archive:
        assert archive.testzip() is None
