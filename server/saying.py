"""What is answered where there is nothing to give: to a program an error in JSON, to somebody's browser a page."""

from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from engine.codes import ErrorCode
from server.account import pages
from server.errors import INTERNAL, answer
from server.logging import NOTES, RequestNotes
from server.security import ANSWER_HEADERS, page_headers

_NOTHING: Final = "There is nothing here; GraphQL is at /graphql."


def page(title: str, said: str, status: int, *, advice: str = "", **headers: str) -> Response:
    """One sentence, and what one can do, in the style of the account's pages."""
    html = pages.page("said", title=title, said=said, advice=advice)
    return HTMLResponse(html, status, {**ANSWER_HEADERS, **page_headers(), **headers})


async def http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    is_plain = status is HTTPStatus.NOT_FOUND and error.detail == status.phrase
    said, headers = _NOTHING if is_plain else error.detail, {**(error.headers or {}), "vary": "accept"}
    if _is_browser(request):
        return page(status.phrase, said, status, **headers)
    return JSONResponse(answer(ErrorCode.BAD_REQUEST, said), status, headers)


async def bug(request: Request, error: Exception) -> Response:
    """Made outside of all middleware."""
    note: RequestNotes = request.scope[NOTES]
    request.app.state.telemetry.report(error, note)
    headers = {**ANSWER_HEADERS, "vary": "accept", "x-request-id": note.request_id}
    if _is_browser(request):
        advice = f"Whoever runs this server finds it by {note.request_id}."
        return page(HTTPStatus.INTERNAL_SERVER_ERROR.phrase, INTERNAL, 500, advice=advice, **headers)
    return JSONResponse(answer(ErrorCode.INTERNAL, INTERNAL, requestId=note.request_id), 500, headers)


def _is_browser(request: Request) -> bool:
    """Every browser names HTML when a person goes to an address; a program that does not ask for it gets JSON."""
    return "text/html" in request.headers.get("accept", "")
