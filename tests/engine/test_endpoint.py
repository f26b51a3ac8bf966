"""The endpoint as a library: deadlines, clients that leave, crowds and large answers, with a schema of its own."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import strawberry
from graphql import GraphQLError
from starlette.types import Message, Scope

from engine.admission import Admission
from engine.codes import ErrorCode
from engine.endpoint import Bounds, Endpoint
from engine.lookup import Lookup
from engine.pipeline import Asked, Bucket, Schema
from engine.refusals import Refusal
from engine.trusted import Trusted

GRAPHQL = {"accept": "application/graphql-response+json"}
SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/graphql",
    "query_string": b"",
    "headers": [(b"content-type", b"application/json")],
}


@dataclass
class Told:
    """What the resolvers do and wait for."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    ended: list[str] = field(default_factory=list)
    may_have_committed: bool = False
    suspicions: int = 0

    async def wait(self) -> str:
        self.begun.set()
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.ended.append("cancelled")
            raise
        self.ended.append("done")
        return "done"


Info = strawberry.Info[Told, None]


@strawberry.type
class Query:
    @strawberry.field
    async def slow(self, info: Info) -> str:
        return await info.context.wait()

    @strawberry.field
    def long(self, length: int) -> str:
        return "x" * length

    @strawberry.field
    def broken(self) -> str | None:
        raise GraphQLError("broken")


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def slow(self, info: Info, commits: bool = False) -> str:
        info.context.may_have_committed = commits
        return await info.context.wait()


SCHEMA: Schema[Told] = Schema(query=Query, mutation=Mutation)
LOOKUP = Lookup(SCHEMA.documents, Trusted(SCHEMA.documents))


class Alone:
    """A host that allows everything and shows three errors."""

    def __init__(self, told: Told) -> None:
        self.told = told

    def watch(self, _: Mapping[str, str]) -> AbstractContextManager[None]:
        return nullcontext()

    async def context(self, _: Scope, __: Mapping[str, str], ___: Asked) -> Told:
        return self.told

    def may_have_committed(self, context: Told) -> bool:
        return context.may_have_committed

    def registrant(self, _: Told) -> str:
        return "nobody"

    def bucket(self, _: Told) -> Bucket | None:
        return None

    def out_of_patience(self, _: Scope) -> Refusal | None:
        return None

    async def count_refused(self, _: Scope) -> Refusal | None:
        return None

    def is_allowed_origin(self, _: str, __: Mapping[str, str]) -> bool:
        return False

    def suspect(self) -> None:
        self.told.suspicions += 1

    def shown(self, errors: Sequence[GraphQLError]) -> list[dict[str, Any]]:
        return [dict(error.formatted) for error in errors[:3]]

    def refusal_of(self, error: Exception) -> Refusal:
        return Refusal(ErrorCode.INTERNAL, repr(error), status=500, is_of_http=True)


@pytest.fixture
def told() -> Told:
    return Told()


