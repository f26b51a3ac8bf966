"""The gate that charges operations, on the real buckets."""

import pytest

from db.buckets import Limit
from domain.audit import Origin
from engine.pipeline import Answer
from engine.refusals import Refusal
from resolvers.charging import ADDRESS, Charging
from schema.context import Context, Services
from schema.root import schema


@pytest.mark.parametrize("is_dry_run", [False, True])
async def test_a_request_too_many_is_refused_executed_or_not(services: Services, is_dry_run: bool) -> None:
    charging = Charging({}, requests=Limit(2, 3600))
    document = schema.documents.read("{ __typename }")
    asked = schema.ask(document, None, {}, is_dry_run=is_dry_run)
    for _ in range(2):
        await charging.charge(asked, Context(services, None, Origin("request", "192.0.2.7", "tests")))
    with pytest.raises(Refusal) as refused:
        await charging.charge(asked, Context(services, None, Origin("request", "192.0.2.7", "tests")))
    assert refused.value.code == "RATE_LIMITED"


@pytest.mark.parametrize("difference", [-1, 100])
async def test_what_it_cost_less_or_more_is_settled_with_the_next(
    services: Services, no_time_passes: None, difference: int
) -> None:
    charging = Charging({})
    asked = schema.ask(schema.documents.read("{ publicFeed(first: 3) { totalCount } }"), None, {})
    left = []
    for _ in range(2):
        context = Context(services, None, Origin("request", "192.0.2.8", "tests"))
        await charging.charge(asked, context)
        assert context.points
        left.append(context.points.standing.remaining)
        charging.settle(schema.types, asked, Answer(cost=asked.amount.cost + difference), context)
    assert left[0] == ADDRESS.count - asked.amount.cost
    assert left[1] == left[0] - asked.amount.cost - difference
