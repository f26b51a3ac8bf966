"""Traces, as a real collector receives them."""

from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from db.reads import Read
from db.stores import Stores
from schema.context import Services
from server.settings import Settings
from tests.factories import PASSWORD, Make
from tests.lines import request_lines
from tests.server.telemetry.receivers import receiving
from tests.server.telemetry.serving import watched

FEED = """
query Newest {
  publicFeed { edges { node { author { username } } } }
  searchUsers(query: "ada") { edges { cursor } }
}
"""
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
LOWEST = "00-00000000000000000000000000000001-b7ad6b7169203331-01"
HIGHEST = "00-ffffffffffffffffffffffffffffffff-b7ad6b7169203331-01"
NOT_KEPT = PARENT.removesuffix("01") + "00"


def attributes(span: Span) -> dict[str, Any]:
    kinds = {each.key: each.value for each in span.attributes}
    return {name: getattr(value, value.WhichOneof("value")) for name, value in kinds.items()}


def served(spans: list[Span]) -> Span:
    """The one of the request itself."""
    (root,) = (span for span in spans if span.kind == Span.SPAN_KIND_SERVER)
    return root


async def traced(
    settings: Settings,
    document: str,
    headers: dict[str, str] | None = None,
    rate: float = 1.0,
    times: int = 1,
    **variables: Any,
) -> list[Span]:
    """The spans of one request, or of several that are the same."""
    with receiving() as collector:
        endpoint = f"http://127.0.0.1:{collector.port}"
        changes = {"otel_exporter_otlp_endpoint": endpoint, "traces_sample_rate": rate}
        async with watched(settings, metrics_token=None, **changes) as plaza:
            body = {"query": document, "variables": variables}
            for _ in range(times):
                await plaza.http.post("/graphql", json=body, headers=headers)
        return collector.spans()


async def test_a_request_is_one_trace_of_operation_loaders_statements_and_redis(
    settings: Settings, services: Services, make: Make
) -> None:
    await make.post(await make.user("ada"), "hello")
    spans = await traced(settings, FEED)
    by_name = {span.name: span for span in spans}
    by_name.pop("EVAL", None)  # a Redis that has not seen the script yet
    assert set(by_name) == {"query Newest", "load users.by_ids", "SQL", "EVALSHA"}
    root = by_name["query Newest"]
    assert {span.trace_id for span in spans} == {root.trace_id}
    assert root.parent_span_id == b""
    batch = by_name["load users.by_ids"]
    assert attributes(batch) == {"plaza.loader.keys": 1}
    assert batch.parent_span_id == root.span_id
    within = [span for span in spans if span.parent_span_id == batch.span_id]
    assert [span.name for span in within] == ["SQL"]
    assert "FROM users" in attributes(within[0])["db.query.text"]
    assert 0 < within[0].end_time_unix_nano - within[0].start_time_unix_nano < 30e9
    told = attributes(root)
    assert (told["graphql.operation.name"], told["graphql.operation.type"]) == ("Newest", "query")
    assert told["plaza.sql.statements"] == len([span for span in spans if span.name == "SQL"])


async def test_the_callers_trace_goes_on(settings: Settings, services: Services) -> None:
    span = served(await traced(settings, "{ viewer { id } }", {"traceparent": PARENT}))
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == tuple(PARENT.split("-")[1:3])
    assert span.name == "query"


@pytest.mark.parametrize("headers", [{}, {"traceparent": PARENT}])
async def test_how_many_are_kept_is_ours_to_say(
    settings: Settings, services: Services, headers: dict[str, str]
) -> None:
    assert await traced(settings, "{ viewer { id } }", headers, rate=0.0) == []


@pytest.mark.parametrize("parent", [LOWEST, HIGHEST, NOT_KEPT])
async def test_a_caller_can_neither_force_a_trace_nor_leave_one(
    settings: Settings, services: Services, parent: str
) -> None:
    kept = await traced(settings, "{ viewer { id } }", {"traceparent": parent}, rate=0.5, times=50)
    assert 0 < len([span for span in kept if span.kind == Span.SPAN_KIND_SERVER]) < 50
    assert {span.trace_id.hex() for span in kept} == {parent.split("-")[1]}


