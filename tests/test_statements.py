"""The cost of every document of the corpus: how many SQL statements it sends, whatever the size of its pages.

`tests/corpus/statements.json` holds the figures. Run with `PLAZA_SNAPSHOT=write` to write them anew, and look
at the difference: each statement more is a round trip more.
"""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from graphql import (
    FieldNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    validate,
    visit,
)

from schema.context import Services
from schema.root import schema
from server.reference.documents import Document
from tests.conftest import Api
from tests.documents import CORPUS, DOCUMENTS
from tests.metering import InStep, Meter
from tests.servers import Addresses
from tests.snapshots import WRITES
from tests.worlds import World, Worlds

SNAPSHOT = CORPUS / "statements.json"
# Lists within lists, of which a hundred each would cost more than one operation may.
BOUNDED = {"home_feed_with_threads": 50, "thread": 10}


@pytest.fixture(scope="module")
async def meter(addresses: Addresses, database: str) -> AsyncIterator[Meter]:
    connection = await asyncpg.connect(addresses.superuser.format(database="postgres"))
    yield Meter(connection, database)
    await connection.close()


@pytest.fixture(scope="module")
def in_step(process: Services) -> Api:
    reads: Any = InStep(process.stores.reads)
    return Api(replace(process, stores=replace(process.stores, reads=reads)))


@pytest.fixture(scope="module")
def snapshot() -> Iterator[dict[str, int]]:
    figures: dict[str, int] = json.loads(SNAPSHOT.read_text()) if SNAPSHOT.exists() else {}
    yield figures
    if WRITES:
        kept = {document.name: figures[document.name] for document in DOCUMENTS if document.name in figures}
        SNAPSHOT.write_text(json.dumps(kept, indent=2) + "\n")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_document_of_the_corpus_is_valid(document: Document) -> None:
    assert validate(schema._schema, document.parsed) == []


def test_the_corpus_is_large_enough() -> None:
    assert len(DOCUMENTS) >= 25


def test_every_field_of_the_schema_is_in_some_document() -> None:
    seen: set[str] = set()
    for document in DOCUMENTS:
        seen |= _fields(document)
    assert sorted(set(_every_field()) - seen) == [], "a field without a document in tests/corpus/"


def test_every_document_has_its_figure_and_every_figure_its_document() -> None:
    if not WRITES:
        assert list(json.loads(SNAPSHOT.read_text())) == [document.name for document in DOCUMENTS]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
@pytest.mark.parametrize("size", [5, 100])
async def test_a_document_costs_its_figure_whatever_the_size_of_its_pages(
    size: int, document: Document, worlds: Worlds, in_step: Api, meter: Meter, snapshot: dict[str, int]
) -> None:
    world = await worlds.get(size)
    await _warm(in_step.services)
    await meter.start()
    answer = await _run(document, in_step, world)
    ran = await meter.read()
    if document.is_mutation:
        await worlds.restore()
    if "edges {" in document.text or document.name == "nodes":
        assert (_longest(answer) >= BOUNDED.get(document.name, 100)) == (size == 100)
    figure = sum(each.calls for each in ran)
    if WRITES and size == 5:
        snapshot[document.name] = figure
    assert figure == snapshot.get(document.name), "\n".join(f"{each.calls} {each.query}" for each in ran)


async def _run(document: Document, api: Api, world: World) -> dict[str, Any]:
    viewer = world.people[document.viewer] if document.viewer else None
    variables = world.filled(document.variables)
    if "first" in document.parameters:
        variables["first"] = 100
    answer = await api.raw(document.text, viewer=viewer, **variables)
    assert "errors" not in answer, answer["errors"]
    if document.is_mutation:
        assert {value["__typename"][-7:] for value in answer["data"].values()} == {"Payload"}, answer
    return answer


async def _warm(services: Services) -> None:
    # What SQLAlchemy asks of a connection when it opens is not the document's doing either.
    async with services.stores.sessions() as session:
        await session.connection()


def _longest(answer: Any) -> int:
    if isinstance(answer, dict):
        return max((_longest(value) for value in answer.values()), default=0)
    if isinstance(answer, list):
        return max(len(answer), *(_longest(value) for value in answer), 0)
    return 0


def _every_field() -> Iterator[str]:
    for name, kind in schema._schema.type_map.items():
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__"):
            yield from (f"{name}.{field}" for field in kind.fields)


def _fields(document: Document) -> set[str]:
    info = TypeInfo(schema._schema)
    seen: set[str] = set()

    class Fields(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            parent = info.get_parent_type()
            if isinstance(parent, GraphQLInterfaceType):
                possible = schema._schema.get_possible_types(parent)
                seen.update(f"{kind.name}.{node.name.value}" for kind in possible)
            elif parent is not None:
                seen.add(f"{parent.name}.{node.name.value}")

    visit(document.parsed, TypeInfoVisitor(info, Fields()))
    return seen
