"""What the metrics say of operations, statements, stores and the process."""

import pytest

from engine.clients import MOST_STRANGERS
from tests.factories import PASSWORD, Make
from tests.server.telemetry.serving import Watched
from tests.servers import ROOT

LOGIN = 'mutation Enter { login(input: {usernameOrEmail: "ada", password: "%s"}) { __typename } }'


async def test_an_operation_is_counted_and_timed_under_its_name(plaza: Watched) -> None:
    for _ in range(3):
        await plaza.ask("query Newest { publicFeed { edges { cursor } } }")
    told = await plaza.scrape()
    newest = {"operation": "Newest", "kind": "query"}
    assert told("plaza_requests_total", **newest, outcome="ok") == 3
    assert told("plaza_request_seconds_count", **newest) == 3
    assert 0 < (told("plaza_request_seconds_sum", **newest) or 0) < 30
    assert told("plaza_sql_statements_total", **newest) == 3
    assert 0 < (told("plaza_sql_seconds_total", **newest) or 0) < 30


async def test_a_mutation_tells_of_every_statement_of_its_transaction(plaza: Watched, make: Make) -> None:
    await make.user("ada")
    await plaza.ask(LOGIN % PASSWORD)  # opens the connection, which SQLAlchemy asks three things
    before = await plaza.scrape()
    await plaza.ask(LOGIN % PASSWORD)
    told = await plaza.scrape()
    # Two charges; the account; the charge given back; its lock and a look again, the session, its token and two
    # lines of audit, between SET and COMMIT; and the person.
    enter = {"operation": "Enter", "kind": "mutation"}
    counted = told.since(before, "plaza_sql_statements_total", **enter)
    assert counted == told.since(before, "plaza_sql_statement_seconds_count") == 13


@pytest.mark.parametrize(
    ("document", "labels", "outcome", "code"),
    [
        ("query A { viewer { id } }", ("A", "query"), "ok", None),
        ("{ viewer { id } }", ("anonymous", "query"), "ok", None),
        ("{ viewer ", ("invalid", "none"), "refused", "GRAPHQL_PARSE_FAILED"),
        ("query A { nothing }", ("invalid", "none"), "refused", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { homeFeed { edges { cursor } } }", ("A", "query"), "refused", "UNAUTHENTICATED"),
    ],
)
async def test_an_outcome_is_told_with_its_code(
    plaza: Watched, document: str, labels: tuple[str, str], outcome: str, code: str | None
) -> None:
    await plaza.ask(document)
    told = await plaza.scrape()
    named = {"operation": labels[0], "kind": labels[1]}
    assert told("plaza_requests_total") == told("plaza_requests_total", **named, outcome=outcome) == 1
    assert told("plaza_request_errors_total") == (code and told("plaza_request_errors_total", **named, code=code))


async def test_what_is_no_operation_is_counted_as_invalid(plaza: Watched) -> None:
    await plaza.http.post("/graphql", content=b"{", headers={"content-type": "application/json"})
    told = await plaza.scrape()
    assert told("plaza_request_errors_total", operation="invalid", kind="none", code="BAD_REQUEST") == 1


async def test_pools_redis_passwords_loop_and_process_are_told(plaza: Watched) -> None:
    before = await plaza.scrape()
    await plaza.ask('{ searchUsers(query: "ada") { edges { cursor } } }')
    told = await plaza.scrape()
    assert told("plaza_pool_connections", pool="reads") in (1, 2)  # the statistics of PostgreSQL take another
    assert told("plaza_pool_connections", pool="writes") == 1
    assert told("plaza_pool_connections_max", pool="writes") == 10
    waits, calls = "plaza_pool_wait_seconds_count", "plaza_redis_seconds_count"
    assert told(waits, pool="reads") == (before(waits, pool="reads") or 0) + 1
    assert told(calls, command="EVALSHA") == (before(calls, command="EVALSHA") or 0) + 1
    assert told("plaza_redis_breaker_open") == 0
    assert told("plaza_passwords", state="waiting") == 0
    assert told("plaza_event_loop_lag_seconds_count") is not None
    assert (told("process_resident_memory_bytes") or 0) > 10_000_000
    assert (told("process_open_fds") or 0) > 3
    assert told("python_gc_collections_total", generation="2") is not None
    assert told("plaza_build_info") == 1
    assert told("plaza_worker") == 0


async def test_every_metric_of_ours_is_in_the_operators_guide(plaza: Watched) -> None:
    guide = (ROOT / "docs" / "operating.md").read_text()
    names = (await plaza.scrape()).families
    assert [name for name in names if name.startswith("plaza_") and f"`{name}" not in guide] == []


async def test_clients_are_told_apart_by_the_names_they_give_as_far_as_there_are_places(plaza: Watched) -> None:
    async def ask(body: object, name: str) -> None:
        await plaza.http.post("/graphql", json=body, headers={"graphql-client-name": name})

    for _ in range(2):
        await ask({"query": "{ serverInfo { version } }"}, "shop")
    await ask({"documentId": "nothing"}, "shop")
    for number in range(MOST_STRANGERS + 5):
        await ask({"documentId": "nothing"}, f"made-up-{number}")
    told = await plaza.scrape()
    counted = "plaza_client_operations_total"
    assert told(counted, client="shop", version="", kind="ad hoc") == 2
    assert told(counted, client="shop", version="", kind="refused") == 1
    assert told(counted, client="(others)", version="", kind="refused") == 6
    assert told(counted) == MOST_STRANGERS + 8
    assert told("plaza_trusted_looks_total") == MOST_STRANGERS + 6
    assert told("plaza_trusted_finds_total") == 0
