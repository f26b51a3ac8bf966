"""Who may see the metrics, and where; and that they are off until asked for."""

import httpx
import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr, ValidationError

from schema.context import Services
from server.mistakes import UserMistake
from server.settings import Settings
from server.telemetry import Telemetry, unwatched
from server.telemetry.exposition import listening
from tests.server.telemetry.serving import TOKEN, Scrape, Watched, watched
from tests.serving import free_port


async def test_there_are_no_metrics_until_they_are_asked_for(client: httpx.AsyncClient) -> None:
    assert (await client.get("/metrics")).status_code == 404


def test_what_is_off_is_not_in_the_way(settings: Settings) -> None:
    off = Telemetry(settings.model_copy(update={"slow_statement_ms": 0}))
    assert (off.observer, off.watch, off.routes) == (None, unwatched, [])


@pytest.mark.parametrize("given", [None, "", TOKEN, "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer \xff"])
async def test_without_the_token_there_is_nothing(plaza: Watched, given: str | None) -> None:
    headers = {} if given is None else {b"authorization": given.encode("latin-1")}
    answer = await plaza.http.get("/metrics", headers=headers)
    nowhere = await plaza.http.get("/nowhere")
    assert (answer.status_code, answer.text) == (404, nowhere.text)


async def test_the_port_tells_without_a_token(settings: Settings, services: Services) -> None:
    port = free_port()
    async with watched(settings, metrics_token=None, metrics_port=port) as plaza:
        await plaza.ask("query Home { viewer { id } }")
        async with httpx.AsyncClient() as scraper:
            told = Scrape((await scraper.get(f"http://127.0.0.1:{port}/metrics")).text)
        assert told("plaza_requests_total", operation="Home") == 1
        assert (await plaza.http.get("/metrics")).status_code == 404


def test_each_process_takes_the_next_free_port_and_one_too_many_is_told(unused_ports: range) -> None:
    registries = [CollectorRegistry() for _ in range(3)]
    with listening(registries[0], "127.0.0.1", unused_ports) as first:
        with listening(registries[1], "127.0.0.1", unused_ports) as second:
            assert [first, second] == list(unused_ports)
            with (
                pytest.raises(UserMistake, match="set METRICS_PORT"),
                listening(registries[2], "127.0.0.1", unused_ports),
            ):
                pass
        with listening(registries[2], "127.0.0.1", unused_ports) as third:
            assert third == second, "the port of a process that ended belongs to the next"


@pytest.fixture
def unused_ports() -> range:
    port = free_port()
    return range(port, port + 2)


def test_a_token_alone_cannot_tell_of_several_processes(settings: Settings) -> None:
    given = {**settings.model_dump(), "metrics_token": SecretStr("t"), "workers": 2}
    with pytest.raises(ValidationError, match="set METRICS_PORT as well"):
        Settings(**given)
    assert Settings(**{**given, "metrics_port": 9464}).has_metrics


def test_an_empty_setting_is_off(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("METRICS_PORT", "METRICS_TOKEN", "OTEL_EXPORTER_OTLP_ENDPOINT", "SENTRY_DSN"):
        monkeypatch.setenv(name, "")
    assert Settings(**settings.model_dump(exclude_unset=True)).has_metrics is False
