"""What stands in `deploy/`: rules, alerts and the dashboard's queries."""

import json
from dataclasses import dataclass
from typing import Any

import yaml

from tests.servers import ROOT

PROMETHEUS = ROOT / "deploy" / "prometheus"
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboards" / "plaza.json"


@dataclass(frozen=True)
class Query:
    """One target of a panel, as Grafana sends it when every instance is chosen."""

    panel: str
    expression: str


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((PROMETHEUS / "rules.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def alerts() -> dict[str, dict[str, Any]]:
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return found


def queries() -> list[Query]:
    return [
        Query(panel["title"], target["expr"].replace("$__rate_interval", "1m").replace("$instance", ".*"))
        for panel in panels()
        for target in panel["targets"]
    ]