async def test_a_whole_request_is_kept_or_none_of_it(settings: Settings, services: Services, make: Make) -> None:
    await make.post(await make.user("ada"), "hello")
    spans = await traced(settings, FEED, rate=0.5, times=20)
    whole = {"query Newest", "load users.by_ids", "SQL", "EVALSHA"}
    traces = {span.trace_id for span in spans}
    assert traces
    for trace in traces:
        assert {span.name for span in spans if span.trace_id == trace} - {"EVAL"} == whole


async def test_no_span_carries_the_callers_tracestate(settings: Settings, services: Services, make: Make) -> None:
    await make.post(await make.user("ada"), "hello")
    spans = await traced(settings, FEED, {"traceparent": PARENT, "tracestate": "vendor=geheim"})
    assert {span.trace_id.hex() for span in spans} == {PARENT.split("-")[1]}
    assert {span.trace_state for span in spans} == {""}


async def test_the_log_names_the_trace(
    settings: Settings, services: Services, capfd: pytest.CaptureFixture[str]
) -> None:
    await traced(settings, "{ viewer { id } }", {"traceparent": PARENT})
    assert [line["trace_id"] for line in request_lines(capfd.readouterr().out)] == [PARENT.split("-")[1]]


async def test_no_span_carries_what_people_sent(settings: Settings, services: Services, make: Make) -> None:
    await make.user("ada")
    document = "mutation Enter($input: LoginInput!) { login(input: $input) { __typename } }"
    given = {"usernameOrEmail": "ada", "password": PASSWORD}
    spans = await traced(settings, document, {"authorization": "Bearer geheim"}, input=given)
    assert len(spans) > 10
    everything = "".join(str(span) for span in spans)
    assert "INSERT INTO sessions" in everything
    for secret in ("ada", PASSWORD, "geheim", "127.0.0.1"):
        assert secret not in everything


async def test_an_error_of_ours_marks_the_span_and_tells_its_kind_only(
    settings: Settings, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.users.users.by_username", _breaks)
    root = served(await traced(settings, 'query A { user(username: "ada") { id } }'))
    assert root.status.code == 2
    assert "geheim" not in str(root)
    assert [each.string_value for each in attributes(root)["plaza.errors"].values] == ["INTERNAL"]


async def test_a_job_is_a_trace_and_its_error_tells_its_kind_only(settings: Settings, services: Services) -> None:
    async def tidy(stores: Stores) -> None:
        await stores.reads.fetch(Read("SELECT 1", (), list))
        raise ValueError("geheim")

    with receiving() as collector:
        endpoint = f"http://127.0.0.1:{collector.port}"
        async with watched(settings, metrics_token=None, otel_exporter_otlp_endpoint=endpoint) as plaza:
            job = plaza.app.state.telemetry.jobs({"tidy": tidy})["tidy"]
            with pytest.raises(ValueError, match="geheim"):
                await job(plaza.app.state.services.stores)
        statement, root = collector.spans()
    assert (root.name, statement.name) == ("job tidy", "SQL")
    assert statement.parent_span_id == root.span_id
    assert (root.status.code, attributes(root)) == (2, {"error.type": "ValueError"})
    assert "geheim" not in str(root)


async def test_a_statement_that_fails_marks_its_span_and_its_batch(
    settings: Settings, services: Services, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make.user("ada")
    monkeypatch.setattr("db.queries.users._by_ids", Read("SELECT 'geheim'::int", ("ids", "viewer_id"), list))
    spans = await traced(settings, 'query A { searchUsers(query: "ada") { edges { node { bio } } } }')
    failed = {span.name: attributes(span)["error.type"] for span in spans if "error.type" in attributes(span)}
    assert failed.keys() == {"SQL", "load users.by_ids"}
    assert all("geheim" not in span.status.message for span in spans)


async def _breaks(*_: Any, **__: Any) -> None:
    raise ValueError("geheim")
