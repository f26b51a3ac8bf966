"""Every root field about an account or a session is limited by address, and by person where there is one.

A new field is found by itself: it fails here until it has its limits and a row in docs/limits.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import build_schema, get_named_type
from strawberry.types import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from db.buckets import Charge, Limit
from domain.audit import Origin
from resolvers.limits import Per, RateLimit, limit_of
from schema.context import Context, Services
from schema.guards import _OPEN
from schema.root import Mutation, sdl
from schema.root.circle import Circle
from schema.root.content import Content
from schema.root.moderation import Moderation
from server.reference.examples import Example, examples
from server.reference.operations import amount
from server.reference.refusals import refusals_of
from tests.conftest import Api, Empty
from tests.factories import Person
from tests.servers import ROOT
from tests.worlds import World

# What people say, whom they follow and what moderators do: nobody becomes somebody else by that.
OTHERS = {Content, Circle, Moderation}
OTHER_FIELDS = {"updateProfile"}
# What somebody could guess at; the 256 bits of a refresh token or of a provider's code nobody does.
GUESSED = {"password", "currentPassword", "code", "totpCode", "recoveryCode"}
OF_256_BITS = {"signInWithProvider", "linkIdentity"}
ADDRESS = "192.0.2.7"


@dataclass(frozen=True)
class Field:
    name: str
    limit: RateLimit | None
    resolver: Any
    inputs: frozenset[str]

    @property
    def is_guessed_by_a_person(self) -> bool:
        return bool(self.inputs & GUESSED) and self.name not in _OPEN


def fields() -> Iterator[Field]:
    asked = build_schema(sdl()).mutation_type
    assert asked
    for part in Mutation.__bases__:
        if part in OTHERS:
            continue
        for field in get_object_definition(part, strict=True).fields:
            name = to_camel_case(field.name)
            if name in OTHER_FIELDS:
                continue
            given = asked.fields[name].args.get("input")
            inputs = frozenset(get_named_type(given.type).fields if given else ())
            assert field.base_resolver
            yield Field(name, limit_of(field), field.base_resolver.wrapped_func, inputs)


FIELDS = {field.name: field for field in fields()}
EXAMPLES = {each.field: each for each in examples(build_schema(sdl()))}


@pytest.fixture(params=FIELDS)
def field(request: pytest.FixtureRequest) -> Field:
    return FIELDS[request.param]


async def codes(
    api: Api, example: Example, viewer: Person | None, ip: str, variables: dict[str, Any]
) -> list[str]:
    answer = await api.raw(example.document.text, viewer=viewer, ip=ip, **variables)
    return [error["extensions"]["code"] for error in answer.get("errors", [])]


def test_a_field_that_tells_of_signing_in_is_among_them() -> None:
    assert {name for name in _OPEN if name in FIELDS} == _OPEN - {"__typename", "serverInfo"}


async def test_an_address_that_called_too_often_is_refused_though_redis_forgot_it(
    field: Field, process: Services, world: World, fresh_redis: Empty
) -> None:
    assert field.limit
    assert field.limit.per in (Per.ADDRESS, Per.BOTH)
    api, example = Api(process), EXAMPLES[field.name]
    viewer = world.people[example.document.viewer] if example.document.viewer else None
    variables = world.filled(example.document.variables)
    await spend(process, field.limit, f"ip:{ADDRESS}")
    await fresh_redis()
    assert await codes(api, example, viewer, ADDRESS, variables) == ["RATE_LIMITED"]
    assert await codes(api, example, viewer, "192.0.2.8", variables) == []


@pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if field.inputs & GUESSED])
async def test_what_could_be_guessed_is_asked_once_in_an_operation(name: str, api: Api) -> None:
    answer = await api.raw(f"mutation {{ one: {name} {{ __typename }} two: {name} {{ __typename }} }}")
    assert [error["message"] for error in answer["errors"]] == [f"Ask for `{name}` once in an operation."]


@pytest.mark.parametrize(
    "name", [name for name, field in FIELDS.items() if field.inputs & GUESSED and name not in _OPEN]
)
async def test_a_person_who_called_too_often_is_refused_wherever_they_are(
    name: str, process: Services, world: World, fresh_redis: Empty
) -> None:
    field = FIELDS[name]
    assert field.limit
    assert field.limit.per is Per.BOTH
    api, example = Api(process), EXAMPLES[field.name]
    assert example.document.viewer
    viewer, variables = world.people[example.document.viewer], world.filled(example.document.variables)
    await spend(process, field.limit, f"user:{viewer.id}")
    await fresh_redis()
    assert await codes(api, example, viewer, ADDRESS, variables) == ["RATE_LIMITED"]


async def spend(services: Services, limit: RateLimit, whose: str) -> None:
    charge = Charge(f"{limit.bucket}:{whose}", limit.limit, limit.limit.count, is_kept=True)
    assert (await services.buckets.take([charge])).allowed


def test_what_can_be_guessed_counts_failures_of_its_own(field: Field) -> None:
    own = refusals_of(field.resolver).limits
    if field.name != "register" and field.name not in OF_256_BITS and field.inputs & GUESSED:
        assert own
    assert all(limit.count <= 30 for _, limit in own)


def test_the_guide_tells_of_it(field: Field) -> None:
    assert field.limit
    (row,) = [row for row in guide() if f"`{field.name}`" in row[0]]
    assert amount(field.limit.limit) in row[1]
    for _, limit in refusals_of(field.resolver).limits:
        assert re.search(told(limit), row[2])


def guide() -> list[list[str]]:
    """The table's rows, cell by cell."""
    section = (ROOT / "docs" / "limits.md").read_text().partition("## Signing in")[2]
    rows = [line.strip("| ").split("|") for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in row] for row in rows]


def told(limit: Limit) -> str:
    count, _, period = amount(limit).partition(" in ")
    return rf"\b{count} [^,;]*in {period}"


def test_an_origin_without_an_address_is_one_client(services: Services) -> None:
    limit = FIELDS["login"].limit
    assert limit
    context = Context(services, None, Origin("test-request", None, "tests"))
    assert [charge.key for charge in limit.charges(context)] == ["sign-in:ip:unknown"]
