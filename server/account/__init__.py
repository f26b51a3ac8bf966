"""`/account`: the pages that links in letters lead to where a front end has none of its own."""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from server.account.pages import page
from server.security import page_headers

_HERE: Final = Path(__file__).parent
_HEADERS: Final = {**page_headers(), "cache-control": "no-cache"}


def routes() -> list[BaseRoute]:
    """The token stands in the address's fragment, which no browser sends: the pages hand it to the API."""
    return [
        Route("/account/verify", _verify),
        Route("/account/reset", _reset),
        Mount("/account/assets", StaticFiles(directory=_HERE / "assets")),
    ]


async def _verify(_: Request) -> Response:
    return HTMLResponse(page("verify"), headers=_HEADERS)


async def _reset(_: Request) -> Response:
    return HTMLResponse(page("reset"), headers=_HEADERS)
