"""The Insomnia collection runs from top to bottom against a served Plaza.

Insomnia's own runner is no package that installs everywhere; what its templates say is little enough to be read
here: a variable, the time, and a value from the answer of an earlier request.
"""

import base64
import json
import re
import time
import urllib.request
from typing import Any

import pytest

from server.reference.story import STORY
from server.site.pages import DOCS
from tests.serving import Served

COLLECTION = json.loads((DOCS / "collections" / "insomnia.json").read_text())
RESOURCES: list[dict[str, Any]] = COLLECTION["resources"]
REQUESTS = sorted((each for each in RESOURCES if each["_type"] == "request"), key=lambda each: each["metaSortKey"])

_VARIABLE = re.compile(r"\{\{ _\.(\w+) \}\}")
_NOW = "{% now 'unix', '' %}"
_ANSWER = re.compile(r"\{% response 'body', '(\w+)', 'b64::([\w+/=]+)::46b', 'no-history', 60 %\}")


class Runner:
    """Sends requests as Insomnia would, and keeps their answers."""

    def __init__(self, **settings: str) -> None:
        self._settings = settings
        self._answers: dict[str, Any] = {}

    def send(self, request: dict[str, Any]) -> Any:
        headers = {each["name"]: each["value"] for each in request["headers"]}
        if request["authentication"]:
            headers["Authorization"] = f"Bearer {self._filled(request['authentication']['token'])}"
        body = self._filled(request["body"]["text"]).encode()
        asked = urllib.request.Request(self._filled(request["url"]), body, headers, method=request["method"])
        with urllib.request.urlopen(asked, timeout=60) as answer:
            self._answers[request["_id"]] = json.loads(answer.read())
        return self._answers[request["_id"]]

    def _filled(self, text: str) -> str:
        text = _VARIABLE.sub(lambda name: self._settings[name[1]], text).replace(_NOW, str(int(time.time())))
        return _ANSWER.sub(lambda tag: self._found(tag[1], base64.b64decode(tag[2]).decode()), text)

    def _found(self, request: str, query: str) -> str:
        value = self._answers[request]
        for name, place in re.findall(r"\.(\w+)|\[(\d+)\]", query.removeprefix("$")):
            value = value[name] if name else value[int(place)]
        assert isinstance(value, str)
        return value


def test_is_an_export_that_insomnia_takes() -> None:
    assert (COLLECTION["_type"], COLLECTION["__export_format"]) == ("export", 4)
    ids = [each["_id"] for each in RESOURCES]
    assert len(set(ids)) == len(ids)
    parents: dict[str, set[str | None]] = {
        "workspace": {None},
        "environment": {"wrk_plaza"},
        "request_group": {"wrk_plaza"},
    }
    groups: set[str | None] = {each["_id"] for each in RESOURCES if each["_type"] == "request_group"}
    for each in RESOURCES:
        assert each["parentId"] in parents.get(each["_type"], groups), each["_id"]


@pytest.mark.outside
@pytest.mark.xdist_group("live")
def test_every_request_answers_without_errors(live: Served) -> None:
    (environment,) = (each["data"] for each in RESOURCES if each["_type"] == "environment")
    runner = Runner(**{**environment, "base_url": live.url})
    refused = {step.operation: step.refused for steps in STORY.values() for step in steps if step.refused}
    for request in REQUESTS:
        answer = runner.send(request)
        assert "errors" not in answer, (request["name"], answer)
        ((field, value),) = answer["data"].items()
        assert value is not None, request["name"]
        if "mutation" in request["body"]["text"]:
            expected = refused.get(field, f"{field[0].upper()}{field[1:]}Payload")
            assert value["__typename"] == expected, (request["name"], answer)
