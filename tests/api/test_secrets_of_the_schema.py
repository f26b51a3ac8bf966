"""No secret that any mutation takes or gives is written down: the schema says which there are, examples send them.

A mutation with a secret and without an example fails here, and so does a secret that is text to the schema.
"""

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any, Final

import asyncpg
import httpx
import pytest
from graphql import (
    FieldNode,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
)

from schema.context import Services
from schema.root import schema
from server.reference.documents import Document
from tests.api.accounts import post
from tests.api.test_secrets import written
from tests.documents import DOCUMENTS
from tests.worlds import World, build

__all__ = ["written"]

SDL: Final = schema._schema
assert SDL.mutation_type is not None
MUTATIONS: Final = SDL.mutation_type.fields
CANARY: Final = "canary-battery-of-the-schema"
SOUNDS_SECRET: Final = re.compile(
    r"(password|token|secret|codes?|verifier|passkey|challenge|ticket)$", re.IGNORECASE
)
GIVEN: Final = {
    *("accessToken", "refreshToken", "recoveryCodes", "token", "challenge", "ticket", "secret"),
    *("options", "uri"),  # with a challenge or a secret in them
}
_RUN: Final = re.compile(r"[A-Za-z0-9_-]{16,}")
_LEAST: Final = 8  # what is shorter is like too much else, codes of six digits above all
_WORDS: Final = {"authenticatorAttachment", "authenticatorData", "clientExtensionResults"}


def fields_of(kind: type[GraphQLInputObjectType | GraphQLObjectType]) -> Iterator[tuple[str, str, str]]:
    """Of all types of that kind: the type's name, the field's, and that of what it holds."""
    for name, each in SDL.type_map.items():
        if isinstance(each, kind) and not name.startswith("__"):
            yield from ((name, field, get_named_type(of.type).name) for field, of in each.fields.items())


def taken(mutation: str) -> list[str]:
    """The secrets in its input."""
    kinds = [get_named_type(argument.type) for argument in MUTATIONS[mutation].args.values()]
    inputs = [kind for kind in kinds if isinstance(kind, GraphQLInputObjectType)]
    fields = [(name, get_named_type(of.type).name) for kind in inputs for name, of in kind.fields.items()]
    return [name for name, kind in fields if kind == "Secret"]


def gives(mutation: str) -> bool:
    """Whether its answer has one, in itself or in a session."""
    result = get_named_type(MUTATIONS[mutation].type)
    assert isinstance(result, GraphQLUnionType)
    fields = [field for kind in result.types for field in kind.fields.items()]
    return any(name in GIVEN or get_named_type(of.type).name == "SessionTokens" for name, of in fields)


EXAMPLES: Final = {
    next(
        each.name.value for each in document.operation.selection_set.selections if isinstance(each, FieldNode)
    ): document
    for document in DOCUMENTS
    if document.is_mutation and document.name.startswith("examples/")
}
TAKING: Final = sorted(name for name in MUTATIONS if taken(name))
GIVING: Final = sorted(name for name in MUTATIONS if gives(name))


def test_whatever_sounds_like_a_secret_is_one() -> None:
    """ADR 11: a secret is not text."""
    texts = [
        f"{name}.{field}"
        for name, field, kind in fields_of(GraphQLInputObjectType)
        if SOUNDS_SECRET.search(field) and kind not in ("Secret", "ID")
    ]
    assert texts == []


def test_whatever_is_given_and_sounds_like_a_secret_is_looked_for() -> None:
    given = {
        field
        for _, field, kind in fields_of(GraphQLObjectType)
        if SOUNDS_SECRET.search(field) and kind in ("String", "SafeText")
    }
    assert given - GIVEN == set()


@pytest.mark.parametrize("mutation", sorted({*TAKING, *GIVING}))
async def test_what_is_taken_and_given_is_not_told(
    mutation: str, client: httpx.AsyncClient, services: Services, owner: asyncpg.Connection, written: StringIO
) -> None:
    document = EXAMPLES[mutation]
    world = await build(services.stores, 5)
    given = world.filled(document.variables)
    answer = await ask(client, services, world, document, given)
    assert answer["data"][mutation]["__typename"].endswith("Payload")
    secrets = [given["input"].get(field) or "" for field in taken(mutation)] + list(given_in(answer))
    looked_for = {part for secret in secrets for part in parts(secret)}
    assert [part for part in looked_for if part in written.getvalue()] == []
    assert await kept(owner, looked_for) == []


@pytest.mark.parametrize("mutation", TAKING)
async def test_what_is_wrong_is_not_told_either(
    mutation: str, client: httpx.AsyncClient, services: Services, owner: asyncpg.Connection, written: StringIO
) -> None:
    document = EXAMPLES[mutation]
    world = await build(services.stores, 5)
    given = world.filled(document.variables)
    for field in taken(mutation):
        await ask(client, services, world, document, {"input": {**given.get("input", {}), field: CANARY}})
    log = written.getvalue()
    assert log.count('"event":"request"') == len(taken(mutation))
    assert CANARY not in log
    assert await kept(owner, {CANARY}) == []


async def ask(
    client: httpx.AsyncClient, services: Services, world: World, document: Document, variables: dict[str, Any]
) -> Any:
    token = None
    if document.viewer is not None:
        person = world.people[document.viewer]
        token = services.tokens.issue(person.id, person.session_id).token
    return await post(client, document.text, token, **variables)


def given_in(answer: Any, name: str = "") -> Iterator[str]:
    if isinstance(answer, dict):
        for key, value in answer.items():
            yield from given_in(value, key)
    elif isinstance(answer, list):
        for value in answer:
            yield from given_in(value, name)
    elif isinstance(answer, str) and name in GIVEN:
        yield answer


def parts(secret: str) -> set[str]:
    """What tells a secret wherever it stands, be it quoted; JSON is known by the long words in it."""
    if runs := set(_RUN.findall(secret)) - _WORDS:
        return runs
    return {secret} if len(secret) >= _LEAST else set()


async def kept(owner: asyncpg.Connection, secrets: set[str]) -> list[tuple[str, str]]:
    """Which of them stand in which table, that of the jobs too."""
    tables = await owner.fetch(
        "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('public', 'queue')"
    )
    found = []
    for (table,) in tables:
        text = await owner.fetchval(f"SELECT string_agg(kept::text, ' ') FROM {table} AS kept") or ""
        # Bytes, as of a job's payload, are shown in hexadecimal digits.
        found += [(table, each) for each in secrets if each in text or each.encode().hex() in text]
    return found
