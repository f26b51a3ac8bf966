"""A response says which deprecated parts of the schema its operation touched, over HTTP as a client meets it."""

from enum import Enum
from typing import Annotated, Any

import httpx
import pytest
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route

from engine.endpoint import Endpoint
from engine.lookup import Lookup
from engine.pipeline import Schema
from engine.trusted import Trusted
from schema.context import Context, Info, Services
from schema.deprecations import Announcement, tell_deprecations
from server.graphql import PlazaHost
from server.requests import EveryRequest
from server.settings import Settings


@strawberry.enum
class Order(Enum):
    NEW = "NEW"
    OLD = strawberry.enum_value("OLD", deprecation_reason="Nobody asks. Remove after 2027-09-01; use Order.NEW.")


def _secret(info: Info) -> str:
    return str(info.context.signed_in.user_id)


@strawberry.type
class Query:
    name: str = strawberry.field(resolver=lambda: "Ada")
    title: str = strawberry.field(
        resolver=lambda: "Ms", deprecation_reason="Remove after 2027-06-01; use Query.name with its title."
    )

    secret: str = strawberry.field(resolver=_secret, deprecation_reason="Remove after 2027-06-01; use Query.name.")

    @strawberry.field
    def letters(
        self, order: Order = Order.NEW, limit: Annotated[int, strawberry.argument(deprecation_reason="Bare.")] = 1
    ) -> list[str]:
        return [order.name] * limit


ORDER_OLD = {
    "coordinate": "Order.OLD",
    "reason": "Nobody asks. Remove after 2027-09-01; use Order.NEW.",
    "removeAfter": "2027-09-01",
    "use": "Order.NEW",
}
TITLE = {
    "coordinate": "Query.title",
    "reason": "Remove after 2027-06-01; use Query.name with its title.",
    "removeAfter": "2027-06-01",
    "use": "Query.name",
}
LIMIT = {"coordinate": "Query.letters(limit:)", "reason": "Bare."}


@pytest.fixture
async def aging(services: Services, settings: Settings) -> Any:
    """The endpoint as it stands, over a schema some of which is on its way out."""
    schema = Schema[Context](query=Query, afterwards=[tell_deprecations])
    lookup = Lookup(schema.documents, Trusted(schema.documents))
    view = Endpoint(schema, PlazaHost(services, settings), lookup)
    app = EveryRequest(Starlette(routes=[Route("/graphql", view)]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://plaza.test") as client:

        async def ask(query: str, **variables: Any) -> dict[str, Any]:
            answer: dict[str, Any] = (
                await client.post("/graphql", json={"query": query, "variables": variables})
            ).json()
            return answer

        yield ask


async def test_a_response_lists_what_was_touched_by_coordinate(aging: Any) -> None:
    assert await aging("query ($o: Order!) { title letters(order: $o, limit: 2) }", o="OLD") == {
        "data": {"title": "Ms", "letters": ["OLD", "OLD"]},
        "extensions": {"deprecations": [ORDER_OLD, LIMIT, TITLE]},
    }


async def test_variables_count_by_what_they_hold_this_time(aging: Any) -> None:
    query = "query ($o: Order!) { letters(order: $o) }"
    assert (await aging(query, o="OLD"))["extensions"]["deprecations"] == [ORDER_OLD]
    assert await aging(query, o="NEW") == {"data": {"letters": ["NEW"]}}


async def test_a_response_that_touched_nothing_has_no_extensions(aging: Any) -> None:
    assert await aging("{ name letters(order: NEW) }") == {"data": {"name": "Ada", "letters": ["NEW"]}}


async def test_a_field_that_refused_was_touched_all_the_same(aging: Any) -> None:
    answer = await aging("{ secret }")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert [each["coordinate"] for each in answer["extensions"]["deprecations"]] == ["Query.secret"]


@pytest.mark.parametrize("query", ["{ title ", "{ title nothing }", "query A { title } query B { title }"])
async def test_a_document_that_was_not_executed_touched_nothing(aging: Any, query: str) -> None:
    answer = await aging(query)
    assert answer["errors"]
    assert "extensions" not in answer


@pytest.mark.parametrize(
    ("reason", "announced"),
    [
        ("Remove after 2027-06-01; use User.name.", ("2027-06-01", "User.name")),
        ("Too long. Remove after 2027-06-01; use Query.users(first:).", ("2027-06-01", "Query.users(first:)")),
        ("Why? So. Remove after 2027-06-01; use User with a name.", ("2027-06-01", "User")),
        ("Two\nlines. Remove after 2027-06-01; use @shown(to:).", ("2027-06-01", "@shown(to:)")),
        ("No longer supported", None),
        ("Remove after 2027-02-30; use User.name.", None),
        ("Remove after 2027-6-1; use User.name.", None),
        ("Remove after 2027-06-01; use .", None),
        ("Remove after 2027-06-01.", None),
        ("remove after 2027-06-01; use User.name.", None),
        ("Remove after 2027-06-01; use User.name", None),
        ("Remove after 2027-06-01; use User.name. Thanks.", None),
    ],
)
def test_a_reason_promises_a_day_and_something_to_use(reason: str, announced: tuple[str, str] | None) -> None:
    read = Announcement.read(reason)
    assert (None if read is None else (read.last_day.isoformat(), read.use)) == announced
