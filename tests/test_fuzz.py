"""Whatever is asked of any root field, by whomever: an answer, or an error that says what was wrong with it."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
from graphql import FieldNode, Visitor, parse, print_ast, visit
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes, scalar
from starlette.applications import Starlette

from db.models import Role
from schema.context import Services
from schema.nodes import global_id
from schema.pagination import cursor
from schema.root import schema
from tests.conftest import Empty
from tests.dose import IS_FULL
from tests.factories import PASSWORD, Make, Person
from tests.worlds import World, build

# Of each root field, for each viewer.
CASES = 20 if IS_FULL else 1
VIEWERS = ("anonymous", "ordinary", "moderator")
CODES = {
    "BAD_USER_INPUT",
    "FORBIDDEN",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "QUERY_TOO_COMPLEX",
    "UNAUTHENTICATED",
}

SCHEMA = schemathesis.graphql.from_file(schema.as_str())
ROOTS = [
    (kind.name, name)
    for kind in (schema._schema.query_type, schema._schema.mutation_type)
    if kind is not None
    for name in kind.fields
]

# What the paging arguments of a list are called: kept, they refuse most of the lists they are given to.
_PAGING = {"first", "last", "after", "before"}

# A viewer who happened to sign out or to leave goes on.
_COME_BACK = """
UPDATE sessions SET revoked_at = NULL WHERE revoked_at IS NOT NULL;
UPDATE users SET status = 'ACTIVE', returns_as = NULL, deleted_at = NULL
WHERE username IN ('ada', 'mod') AND status = 'DELETED'
"""


@dataclass
class Target:
    """The application over a network, and a token for each viewer."""

    client: httpx.AsyncClient
    tokens: dict[str, str]
    services: Services
    fresh_limits: Empty

    async def send(self, body: str, viewer: str) -> httpx.Response:
        await self.fresh_limits()  # which have tests of their own
        async with self.services.stores.reads.pool.lent() as connection:
            await connection.execute(_COME_BACK)
        headers = {"authorization": f"Bearer {self.tokens[viewer]}"} if viewer in self.tokens else {}
        return await self.client.post("/graphql", json={"query": body}, headers=headers)


@pytest.fixture(scope="module")
async def target(served: Starlette, process: Services, empty: Empty, fresh_limits: Empty) -> AsyncIterator[Target]:
    world = await build(process.stores, 5)
    moderator = await Make(process.stores.sessions).user("mod", role=Role.MODERATOR)
    viewers = {"ordinary": world.people["ada"], "moderator": moderator}
    transport = httpx.ASGITransport(served, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://plaza.test") as client:
        _teach(world)
        yield Target(client, {name: _token(process, who) for name, who in viewers.items()}, process, fresh_limits)
    await empty()


@pytest.mark.parametrize(("root", "name"), ROOTS)
async def test_a_root_field_answers_anything_with_data_or_a_known_code(
    root: str, name: str, target: Target
) -> None:
    executed, sent = 0, 0
    for viewer in VIEWERS:
        for body in _bodies(root, name, viewer):
            response = await target.send(body, viewer)
            codes = {error["extensions"]["code"] for error in response.json().get("errors", ())}
            assert response.status_code < 500, body
            assert codes <= CODES, (body, response.json())
            sent += 1
            executed += codes.isdisjoint({"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"})
    assert sent == CASES * len(VIEWERS)
    assert executed * 2 > sent, f"{executed} of {sent} reached a resolver"


def test_the_doses_are_large_enough() -> None:
    assert 20 * len(VIEWERS) * len(ROOTS) >= 2000


def _bodies(root: str, name: str, viewer: str) -> list[str]:
    """The same ones in every run but for the ids in them: a seed is all that chooses."""
    operation = SCHEMA[root][name]
    made: list[str] = []

    @settings(
        max_examples=CASES + 2,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @seed(f"{name} {viewer}")
    @given(operation.as_strategy())
    def collect(case: Any) -> None:
        made.append(case.body)

    collect()
    chance = random.Random(f"{name} {viewer}")
    # The first ones are the smallest there are.
    return [_eased(body, chance) for body in made[2 : 2 + CASES]]


def _teach(world: World) -> None:
    """Values that mean something here, among others that mean nothing."""
    gids = [*world.names["mixture"], global_id("User", 1)]
    names = ["ada", "bob", "plaza", "https://example.org/a", PASSWORD, "person_1@example.org"]
    cursors = [cursor(kind, 2**52) for kind in ("posts", "people", "comments", "follows", "likes")]
    scalar("ID", _one_of(gids, st.text(max_size=30)))
    scalar("SafeText", _one_of(names, st.text(max_size=200)))
    scalar("Secret", _one_of(names, st.text(max_size=200)))
    scalar("String", _one_of(cursors, st.text(max_size=30)))
    scalar("DateTime", _one_of(["2027-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59"], st.text(max_size=30)))
    scalar("Int", st.one_of(st.integers(1, 100), st.integers(-(2**31), 2**31 - 1)).map(nodes.Int))


def _one_of(known: list[str], anything: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.one_of(st.sampled_from(known), st.sampled_from(known), anything).map(nodes.String)


def _eased(body: str, chance: random.Random) -> str:
    """The document with three of four paging arguments left out, so that most lists give a page."""

    class Ease(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> FieldNode:
            kept = [a for a in node.arguments or () if a.name.value not in _PAGING or chance.random() < 0.25]
            return FieldNode(
                name=node.name,
                alias=node.alias,
                arguments=tuple(kept),
                directives=node.directives,
                selection_set=node.selection_set,
            )

    return print_ast(visit(parse(body), Ease()))


def _token(services: Services, who: Person) -> str:
    return services.tokens.issue(who.id, who.session_id).token
