"""The endpoint over HTTP: strict about what it reads, plain about what is wrong, quiet about the rest."""

import json
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from ipaddress import ip_address
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from db.models import AuditEntry
from db.queries import users
from schema.context import Services
from server import graphql, logging
from server.app import create_app
from server.settings import Environment, Settings
from tests.factories import Make
from tests.lines import request_lines

JSON = {"content-type": "application/json"}
NOTHING = "There is nothing here; GraphQL is at /graphql."


def errors(response: httpx.Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = response.json()["errors"]
    return found


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"1",
        b'"x"',
        b"[]",
        b"true",
        b"",
        b"{",
        b"\xff\xfe{}",
        '{"query":"{serverInfo{version}}"}'.encode("utf-16"),
        b'{"query": "\\ud800"}',
        b'{"query": NaN}',
        b"[" * 20_000 + b"]" * 20_000,
        b'{"variables":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"query":"{serverInfo{version}}","variables":[]}',
        b'{"query":1}',
        b'{"query":null}',
        b"{}",
        b'{"query":"{serverInfo{version}}","extensions":"x"}',
    ],
)
async def test_a_body_that_is_no_request_is_refused_as_graphql_json(
    client: httpx.AsyncClient, body: bytes
) -> None:
    response = await client.post("/graphql", content=body, headers=JSON)
    assert response.status_code == 400
    assert [error["extensions"]["code"] for error in errors(response)] == ["BAD_REQUEST"]


async def test_a_number_of_five_thousand_digits_is_no_500(client: httpx.AsyncClient) -> None:
    body = b'{"query":"query($n:Int){publicFeed(first:$n){edges{cursor}}}","variables":{"n":' + b"9" * 5000 + b"}}"
    response = await client.post("/graphql", content=body, headers=JSON)
    assert response.status_code in (200, 400)
    assert errors(response)[0]["extensions"]["code"] in ("BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED")


