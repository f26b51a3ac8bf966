"""`plaza operations`, the address for Relay's compiler, and how soon running processes follow them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from db.models import AuditEntry, ClientUse, TrustedOperation
from domain.operations import retire
from engine.clients import MOST_STRANGERS
from engine.documents import Documents, sha256_of
from engine.lookup import Lookup, Mode
from engine.trusted import Trusted
from schema.context import Services
from schema.root import schema
from server import operations
from server.cli import app
from server.settings import Environment, Settings
from tests.races import done
from tests.server.persisted import FEED, LIMITS, automatic, codes, trusting
from tests.server.test_sdl import served_with

Run = Callable[..., Awaitable[str]]
Rows = Callable[[Any], Awaitable[list[Any]]]
TOKEN = "an operator's token of more than 32 signs"
HASH = f"sha256:{sha256_of(LIMITS)}"
FLAT = {HASH: LIMITS, f"sha256:{sha256_of(FEED)}": FEED}
DEAR = "{ publicFeed(first: 100) { edges { node { comments(first: 100) { edges { node { id } } } } } } }"
APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [
        {"id": sha256_of(LIMITS), "name": "Limits", "type": "query", "body": LIMITS},
        {"id": sha256_of(FEED), "name": "Feed", "type": "query", "body": FEED},
    ],
}


@pytest.fixture
async def plaza(settings: Settings, services: Services, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, over this worker's stores: what it says, and that it went as expected."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("REDIS_URL", settings.redis_url.get_secret_value())
    monkeypatch.setenv("SIGNING_KEYS", settings.signing_keys.get_secret_value())
    monkeypatch.setenv("COLUMNS", "300")

    async def run(*arguments: str, fails: bool = False) -> str:
        ran = await asyncio.to_thread(CliRunner().invoke, app, ["operations", *arguments])
        assert ran.exit_code == int(fails), ran.output
        return ran.output

    return run


def written(folder: Path, manifest: object) -> str:
    file = folder / "manifest.json"
    file.write_text(manifest if isinstance(manifest, str) else json.dumps(manifest))
    return str(file)


@pytest.mark.parametrize(
    ("manifest", "ids"),
    [
        (APOLLO, {sha256_of(LIMITS), sha256_of(FEED)}),
        (FLAT, set(FLAT)),
        ({"0123456789abcdef0123456789abcdef": LIMITS}, {"0123456789abcdef0123456789abcdef"}),
    ],
)
async def test_imports_the_manifests_of_the_clients_tools(
    plaza: Run, rows: Rows, tmp_path: Path, manifest: object, ids: set[str]
) -> None:
    said = await plaza("import", written(tmp_path, manifest))
    assert said.startswith(f"{len(ids)} of {len(ids)} operations are new")
    assert {row.id for row in await rows(TrustedOperation)} == ids
    assert (await plaza("import", written(tmp_path, manifest))).startswith(f"0 of {len(ids)} operations are new")
    assert [entry.event for entry in await rows(AuditEntry)] == ["operations_trusted"]


async def test_a_prefix_goes_before_every_id(plaza: Run, rows: Rows, tmp_path: Path) -> None:
    await plaza("import", "--prefix", "shop~1.0.0~", written(tmp_path, {"a1": LIMITS}))
    assert [row.id for row in await rows(TrustedOperation)] == ["shop~1.0.0~a1"]


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ("{", "not JSON"),
        ([], "neither Apollo's manifest nor"),
        ({"a": 1}, "neither Apollo's manifest nor"),
        ({**APOLLO, "version": 2}, "only version 1"),
        ({**APOLLO, "operations": [{"id": "a"}]}, "`id` and a `body`"),
        ({**APOLLO, "operations": [{"id": "a", "body": text} for text in FLAT.values()]}, "one id for two texts"),
        ({**FLAT, "wrong": "{ nothing }"}, "wrong: Cannot query field"),
        ({**FLAT, "wrong": "{ viewer {"}, "wrong: Syntax Error"),
        ({**FLAT, "wrong": "fragment F on Query { viewer { id } }"}, "wrong: "),
        ({**FLAT, "dear": DEAR}, "dear: This"),
        ({**FLAT, "a b": LIMITS}, "a b: an id has at most 256 plain characters"),
        ({f"sha256:{'0' * 64}": LIMITS, "fine": FEED}, "the id is not the hash of the text"),
    ],
)  # fmt: skip
async def test_a_manifest_is_refused_whole(
    plaza: Run, rows: Rows, tmp_path: Path, manifest: object, said: str
) -> None:
    assert said in await plaza("import", written(tmp_path, manifest), fails=True)
    assert await rows(TrustedOperation) == []


async def test_an_id_never_means_another_text(plaza: Run, rows: Rows, tmp_path: Path) -> None:
    await plaza("import", written(tmp_path, {"one": LIMITS}))
    wrong = {"one": FEED, "two": FEED, "three": "{ nothing }"}
    said = await plaza("import", written(tmp_path, wrong), fails=True)
    assert "one: the id means another text" in said
    assert "three: Cannot query field" in said
    assert [(row.id, row.text) for row in await rows(TrustedOperation)] == [("one", LIMITS)]


async def test_lists_and_retires(plaza: Run, rows: Rows, tmp_path: Path) -> None:
    manifest = written(tmp_path, {"one": LIMITS, "two": FEED})
    await plaza("import", manifest)
    assert "These are no ids: three." in await plaza("retire", "one", "three", fails=True)
    assert (await plaza("retire", "one")).startswith("1 of 1 operations are retired")
    listed = await plaza("list")
    assert "Feed" in listed
    assert "Limits" not in listed
    assert "retired" in await plaza("list", "--retired")
    assert (await plaza("import", manifest)).startswith("1 of 2 operations are new")
    assert "Limits" in await plaza("list")
    events = [entry.event for entry in await rows(AuditEntry)]
    assert events == ["operations_trusted", "operations_retired", "operations_trusted"]


async def test_lists_what_the_schema_no_longer_answers(plaza: Run, owner: Any, tmp_path: Path) -> None:
    await plaza("import", written(tmp_path, {"one": LIMITS}))
    await owner.execute("UPDATE trusted_operations SET text = 'query Limits { gone }'")
    assert "it does not fit the schema" in await plaza("list")


async def test_counts_what_each_client_asks_for(
    plaza: Run, settings: Settings, services: Services, rows: Rows
) -> None:
    await trusting(services.stores, {"limits": LIMITS})
    headers = ("apollographql-client", "graphql-client", "x-graphql-client")
    async with served_with(settings, trusted_documents=Mode.OBSERVE) as server:
        for number, prefix in enumerate(headers):
            named = {f"{prefix}-name": f"app-{number}", f"{prefix}-version": "1.2"}
            await server.post("/graphql", json={"documentId": "limits"}, headers=named)
            await server.post("/graphql", json={"query": "{ serverInfo { version } }"}, headers=named)
            await server.post("/graphql", json={"documentId": "nothing"}, headers=named)
            await server.post("/graphql", json=automatic(f"{{ viewer {{ id }} }} # {number}"), headers=named)
        await server.post("/graphql", json={"query": LIMITS})
        await server.post("/graphql", json={"query": LIMITS}, headers={"graphql-client-name": "x" * 65})
    counted = {(row.client, row.version, row.kind): row.count for row in await rows(ClientUse)}
    expected = {
        (f"app-{number}", "1.2", kind): 1 for number in range(3) for kind in ("trusted", "ad hoc", "refused")
    }
    assert counted == {**expected, ("", "", "trusted"): 2}
    told = await plaza("stats")
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert ["app-1", "1.2", "1", "0", "1", "1", today] in [line.split() for line in told.splitlines()]
    assert (await rows(TrustedOperation))[0].last_used_on is not None


async def test_names_that_clients_make_up_do_not_fill_the_counts(
    settings: Settings, services: Services, rows: Rows
) -> None:
    async with served_with(settings) as server:
        for number in range(MOST_STRANGERS + 20):
            named = {"graphql-client-name": f"app-{number}"}
            await server.post("/graphql", json={"query": LIMITS}, headers=named)
    counts = {row.client: row.count for row in await rows(ClientUse) if row.client}
    assert len(counts) == MOST_STRANGERS + 1
    assert counts["(others)"] == 20


async def until(process: httpx.AsyncClient, name: str, expected: list[str]) -> None:
    """Until the operation of that name is refused with these codes, or with none."""
    async with asyncio.timeout(20):
        while codes(await process.get(f"/graphql/{name}")) != expected:  # noqa: ASYNC110 - tells nobody
            await asyncio.sleep(0.05)


@pytest.fixture
async def running(settings: Settings, services: Services) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Two processes that were there before anything was trusted."""
    soon = {"trusted_documents_refresh": 0.2}
    async with served_with(settings, **soon) as one, served_with(settings, **soon) as other:
        yield [one, other]


