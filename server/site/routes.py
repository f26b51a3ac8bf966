"""`/docs`: the documentation, from memory."""

import asyncio
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.compression import SMALLER
from server.security import page_headers
from server.settings import Settings
from server.validators import is_fresh

if TYPE_CHECKING:
    from server.site.build import Site


def docs_routes(settings: Settings) -> list[Route]:
    """The pages, where there are any; they lead to nothing that this server does not give."""
    if not settings.has_docs:
        return []
    others = {"/graphiql": settings.has_graphiql, "/schema.graphql": settings.tells_schema}
    elsewhere = frozenset(path for path, is_there in others.items() if is_there)

    async def answer(request: Request) -> Response:
        return _answer(request, await asyncio.to_thread(_site, elsewhere))

    return [Route(path, answer, middleware=[SMALLER]) for path in ("/docs", "/docs/{path:path}")]


def _answer(request: Request, site: "Site") -> Response:
    content = site.contents.get(request.url.path.rstrip("/"))
    headers = page_headers()
    if content is None:
        return Response(site.missing.body, 404, headers, site.missing.media_type)
    # To be kept, and asked about each time: a release must not show the pages before it.
    headers |= {"etag": content.etag, "cache-control": "public, no-cache"}
    if is_fresh(request, content.etag):
        return Response(None, 304, headers)
    return Response(content.body, 200, headers, content.media_type)


def _site(elsewhere: frozenset[str]) -> "Site":
    # Imported with the first request: serving is not to wait for what renders pages.
    from server.site.build import built

    return built(elsewhere)
