"""A real Prometheus with the rules of `deploy/`, scraping what a test serves."""

import json
import shutil
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.server.telemetry.deployed import PROMETHEUS
from tests.serving import free_port

_PATIENCE = 90  # seconds


class Prometheus:
    """Its HTTP API."""

    def __init__(self, port: int, log: Path) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self._log = log

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._url}/-/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The samples of an instant; raises for what Prometheus refuses."""
        found: list[dict[str, Any]] = self._get("query", query=expression)["result"]
        return found

    def targets(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._get("targets")["activeTargets"]
        return found

    def rules(self) -> list[dict[str, Any]]:
        return [rule for group in self._get("rules")["groups"] for rule in group["rules"]]

    def until(self, fact: Callable[[], Any]) -> Any:
        """What `fact` answers once it is true."""
        end = time.monotonic() + _PATIENCE
        while not (answer := fact()):
            assert time.monotonic() < end, self._log.read_text()[-2000:]
            time.sleep(0.2)
        return answer

    def _get(self, what: str, **given: str) -> Any:
        address = f"{self._url}/api/v1/{what}?{urllib.parse.urlencode(given)}"
        with urllib.request.urlopen(address, timeout=20) as answer:
            return json.loads(answer.read())["data"]


@contextmanager
def scraping(**ports: int) -> Iterator[Prometheus]:
    """Each job's one port, every second."""
    assert shutil.which("prometheus"), "Prometheus is missing: .ci/tools installs it."
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="plaza-prometheus-") as made:
        folder = Path(made)
        shutil.copy(PROMETHEUS / "rules.yml", folder)
        deployed = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
        jobs = {job["job_name"]: job for job in deployed["scrape_configs"]}
        assert jobs.keys() == ports.keys()
        for name, job in jobs.items():
            job["static_configs"] = [{"targets": [f"127.0.0.1:{ports[name]}"]}]
            del job["dns_sd_configs"]
        deployed["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        (folder / "prometheus.yml").write_text(yaml.safe_dump(deployed))
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(
                [
                    "prometheus",
                    "--config.file=prometheus.yml",
                    "--storage.tsdb.path=data",
                    f"--web.listen-address=127.0.0.1:{port}",
                ],
                cwd=folder,
                stdout=log,
                stderr=log,
            )
            try:
                prometheus = Prometheus(port, folder / "log")
                prometheus.until(prometheus.is_ready)
                yield prometheus
            finally:
                process.terminate()
                process.wait(30)
