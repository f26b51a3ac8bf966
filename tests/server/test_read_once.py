"""No text is parsed or validated twice, whichever way clients send it and however many come at once."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from graphql import DocumentNode
from graphql.language.parser import Parser
from graphql.validation import ValidationContext

from db.registrations import Registrations
from engine.documents import Documents, sha256_of
from engine.lookup import Lookup
from engine.parameters import Parameters
from engine.trusted import Trusted
from schema.context import Services
from schema.root import schema
from server.settings import Settings
from tests.server.persisted import automatic, codes, trusting
from tests.server.test_sdl import served_with

ID = "read-once"


@dataclass
class Read:
    """How often the library parsed and validated each text."""

    parsed: Counter[str] = field(default_factory=Counter)
    validated: Counter[str] = field(default_factory=Counter)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    told = Read()
    parse, begin = Parser.parse_document, ValidationContext.__init__

    def parsing(parser: Parser) -> DocumentNode:
        told.parsed[parser._lexer.source.body] += 1
        return parse(parser)

    def validating(context: ValidationContext, schema: Any, ast: DocumentNode, *more: Any, **by_name: Any) -> None:
        assert ast.loc
        told.validated[ast.loc.source.body] += 1
        begin(context, schema, ast, *more, **by_name)

    monkeypatch.setattr(Parser, "parse_document", parsing)
    monkeypatch.setattr(ValidationContext, "__init__", validating)
    return told


def text(name: str) -> str:
    return f"query ReadOnce{name} {{ serverInfo {{ limits {{ nodes }} }} }}"


async def all_at_once(plaza: httpx.AsyncClient, *bodies: dict[str, Any]) -> None:
    answers = await asyncio.gather(*(plaza.post("/graphql", json=body) for body in bodies * 5))
    assert [codes(answer) for answer in answers] == [[]] * len(answers)


async def test_a_text_is_read_once_by_every_way(settings: Settings, services: Services, read: Read) -> None:
    trusted, ad_hoc, registered, wrong = text("Trusted"), text("AdHoc"), text("Registered"), "{ readOnce }"
    await trusting(services.stores, {ID: trusted})
    async with served_with(settings) as plaza:
        by_path = [plaza.get(f"/graphql/{ID}") for _ in range(5)]
        await all_at_once(plaza, {"documentId": ID}, automatic(trusted), {"query": trusted})
        assert [answer.status_code for answer in await asyncio.gather(*by_path)] == [200] * 5
        await all_at_once(plaza, {"query": ad_hoc}, {"query": ad_hoc, "operationName": "ReadOnceAdHoc"})
        await all_at_once(plaza, automatic(ad_hoc), automatic(ad_hoc, with_text=True))
        await all_at_once(plaza, automatic(registered, with_text=True))
        await all_at_once(plaza, automatic(registered))
        for _ in range(3):
            assert codes(await plaza.post("/graphql", json={"query": wrong})) == ["GRAPHQL_VALIDATION_FAILED"]
    everything = dict.fromkeys((trusted, ad_hoc, registered, wrong), 1)
    assert read.parsed == everything
    assert read.validated == everything


async def test_a_text_that_was_registered_elsewhere_is_read_once(services: Services, read: Read) -> None:
    """By a process that has not seen it, however many ask for it before the store has answered."""
    registered, store = text("Elsewhere"), Registrations(services.stores.redis, services.buckets, "schema")
    await store.register(sha256_of(registered), registered, "ada")
    documents = Documents(schema.types)
    found_by = Lookup(documents, Trusted(documents), store)
    members = automatic(registered)
    asked_for = Parameters(extensions=members["extensions"], members=members)
    found = await asyncio.gather(*(found_by.find(asked_for, {}, is_get=False) for _ in range(5)))
    for each in found:
        documents.validate(each.document)
    assert (read.parsed[registered], read.validated[registered]) == (1, 1)
