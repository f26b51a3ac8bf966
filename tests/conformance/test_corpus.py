"""Every document of the corpus, through Plaza's schema: the engine answers, and graphql-core executes nothing."""

from typing import Any

import pytest
from graphql.execution import Executor

from engine.execution import no_fallthrough
from server.reference.documents import Document
from tests.conftest import Api
from tests.documents import DOCUMENTS
from tests.worlds import build


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
async def test_a_document_of_the_corpus_is_answered_by_the_engine(
    document: Document, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await build(api.services.stores, 5)
    viewer = world.people[document.viewer] if document.viewer else None
    monkeypatch.setattr(Executor, "execute_operation", _refuse)
    with no_fallthrough():
        answer = await api.raw(document.text, viewer=viewer, **world.filled(document.variables))
    assert "errors" not in answer, answer["errors"]


def _refuse(*_: Any) -> Any:
    raise AssertionError("graphql-core executes this")
