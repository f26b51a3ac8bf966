"""GraphQL over HTTP as the audit of npm's `graphql-http` reads the specification."""

import json
from pathlib import Path

import pytest

from tests.clients.packages import installed
from tests.serving import Served

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("live")]

AUDITS = 61


def test_every_audit_is_content(live: Served) -> None:
    ran = installed(Path(__file__).parent).run("audit", PLAZA_URL=live.url)
    assert ran.returncode == 0, ran.stdout
    results = json.loads(ran.stdout.splitlines()[-1])
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == AUDITS