async def test_running_processes_follow_within_seconds(
    running: list[httpx.AsyncClient], services: Services
) -> None:
    await trusting(services.stores, {"limits": LIMITS})
    for process in running:
        await until(process, "limits", [])
    await done(services.stores.sessions, lambda session: retire(session, ["limits"]))
    for process in running:
        await until(process, "limits", ["PERSISTED_QUERY_NOT_IN_LIST"])


async def test_what_is_trusted_is_compiled_before_anybody_asks(settings: Settings, services: Services) -> None:
    text = "query Compiled { serverInfo { limits { bioLength } } }"
    await trusting(services.stores, {"compiled": text})
    documents = Documents(schema.types)
    async with operations.in_step(services.stores, Lookup(documents, Trusted(documents)), documents, refresh=1):
        async with asyncio.timeout(20):
            while documents.validated == 0:  # noqa: ASYNC110 - tells nobody
                await asyncio.sleep(0.01)
        assert documents.known(sha256_of(text))


async def test_two_imports_at_once_lose_nothing(services: Services, rows: Rows) -> None:
    await asyncio.gather(*(trusting(services.stores, {f"limits-{number}": LIMITS}) for number in range(4)))
    revisions = sorted(row.revision for row in await rows(TrustedOperation))
    assert revisions == [1, 2, 3, 4]


