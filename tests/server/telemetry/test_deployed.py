"""Rules, alerts and the dashboard are whole in themselves; what Prometheus says of them is asked elsewhere."""

import re
import shutil
import subprocess
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from tests.server.telemetry.deployed import PROMETHEUS, alerts, panels
from tests.servers import ROOT


def test_every_alert_has_a_severity_and_an_answer_in_the_operators_guide() -> None:
    guide = (ROOT / "docs" / "operating.md").read_text()
    anchors = {title.lower() for title in re.findall(r"^### (\w+)$", guide, re.MULTILINE)}
    wanted = {name: f"docs/operating.md#{name.lower()}" for name in alerts()}
    assert {name: rule["annotations"]["runbook"] for name, rule in alerts().items()} == wanted
    assert {rule["labels"]["severity"] for rule in alerts().values()} == {"page", "ticket"}
    assert anchors == {name.lower() for name in alerts()}


def test_every_alert_has_been_seen_to_fire_and_to_keep_quiet() -> None:
    told = yaml.safe_load((PROMETHEUS / "rules_test.yml").read_text())["tests"]
    cases = [case for test in told for case in test["alert_rule_test"]]
    assert {case["alertname"] for case in cases if "exp_alerts" in case} == set(alerts())
    assert {case["alertname"] for case in cases if "exp_alerts" not in case} == set(alerts())


def test_the_dashboard_fits_on_one_screen_and_nothing_covers_anything() -> None:
    places = [panel["gridPos"] for panel in panels()]
    assert max(place["y"] + place["h"] for place in places) <= 31
    assert max(place["x"] + place["w"] for place in places) == 24
    for one, other in combinations(places, 2):
        is_beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        is_apart = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert is_beside or is_apart
    assert len({panel["id"] for panel in panels()}) == len(panels())


@pytest.mark.outside
@pytest.mark.parametrize(
    "command",
    [["check", "rules", "rules.yml"], ["check", "config", "prometheus.yml"], ["test", "rules", "rules_test.yml"]],
    ids=" ".join,
)
def test_promtool_is_content(command: list[str]) -> None:
    ran = subprocess.run(["promtool", *command], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.outside
def test_prometheus_takes_the_alerting_that_is_offered(tmp_path: Path) -> None:
    shutil.copytree(PROMETHEUS, tmp_path, dirs_exist_ok=True)
    offered = re.sub(
        r"^# (alerting:| .*)$", r"\1", (PROMETHEUS / "prometheus.yml").read_text(), flags=re.MULTILINE
    )
    (tmp_path / "prometheus.yml").write_text(offered)
    (found,) = yaml.safe_load(offered)["alerting"]["alertmanagers"]
    assert found == {"static_configs": [{"targets": ["alertmanager:9093"]}]}
    command = ["promtool", "check", "config", "prometheus.yml"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