@asynccontextmanager
async def serving(told: Told, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    endpoint = Endpoint(SCHEMA, Alone(told), LOOKUP, **options)
    transport = httpx.ASGITransport(endpoint)
    async with httpx.AsyncClient(transport=transport, base_url="http://plaza.test") as client:
        yield client


async def ask(client: httpx.AsyncClient, query: str) -> httpx.Response:
    return await client.post("/graphql", json={"query": query}, headers=GRAPHQL)


def code(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    return str(error["extensions"]["code"])


async def test_a_query_that_takes_too_long_is_given_up(told: Told) -> None:
    async with serving(told, bounds=Bounds(query=0.05)) as client:
        response = await ask(client, "{ slow }")
    assert (response.status_code, code(response)) == (504, "TIMEOUT")
    assert told.ended == ["cancelled"]


async def test_a_mutation_that_takes_too_long_is_given_up_while_that_undoes_it(told: Told) -> None:
    async with serving(told, bounds=Bounds(mutation=0.05)) as client:
        response = await ask(client, "mutation { slow }")
    assert (response.status_code, code(response)) == (504, "TIMEOUT")
    assert response.json()["errors"][0]["message"].endswith("nothing was changed.")
    assert told.ended == ["cancelled"]


async def test_a_mutation_that_has_begun_to_commit_may_go_on_and_tells_what_it_did(told: Told) -> None:
    async with serving(told, bounds=Bounds(mutation=0.5)) as client:
        asking = asyncio.ensure_future(ask(client, "mutation { slow(commits: true) }"))
        await asyncio.sleep(0.6)
        told.go_on.set()
        response = await asking
    assert response.json() == {"data": {"slow": "done"}}
    assert told.ended == ["done"]


async def test_where_what_was_done_is_not_known_it_is_said(told: Told) -> None:
    async with serving(told, bounds=Bounds(mutation=0.05)) as client:
        response = await ask(client, "mutation { slow(commits: true) }")
    assert (response.status_code, code(response)) == (504, "TIMEOUT")
    assert "may have been done" in response.json()["errors"][0]["message"]


async def leave(told: Told, query: str) -> list[Message]:
    """Asks, waits until it has begun and goes away; what was sent all the same."""
    gone = asyncio.Event()
    told_body = False
    sent: list[Message] = []

    async def receive() -> Message:
        nonlocal told_body
        if not told_body:
            told_body = True
            return {"type": "http.request", "body": b'{"query":"%s"}' % query.encode()}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asking = asyncio.ensure_future(Endpoint(SCHEMA, Alone(told), LOOKUP)(SCOPE, receive, send))
    await told.begun.wait()
    gone.set()
    await asyncio.wait([asking], timeout=0.5)
    told.go_on.set()
    await asking
    return sent


async def test_a_client_that_goes_away_ends_its_query(told: Told) -> None:
    assert (await leave(told, "{ slow }"))[0]["status"] == 499
    assert told.ended == ["cancelled"]


async def test_a_client_that_goes_away_does_not_end_its_mutation(told: Told) -> None:
    assert (await leave(told, "mutation { slow }"))[0]["status"] == 200
    assert told.ended == ["done"]


async def test_a_crowd_finds_so_many_places_a_short_queue_and_then_a_clear_no(told: Told) -> None:
    admission = Admission(running=2, waiting=3, patience=30)
    async with serving(told, admission=admission) as client:
        asking = [asyncio.ensure_future(ask(client, "{ slow }")) for _ in range(9)]
        refused, waiting = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        while len(refused) < 4:
            more, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            refused |= more
        for response in (each.result() for each in refused):
            assert (response.status_code, response.headers["retry-after"]) == (503, "1")
            assert code(response) == "UNAVAILABLE"
        assert admission.queued == 3
        told.go_on.set()
        served = await asyncio.gather(*waiting)
    assert [response.json() for response in served] == [{"data": {"slow": "done"}}] * 5
    assert admission.queued == 0


async def test_a_queue_that_does_not_move_is_left(told: Told) -> None:
    async with serving(told, admission=Admission(running=1, patience=0.05)) as client:
        first = asyncio.ensure_future(ask(client, "{ slow }"))
        await told.begun.wait()
        assert (await ask(client, "{ slow }")).status_code == 503
        told.go_on.set()
        assert (await first).status_code == 200
        assert (await ask(client, "{ slow }")).status_code == 200


async def test_an_answer_has_a_largest_size(told: Told) -> None:
    async with serving(told) as client:
        fits = await ask(client, "{ long(length: 2097000) }")
        too_large = await ask(client, "{ long(length: 2097152) }")
    assert (fits.status_code, len(fits.content)) == (200, 2_097_020)
    assert (too_large.status_code, code(too_large)) == (400, "RESPONSE_TOO_LARGE")
    assert "data" not in too_large.json()


async def test_it_is_said_how_many_errors_were_left_out(told: Told) -> None:
    async with serving(told) as client:
        fields = " ".join(f"a{number}: broken" for number in range(5))
        answer = (await ask(client, f"{{ {fields} }}")).json()
    assert len(answer["errors"]) == 3
    assert answer["extensions"] == {"errorsLeftOut": 2}


async def test_a_body_that_does_not_come_is_not_waited_for(told: Told) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'{"query":'
        await told.go_on.wait()

    sent: list[Message] = []
    parts = body()

    async def receive() -> Message:
        return {"type": "http.request", "body": await anext(parts), "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    await Endpoint(SCHEMA, Alone(told), LOOKUP, bounds=Bounds(body=0.05))(SCOPE, receive, send)
    assert sent[0]["status"] == 408


async def test_half_a_body_of_a_client_that_left_is_not_executed(told: Told) -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b'{"query":"mutation { slow }"}', "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await Endpoint(SCHEMA, Alone(told), LOOKUP)(SCOPE, receive, send)
    assert sent[0]["status"] == 499
    assert not told.begun.is_set()


async def test_whoever_serves_hears_of_what_another_site_may_have_sent(told: Told) -> None:
    async with serving(told) as client:
        assert ((await ask(client, "{ __typename }")).status_code, told.suspicions) == (200, 0)
        form = await client.post("/graphql", headers={"origin": "https://evil.example"})
    assert (form.status_code, told.suspicions) == (403, 1)
