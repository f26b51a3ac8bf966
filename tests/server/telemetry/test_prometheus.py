"""A real Prometheus scrapes a served Plaza and its worker, and answers every query of dashboard and rules."""

import os
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.local import LocalServers
from tests.server.telemetry.deployed import Query, alerts, queries, rules
from tests.server.telemetry.prometheus import Prometheus, scraping
from tests.serving import PLAZA, Served, free_port, serving

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("prometheus")]

TRAFFIC = [
    "query Newest { publicFeed(first: 3) { edges { node { text author { username } } } } }",
    'query Find { searchUsers(query: "demo") { edges { node { username } } } }',
    "query Home { homeFeed { edges { cursor } } }",
    "{ serverInfo { version } }",
    "{ nothing }",
]


@pytest.fixture(scope="module")
def prometheus() -> Iterator[Prometheus]:
    """Over some traffic that goes on: a rate needs two scrapes, and something between them."""
    with tempfile.TemporaryDirectory(prefix="plaza-scraped-") as made:
        Path(made).chmod(0o755)
        ports = {"plaza": free_port(), "plaza-worker": free_port()}
        try:
            with serving(Path(made), METRICS_PORT=str(ports["plaza"])) as served:
                served.wait_ready()
                worker = _worker(Path(made), ports["plaza-worker"])
                try:
                    with scraping(**ports) as prometheus:
                        _ask_until_known(served, prometheus)
                        yield prometheus
                finally:
                    worker.terminate()
                    worker.wait(40)
                served.end()
        finally:
            LocalServers(Path(made), durable=True).erase()


def _worker(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    given = {name: value for name, value in os.environ.items() if not name.endswith(("_URL", "_KEYS"))}
    environment = {**given, "PLAZA_FOLDER": str(folder), "METRICS_PORT": str(port)}
    return subprocess.Popen([PLAZA, "worker"], env=environment, cwd="/", stdout=subprocess.DEVNULL)


def _ask_until_known(served: Served, prometheus: Prometheus) -> None:
    token = served.sign_in()

    def is_known() -> bool:
        for document in TRAFFIC:
            served.ask(document, token)
        served.ask("query Home { homeFeed { edges { cursor } } }")
        known = ["up{job='plaza'} == 1", "up{job='plaza-worker'} == 1", *(query.expression for query in queries())]
        return all(map(prometheus.query, known))

    prometheus.until(is_known)


def test_server_and_worker_are_scraped(prometheus: Prometheus) -> None:
    assert {target["labels"]["job"]: target["health"] for target in prometheus.targets()} == {
        "plaza": "up",
        "plaza-worker": "up",
    }
    assert {sample["metric"]["job"] for sample in prometheus.query("plaza_worker == 1")} >= {"plaza-worker"}


@pytest.mark.parametrize("query", queries(), ids=lambda query: query.panel)
def test_a_query_of_the_dashboard_has_an_answer(prometheus: Prometheus, query: Query) -> None:
    found = prometheus.query(query.expression)
    assert found
    assert {sample["value"][1] for sample in found} != {"NaN"}


def test_every_rule_is_evaluated_without_an_error(prometheus: Prometheus) -> None:
    prometheus.until(lambda: {rule["health"] for rule in prometheus.rules()} == {"ok"})
    assert len(prometheus.rules()) == len(rules())


@pytest.mark.parametrize("name", [rule["record"] for rule in rules() if "record" in rule])
def test_a_rule_records_a_number(prometheus: Prometheus, name: str) -> None:
    assert {sample["value"][1] for sample in prometheus.query(name)} - {"NaN"}


def test_nothing_is_alarming_about_a_plaza_that_works(prometheus: Prometheus) -> None:
    names = [
        name for name in alerts() if name not in ("PlazaLoopLags", "PlazaReplicaGone", "PlazaSlow", "PlazaSqlSlow")
    ]
    firing = prometheus.query('ALERTS{alertstate="firing"}')
    assert [sample["metric"]["alertname"] for sample in firing if sample["metric"]["alertname"] in names] == []


def test_traffic_is_told_by_operation(prometheus: Prometheus) -> None:
    found = prometheus.query('sum by (operation, outcome) (plaza_requests_total{job="plaza"}) > 0')
    told = {(sample["metric"]["operation"], sample["metric"]["outcome"]) for sample in found}
    assert told >= {
        ("Newest", "ok"),
        ("Find", "ok"),
        ("Home", "ok"),
        ("Home", "refused"),
        ("anonymous", "ok"),
        ("invalid", "refused"),
    }


def test_the_cardinality_stays_within_its_bound(prometheus: Prometheus) -> None:
    (count,) = prometheus.query('count({job="plaza", __name__=~"plaza_.+"})')
    assert int(count["value"][1]) < 2500
    with urllib.request.urlopen(prometheus.targets()[0]["scrapeUrl"], timeout=10) as scrape:
        assert len(scrape.read()) < 300_000