async def test_relays_compiler_registers_with_the_operators_token(settings: Settings, services: Services) -> None:
    signed = {"authorization": f"Bearer {TOKEN}"}
    async with served_with(settings, operations_token=SecretStr(TOKEN), trusted_documents_refresh=0.2) as server:
        ask = server.post
        assert (await ask("/operations/persist", data={"text": LIMITS})).status_code == 401
        wrong = await ask("/operations/persist", data={"text": LIMITS}, headers={"authorization": "Bearer x"})
        assert wrong.status_code == 401
        for body, status in (({"text": "{ nothing }"}, 400), ({"txt": "x"}, 400), ({"text": "x" * 70_000}, 413)):
            refused = await ask("/operations/persist", data=body, headers=signed)
            assert (refused.status_code, codes(refused)) == (status, ["BAD_REQUEST"])
        registered = await ask("/operations/persist", data={"text": LIMITS}, headers=signed)
        assert registered.json() == {"id": HASH}
        await until(server, HASH, [])


@pytest.mark.parametrize(
    "changed", [{}, {"operations_token": SecretStr(TOKEN), "environment": Environment.PRODUCTION}]
)
async def test_without_a_token_and_in_production_nobody_registers(
    settings: Settings, services: Services, changed: dict[str, Any]
) -> None:
    async with served_with(settings, **changed) as server:
        headers = {"authorization": f"Bearer {TOKEN}"}
        response = await server.post("/operations/persist", data={"text": LIMITS}, headers=headers)
        assert response.status_code == 404
