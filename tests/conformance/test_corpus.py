"""Every document of the corpus, through Plaza's schema: the engine answers, and graphql-core executes nothing."""

from typing import Any

import pytest
from graphql.execution import Executor

from engine.execution import no_fallthrough
from schema.context import Services
from server.reference.documents import Document
from tests.conftest import Api
from tests.documents import DOCUMENTS
from tests.worlds import World


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
async def test_a_document_of_the_corpus_is_answered_by_the_engine(
    document: Document, process: Services, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = world.people[document.viewer] if document.viewer else None
    monkeypatch.setattr(Executor, "execute_operation", _refuse)
    with no_fallthrough():
        answer = await Api(process).raw(document.text, viewer=viewer, **world.filled(document.variables))
    assert "errors" not in answer, answer["errors"]


def _refuse(*_: Any) -> Any:
    raise AssertionError("graphql-core executes this")
