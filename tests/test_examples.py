"""What the documentation shows of every root field is what it really answers, and whether it needs signing in.

`tests/corpus/examples/answers.json` holds it, with ids, moments and tokens that are the same in every run. Run
with `PLAZA_SNAPSHOT=write` to write it anew, and `plaza export-docs` then to bring it into the documentation.
"""

import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import build_schema

from schema.context import Services
from schema.nodes import global_id, parse_global_id
from schema.pagination import cursor
from schema.root import schema, sdl
from server.reference.answers import FILE
from server.reference.examples import Example, examples
from tests.conftest import Api
from tests.snapshots import WRITES
from tests.worlds import World

EXAMPLES = examples(build_schema(sdl()))
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

# Different each time, and of no use to who reads them.
_SECRETS = {
    "accessToken": "an access token",
    "refreshToken": "a refresh token",
    "token": "a secret token",
    "ticket": "a linking token",
    "challenge": "a challenge",
    "options": "JSON for the browser",
    "passkey": "JSON of the browser",
    "totpCode": "six digits",
    "secret": "32 letters and digits",
    "uri": "otpauth://totp/…",
    "code": "the code of the return address",
    "recoveryCodes": "a recovery code",
}
_CURSOR = re.compile(r"(posts|people|comments|follows|likes|audit):([0-9]+)")


@pytest.fixture(scope="module")
def told() -> Iterator[dict[str, Any]]:
    answers: dict[str, Any] = json.loads(FILE.read_text()) if FILE.exists() else {}
    yield answers
    if WRITES:
        kept = {example.field: answers[example.field] for example in EXAMPLES if example.field in answers}
        FILE.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.field)
async def test_an_example_answers_as_it_is_told(
    example: Example, process: Services, world: World, told: dict[str, Any]
) -> None:
    api, steady = Api(process), Steady()
    variables = world.filled(example.document.variables)
    anonymous = await api.raw(example.document.text, **variables)
    asked = await _ask(example, api, world, variables) if example.document.viewer else anonymous
    assert "errors" not in asked, asked["errors"]
    seen = {
        "needsSignIn": _code(anonymous) == "UNAUTHENTICATED",
        "variables": steady.form(variables),
        "answer": steady.form(asked),
    }
    if WRITES:
        told[example.field] = seen
    assert seen == told.get(example.field)


def test_every_example_has_an_answer_and_every_answer_its_example() -> None:
    if not WRITES:
        assert list(json.loads(FILE.read_text())) == [example.field for example in EXAMPLES]


def test_the_documented_root_fields_are_all_there_are() -> None:
    roots = [schema._schema.query_type, schema._schema.mutation_type]
    assert sorted(field for root in roots if root for field in root.fields) == [each.field for each in EXAMPLES]


async def _ask(example: Example, api: Api, world: World, variables: dict[str, Any]) -> dict[str, Any]:
    assert example.document.viewer
    return await api.raw(example.document.text, viewer=world.people[example.document.viewer], **variables)


def _code(answer: dict[str, Any]) -> str | None:
    return answer["errors"][0]["extensions"]["code"] if "errors" in answer else None


class Steady:
    """Values in place of those that differ from run to run: the same for the same, the next for each new one."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def form(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: self.form(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [self.form(each, name) for each in value]
        if not isinstance(value, str):
            return value
        if name in _SECRETS:
            return f"({_SECRETS[name]})"
        if name.endswith(("At", "On", "Until")):
            return _moment(value)
        return self._id(value)

    def _id(self, value: str) -> str:
        node = parse_global_id(value)
        if node is not None:
            return global_id(node[0], self._number(node[1]))
        place = _CURSOR.fullmatch(_decoded(value))
        return cursor(place[1], self._number(int(place[2]))) if place else value

    def _number(self, number: int) -> int:
        return self._numbers.setdefault(number, 1001 + len(self._numbers))


def _moment(value: str) -> str:
    """A moment to come is as far from `NOW` as it was from now, to the minute; any other is `NOW`."""
    ahead = datetime.fromisoformat(value) - datetime.now(UTC)
    minutes = max(0, round(ahead / timedelta(minutes=1)))
    return (NOW + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def _decoded(value: str) -> str:
    try:
        return base64.urlsafe_b64decode(value).decode("ascii")
    except ValueError:
        return ""
