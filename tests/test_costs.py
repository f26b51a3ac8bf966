"""The price of every document of the corpus, and what it did cost.

`tests/corpus/costs.json` holds the prices. Run with `PLAZA_SNAPSHOT=write` to write them anew, and look at the
difference: clients pay it.
"""

import json
from typing import Any

from engine.pipeline import MOST_COST
from schema.root import schema
from server.reference.documents import Document
from tests.conftest import Api
from tests.documents import CORPUS, DOCUMENTS
from tests.snapshots import WRITES
from tests.worlds import build

SNAPSHOT = CORPUS / "costs.json"


def price(document: Document, variables: dict[str, Any]) -> int:
    return schema.ask(schema.documents.read(document.text), None, variables).amount.cost


def test_the_prices_are_those_that_are_written_down() -> None:
    prices = {document.name: price(document, document.variables) for document in DOCUMENTS}
    if WRITES:
        SNAPSHOT.write_text(json.dumps(prices, indent=2) + "\n")
    assert prices == json.loads(SNAPSHOT.read_text())
    assert max(prices.values()) <= MOST_COST


async def test_nothing_costs_more_than_its_price(api: Api) -> None:
    world = await build(api.services.stores, 5)
    told = {}
    for document in (each for each in DOCUMENTS if not each.is_mutation):
        variables = world.filled(document.variables)
        viewer = world.people[document.viewer] if document.viewer else None
        data = (await api.raw(document.text, viewer=viewer, **variables))["data"]
        operation = schema.documents.read(document.text).operation(None)
        told[document.name] = (operation.weights.of(data), operation.cost(variables).cost)
    assert {name: both for name, both in told.items() if both[0] > both[1]} == {}
    assert sum(actual for actual, _ in told.values()) > len(told)
