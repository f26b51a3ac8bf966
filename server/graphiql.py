"""GraphiQL: its page, what the page wants to know of this server, and its files."""

from html import escape
from pathlib import Path
from typing import Any, Final

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from server.compression import SMALLER
from server.demo import DEMO_PASSWORD, DEMO_USERNAME
from server.security import page_headers
from server.settings import Settings
from server.web import Web

EXAMPLES: Final = Path(__file__).parent.parent / "docs" / "examples.json"
_POLICY: Final = page_headers(
    {
        "font-src": "'self' data:",  # GraphiQL's style sheet carries its fonts within it
        "style-src": "'self' 'unsafe-inline'",  # its editor, Monaco, writes style elements and attributes
    }
)
_UNREADY: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="2">
<link rel="icon" href="data:,">
<title>GraphiQL is not ready</title>
<h1>GraphiQL is not ready</h1>
<p>{}</p>
<p>This page reloads itself. The API answers at <code>/graphql</code> meanwhile.</p>
</html>
"""
_IN_THE_MAKING: Final = "It is being built, which takes about a minute and happens once."


def routes(settings: Settings, web: Web) -> list[BaseRoute]:
    """What there is of GraphiQL with these settings: nothing, where it is off."""
    if not settings.has_graphiql:
        return []

    async def page(_: Request) -> Response:
        build = web.build()
        if build is None:
            said = _UNREADY.format(escape(web.trouble() or _IN_THE_MAKING))
            return HTMLResponse(said, 503, {**page_headers(), "cache-control": "no-store"})
        return FileResponse(build / "index.html", headers={**_POLICY, "cache-control": "no-cache"})

    async def facts(_: Request) -> Response:
        demo = {"username": DEMO_USERNAME, "password": DEMO_PASSWORD} if settings.demo_login else None
        examples = orjson.loads(EXAMPLES.read_bytes())
        told = {
            "docs": settings.has_docs,
            "schema": settings.tells_schema,
            "providers": settings.provider_names,
            "origin": settings.public_origin,
        }
        return JSONResponse({"demo": demo, **told, "examples": examples})

    async def assets(scope: Scope, receive: Receive, send: Send) -> None:
        build = web.build()
        if build is None:
            raise HTTPException(404)
        await _Hashed(directory=build / "assets")(scope, receive, send)

    return [
        Route("/graphiql", page),
        Route("/graphiql/page.json", facts),
        Mount("/graphiql/assets", assets, middleware=[SMALLER]),
        *([] if settings.is_production else [Route("/", _front_door)]),
    ]


class _Hashed(StaticFiles):
    """Files whose names tell their contents: a browser never has to ask for one again."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


async def _front_door(request: Request) -> Response:
    """A developer who opens the server's address in a browser is at the right place already."""
    if "text/html" not in request.headers.get("accept", ""):
        raise HTTPException(404)
    return RedirectResponse("/graphiql")
