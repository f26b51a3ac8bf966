"""The address at which an archive is downloaded, by a secret in the body of a form: no log has bodies."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from db import exports as statements
from db.buckets import Charge, Limit
from db.models import Export
from db.transaction import Sessions, write
from domain import exports
from engine.codes import ErrorCode
from resolvers import excess
from resolvers.limits import client_network
from schema.context import Services
from server import forms
from server.errors import answer
from server.origins import origin_of

_TRIES: Final = Limit.parse("30/5m")
_BODY_MAX: Final = 1024


def routes(services: Services) -> list[Route]:
    async def download(request: Request) -> Response:
        origin = origin_of(request.scope, request.headers)
        charges = [Charge(f"exports:ip:{client_network(origin.ip)}", _TRIES, is_kept=True)]
        verdict = await services.buckets.take(charges)
        if not verdict.allowed:
            await excess.note(services, verdict, origin=origin)
            return _refused(ErrorCode.RATE_LIMITED, 429, {"retry-after": str(verdict.retry_after)})
        form = await forms.fields(request, most=_BODY_MAX) or {}
        secret = form.get("secret")
        if secret is None:
            return _refused(ErrorCode.BAD_REQUEST, 400)
        async with write(services.stores.sessions) as session:
            taken = await exports.take(session, secret, origin=origin)
        if taken is None:
            return _refused(ErrorCode.FORBIDDEN, 403)
        export, username = taken
        return _archive(services.stores.sessions, export, username)

    return [Route(exports.PATH, download, methods=["POST"])]


def _archive(sessions: Sessions, export: Export, username: str) -> Response:
    name = f"plaza-{username}-{datetime.now(UTC):%Y-%m-%d}.zip"
    headers = {"content-disposition": f'attachment; filename="{name}"', "content-length": str(export.size)}
    return StreamingResponse(_pieces(sessions, export.id), headers=headers, media_type="application/zip")


async def _pieces(sessions: Sessions, export_id: int) -> AsyncIterator[bytes]:
    # Each in a transaction of its own: a slow client keeps none open.
    number = 0
    while (piece := await _piece(sessions, export_id, number)) is not None:
        yield piece
        number += 1


async def _piece(sessions: Sessions, export_id: int, number: int) -> bytes | None:
    async with write(sessions) as session:
        return await statements.part(session, export_id, number)


_SAID: Final = {
    ErrorCode.RATE_LIMITED: "Too many of these. Try again later.",
    ErrorCode.BAD_REQUEST: "Post a form with the `secret` that `openExport` gave.",
    ErrorCode.FORBIDDEN: "This secret opens nothing, or no longer: ask `openExport` for another one.",
}


def _refused(code: ErrorCode, status: int, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(answer(code, _SAID[code]), status, headers)
