"""GraphQL over HTTP: one ASGI application from a request's first byte to its answer's last.

Statuses follow the draft specification as the public audit of npm's `graphql-http` reads it: an answer in
`application/graphql-response+json` carries the status of what went wrong before execution; one in
`application/json` is a 200 unless the request was no GraphQL request.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from graphql import GraphQLError, OperationType
from starlette.types import Receive, Scope, Send

from engine import caching, csrf, metering, negotiation, parameters, replies
from engine.admission import Admission
from engine.codes import ErrorCode
from engine.deadlines import Deadline, Lookout, gone_away, stopped
from engine.headers import headers_of
from engine.host import Host
from engine.lookup import Found, Lookup
from engine.parameters import Parameters
from engine.pipeline import Answer, Asked, Schema
from engine.refusals import Refusal, bad_http, bad_request
from engine.replies import Reply

C = TypeVar("C")

BODY_MAX: Final = 128 * 1024
URL_MAX: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds for the body to arrive, and to answer it; bytes of the answer."""

    body: float = 10.0
    query: float = 5.0
    mutation: float = 8.0
    response: int = 2 * 1024 * 1024


BOUNDS: Final = Bounds()


class Endpoint(Generic[C]):
    """At a path of its own, and where that has a parameter `id`, for the operation of that id."""

    def __init__(
        self,
        schema: Schema[C],
        host: Host[C],
        lookup: Lookup,
        *,
        admission: Admission | None = None,
        bounds: Bounds = BOUNDS,
    ) -> None:
        self._schema = schema
        self._host = host
        self._lookup = lookup
        self._admission = admission or Admission()
        self._bounds = bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        request_headers = headers_of(scope)
        with self._host.watch(request_headers):
            reply = await self._reply(scope, request_headers, receive)
        headers = [(name.encode(), value.encode("latin-1")) for name, value in reply.headers.items()]
        if reply.status != 304:
            headers.append((b"content-length", b"%d" % len(reply.body)))
        body = b"" if scope["method"] == "HEAD" else reply.body
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _reply(self, scope: Scope, headers: Mapping[str, str], receive: Receive) -> Reply:
        media_type = negotiation.JSON
        try:
            try:
                media_type = negotiation.answer_type(headers.get("accept"))
                self._check_site(headers)
                found, asked = await self._price(scope, headers, await self._read(scope, headers, receive))
            except GraphQLError:
                await self._count_refused(scope)
                raise
            answer = await self._answer(scope, headers, found, asked, receive)
            return self._written(answer, media_type, headers)
        except GraphQLError as error:
            return self._refused(error, media_type)
        except Exception as error:
            return self._refused(self._host.refusal_of(error), media_type)

    async def _count_refused(self, scope: Scope) -> None:
        """What is refused before it has a price is counted afterwards: good requests need no call for it."""
        self._check_patience(scope)
        if refusal := await self._host.count_refused(scope):
            raise refusal from None

    def _check_site(self, headers: Mapping[str, str]) -> None:
        try:
            csrf.check(headers, lambda origin: self._host.is_allowed_origin(origin, headers))
        except GraphQLError:
            self._host.suspect()
            raise

    def _check_patience(self, scope: Scope) -> None:
        if refusal := self._host.out_of_patience(scope):
            raise refusal from None

    async def _read(self, scope: Scope, headers: Mapping[str, str], receive: Receive) -> Parameters:
        if len(scope["query_string"]) > URL_MAX:
            raise bad_http(f"The address has at most {URL_MAX // 1024} KiB.", 414)
        if _is_get(scope):
            return parameters.of_query_string(scope["query_string"])
        if scope["method"] != "POST":
            raise bad_http("POST an operation, or GET a query.", 405, {"allow": "GET, HEAD, POST"})
        negotiation.check_body_type(headers.get("content-type"), headers.get("content-encoding"))
        with Deadline(self._bounds.body, self._body_late):
            body = await _body(headers, receive)
        return parameters.of_body(body)

    def _body_late(self) -> Refusal:
        return bad_http(f"The body took longer than {self._bounds.body:g} s.", 408)

    async def _price(self, scope: Scope, headers: Mapping[str, str], asked_for: Parameters) -> tuple[Found, Asked]:
        is_get = _is_get(scope)
        found = await self._lookup.find(
            asked_for,
            headers,
            is_get=is_get,
            in_path=scope.get("path_params", {}).get("id"),
            before_reading=lambda: self._check_patience(scope),
        )
        asked = self._schema.ask(
            found.document,
            asked_for.operation_name,
            asked_for.variables,
            is_dry_run=headers.get(metering.HEADER) == metering.VALIDATE,
        )
        if asked.operation.kind is OperationType.SUBSCRIPTION:
            raise bad_request("Subscriptions are not answered here.")
        if asked.operation.kind is not OperationType.QUERY and is_get:
            raise bad_http("A GET only reads; POST a mutation.", 405, {"allow": "POST"})
        return found, asked

    async def _answer(
        self, scope: Scope, headers: Mapping[str, str], found: Found, asked: Asked, receive: Receive
    ) -> Answer:
        await self._admission.enter()
        try:
            context = await self._host.context(scope, headers, asked)
            answer = await self._in_time(asked, context, receive)
        finally:
            self._admission.leave()
        if found.registers and answer.executed:
            await self._lookup.register(found.document, self._host.registrant(context))
        bucket = self._host.bucket(context)
        if headers.get(metering.HEADER) in (metering.REPORT, metering.VALIDATE):
            answer.extensions["cost"] = metering.report(asked, bucket, answer.cost)
        elif _is_get(scope) and found.is_by_id and answer.executed and not answer.errors:
            is_anonymous = "authorization" not in headers
            answer.headers |= caching.headers(self._schema.types, asked.operation, is_anonymous=is_anonymous)
        if not caching.is_shared(answer.headers):
            # What one client has left is nobody else's business.
            answer.headers |= metering.headers(bucket)
        return answer

    async def _in_time(self, asked: Asked, context: C, receive: Receive) -> Answer:
        """Within its deadline; a query whose client goes away ends with it, a mutation is seen through."""
        try:
            if asked.is_dry_run:
                errors = await self._schema.check(asked, context)
                return Answer(errors=errors, executed=not errors)
            if asked.operation.kind is not OperationType.QUERY:
                return await self._seen_through(asked, context)
            with Lookout(self._bounds.query, self._query_late, receive):
                return await self._schema.answer(asked, context)
        except Refusal as refusal:
            refusal.headers = {**metering.headers(self._host.bucket(context)), **refusal.headers}
            raise

    def _query_late(self) -> Refusal:
        return _too_slow(f"It took longer than {self._bounds.query:g} s and was given up.")

    async def _seen_through(self, asked: Asked, context: C) -> Answer:
        """Given up in time only while that undoes it; after that it has as long again to tell what it did."""
        answering = asyncio.ensure_future(self._schema.answer(asked, context))
        seconds = self._bounds.mutation
        done, _ = await asyncio.wait([answering], timeout=seconds)
        if not done and self._host.may_have_committed(context):
            done, _ = await asyncio.wait([answering], timeout=seconds)
        if not done:
            await stopped(answering)
        if not answering.cancelled():
            return answering.result()
        if self._host.may_have_committed(context):
            raise _too_slow("It took too long to answer, and may have been done; look before you try again.")
        raise _too_slow(f"It took longer than {seconds:g} s and was given up; nothing was changed.")

    def _refused(self, error: GraphQLError, media_type: str) -> Reply:
        status = error.status if isinstance(error, Refusal) else 400
        is_of_http = isinstance(error, Refusal) and error.is_of_http
        headers = dict(error.headers) if isinstance(error, Refusal) else {}
        shown = self._host.shown([error])
        return Reply(
            status if is_of_http or media_type == negotiation.GRAPHQL else 200,
            replies.json({"errors": shown}),
            replies.headers(media_type, {**replies.retry_after(shown), **headers}),
        )

    def _written(self, answer: Answer, media_type: str, asked_with: Mapping[str, str]) -> Reply:
        shown: dict[str, Any] = {"data": answer.data} if answer.executed else {}
        extensions, more = answer.extensions, answer.headers
        if answer.errors:
            shown["errors"] = self._host.shown(answer.errors)
            more = {**replies.retry_after(shown["errors"]), **more}
            if left_out := len(answer.errors) - len(shown["errors"]):
                extensions = {**extensions, "errorsLeftOut": left_out}
        if extensions:
            shown["extensions"] = extensions
        is_fine = answer.executed or media_type == negotiation.JSON
        body, sent = replies.json(shown), replies.headers(media_type, more)
        if len(body) > self._bounds.response:
            raise Refusal(
                ErrorCode.RESPONSE_TOO_LARGE,
                f"The answer has more than {self._bounds.response:,} bytes; ask for less. What it changed stands.",
                headers=answer.headers,
            )
        if sent["cache-control"] != replies.NO_STORE:
            sent["etag"] = tag = caching.tag(body, media_type)
            if caching.is_known(tag, asked_with.get("if-none-match")):
                return Reply(304, b"", sent)
        return Reply(200 if is_fine else 400, body, sent)


def _is_get(scope: Scope) -> bool:
    """HEAD is a GET whose answer has no body."""
    return scope["method"] in ("GET", "HEAD")


async def _body(headers: Mapping[str, str], receive: Receive) -> bytes:
    announced = headers.get("content-length", "0")
    if announced.isdigit() and int(announced[:12]) > BODY_MAX:
        raise _too_big()
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise gone_away()
        body += message.get("body", b"")
        if len(body) > BODY_MAX:
            raise _too_big()
        if not message.get("more_body", False):
            return bytes(body)


def _too_big() -> Refusal:
    return bad_http(f"Send at most {BODY_MAX // 1024} KiB.", 413)


def _too_slow(message: str) -> Refusal:
    return Refusal(ErrorCode.TIMEOUT, message, status=504, is_of_http=True)