async def test_a_body_beyond_128_kib_is_refused(client: httpx.AsyncClient) -> None:
    body = json.dumps({"query": "{ serverInfo { version } }" + " " * 131_072})
    response = await client.post("/graphql", content=body, headers=JSON)
    assert response.status_code == 413
    assert errors(response)[0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
async def test_only_json_is_read(client: httpx.AsyncClient, kind: str) -> None:
    body = b'{"query":"{serverInfo{version}}"}'
    response = await client.post("/graphql", content=body, headers={"content-type": kind})
    assert response.status_code == 415
    assert errors(response)[0]["extensions"]["code"] == "BAD_REQUEST"


async def test_get_reads_and_never_writes(client: httpx.AsyncClient) -> None:
    read = await client.get("/graphql", params={"query": "{ serverInfo { limits { nodes } } }"})
    assert read.json() == {"data": {"serverInfo": {"limits": {"nodes": 100}}}}
    write = 'mutation { createPost(input: {text: "x"}) { __typename } }'
    refused = await client.get("/graphql", params={"query": write})
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert errors(refused)[0]["extensions"]["code"] == "BAD_REQUEST"


async def test_other_methods_are_told_which_there_are(client: httpx.AsyncClient) -> None:
    response = await client.put("/graphql", json={})
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")
    assert errors(response)[0]["extensions"]["code"] == "BAD_REQUEST"


async def test_several_operations_need_a_name(client: httpx.AsyncClient) -> None:
    query = "query A { serverInfo { version } } query B { viewer { username } }"
    unnamed = await client.post("/graphql", json={"query": query})
    assert errors(unnamed)[0]["extensions"]["code"] == "BAD_REQUEST"
    named = await client.post("/graphql", json={"query": query, "operationName": "B"})
    assert named.json() == {"data": {"viewer": None}}
    unknown = await client.post("/graphql", json={"query": query, "operationName": "C"})
    assert unknown.status_code < 500
    assert errors(unknown)


async def test_an_unknown_path_is_json_too(client: httpx.AsyncClient) -> None:
    response = await client.get("/nothing")
    assert response.status_code == 404
    assert errors(response) == [{"message": NOTHING, "extensions": {"code": "BAD_REQUEST"}}]


async def test_syntax_and_validation_errors_have_codes(client: httpx.AsyncClient) -> None:
    syntax = await client.post("/graphql", json={"query": "{ serverInfo {"})
    assert errors(syntax)[0]["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"
    query = 'query($a: Audienc) { serverInf { version } post(idd: "x") { text } }'
    invalid = errors(await client.post("/graphql", json={"query": query}))
    assert {error["extensions"]["code"] for error in invalid} == {"GRAPHQL_VALIDATION_FAILED"}


async def test_at_most_ten_errors_leave(client: httpx.AsyncClient) -> None:
    fields = " ".join(f"nothing{number}" for number in range(30))
    response = await client.post("/graphql", json={"query": f"{{ viewer {{ {fields} }} }}"})
    assert len(errors(response)) == 10


@pytest.mark.parametrize(
    ("sent", "kept"), [("trace-0123456789", True), ("short", False), ("x" * 65, False), ("a b c d e f", False)]
)
async def test_a_request_keeps_a_plain_id_of_its_own(client: httpx.AsyncClient, sent: str, kept: bool) -> None:
    response = await client.get("/livez", headers={"x-request-id": sent})
    assert (response.headers["x-request-id"] == sent) is kept
    assert len(response.headers["x-request-id"]) >= 8


async def test_a_request_is_one_line_without_what_people_sent(
    client: httpx.AsyncClient, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    query = "query Look($name: SafeText!) { user(username: $name) { username } }"
    await client.post(
        "/graphql",
        json={"query": query, "variables": {"name": "canary_variable"}},
        headers={"authorization": "Bearer canary.token.value", "x-request-id": "trace-0123456789"},
    )
    written = "".join(capfd.readouterr())
    (told,) = request_lines(written)
    assert told["operation"] == "Look"
    assert told["request_id"] == "trace-0123456789"
    assert told["errors"] == ["UNAUTHENTICATED"]
    assert "canary" not in caplog.text + written


async def test_a_bug_is_masked_and_logged_once(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise KeyError("postgresql://canary:secret@db")

    monkeypatch.setattr(users, "by_username", broken)
    response = await client.post("/graphql", json={"query": '{ user(username: "ada") { username } }'})
    (error,) = errors(response)
    assert error["extensions"] == {"code": "INTERNAL", "requestId": response.headers["x-request-id"]}
    assert error["path"] == ["user"]
    assert "canary" not in response.text
    assert [record.levelname for record in caplog.records if record.name == "graphql"] == ["ERROR"]


async def test_a_refused_row_is_not_repeated_in_the_log(
    client: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    services: Services,
) -> None:
    async def broken(*_: object, **__: object) -> None:
        async with services.stores.reads.pool.lent() as connection:
            await connection.execute("INSERT INTO users (username, display_name) VALUES ('no', 'canary')")

    monkeypatch.setattr(users, "by_username", broken)
    with StringIO() as written:
        with redirect_stdout(written):
            logging.configure("INFO")
        await client.post("/graphql", json={"query": '{ user(username: "ada") { username } }'})
        told = written.getvalue()
        with redirect_stdout(sys.__stdout__):
            logging.configure("INFO")
    assert "ck_users_username_form" in told
    assert "canary" not in told


@pytest.mark.parametrize(
    ("host", "kept"), [("192.0.2.7", "192.0.2.7"), ("2001:DB8::7", "2001:db8::7"), ("me", None)]
)
async def test_only_an_address_is_stored_as_one(
    app: Starlette, make: Make, rows: Callable[[Any], Any], host: str, kept: str | None
) -> None:
    await make.user("ada")
    login = 'mutation { login(input: {usernameOrEmail: "ada", password: "wrong password"}) { __typename } }'
    transport = httpx.ASGITransport(app, client=(host, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://plaza.test") as there:
        answer = (await there.post("/graphql", json={"query": login})).json()
    assert answer == {"data": {"login": {"__typename": "NotAllowed"}}}
    assert [entry.ip for entry in await rows(AuditEntry)] == [kept and ip_address(kept)]


async def test_a_store_that_is_away_is_said_to_be(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise ConnectionRefusedError("10.0.0.7")

    monkeypatch.setattr(users, "by_username", away)
    response = await client.post("/graphql", json={"query": '{ user(username: "ada") { username } }'})
    (error,) = errors(response)
    assert error["extensions"] == {"code": "UNAVAILABLE"}
    assert "10.0.0.7" not in response.text


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(ConnectionRefusedError("10.0.0.7"), 503, "UNAVAILABLE"), (KeyError("10.0.0.7"), 500, "INTERNAL")],
)
async def test_what_goes_wrong_before_any_field_is_graphql_json_too(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(graphql, "authenticate", broken)
    response = await client.post(
        "/graphql", json={"query": "{ viewer { id } }"}, headers={"origin": "http://localhost:5173"}
    )
    assert response.status_code == status
    assert errors(response)[0]["extensions"]["code"] == code
    assert response.headers["access-control-allow-origin"] == "http://localhost:5173"
    assert "x-request-id" in response.headers
    assert "10.0.0.7" not in response.text


async def test_a_browser_that_looks_is_told_how_to_ask(client: httpx.AsyncClient) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    response = await client.get("/graphql", headers={"accept": accept})
    assert response.status_code == 400
    assert errors(response)[0]["message"].startswith("Send a `query`")


async def test_a_client_that_takes_no_json_is_told_so(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphql", headers={"accept": "text/html"})
    assert response.status_code == 406
    assert errors(response)[0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "PATCH", "DELETE"])
async def test_no_other_method_is_answered(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/graphql")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")


async def test_an_address_beyond_16_kib_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphql", params={"query": "{ __typename }" + " " * 17_000})
    assert response.status_code == 414
    assert errors(response)[0]["extensions"]["code"] == "BAD_REQUEST"


async def test_an_answer_says_what_it_depends_on_and_is_kept_by_nobody(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": "{ __typename }"})
    assert response.headers["cache-control"] == "no-store"
    assert "Accept" in response.headers["vary"]


async def test_in_production_a_get_carries_no_text(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"environment": Environment.PRODUCTION}))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://plaza.test") as there,
    ):
        refused = await there.get("/graphql", params={"query": "{ __typename }"})
        assert refused.status_code == 400
        assert (await there.post("/graphql", json={"query": "{ __typename }"})).status_code == 200
