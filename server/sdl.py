"""`/schema.graphql`: the schema in its own language, for whoever generates code from it."""

import hashlib
from functools import cache
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from schema.errors import introspection_disabled
from schema.root import sdl
from server.validators import is_fresh

# To be kept, and asked about each time: a pipeline that starts after a release must not see the schema before it.
_CACHING: Final = "public, no-cache"


async def schema_file(request: Request) -> Response:
    """The SDL with its ETag, or 304 to whoever has it; 403 where the schema is not told."""
    if not request.app.state.services.tells_schema:
        return JSONResponse({"errors": [introspection_disabled().formatted]}, 403)
    text, etag = _document()
    headers = {"etag": etag, "cache-control": _CACHING}
    if is_fresh(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(text, media_type="application/graphql; charset=utf-8", headers=headers)


@cache
def _document() -> tuple[bytes, str]:
    text = sdl().encode()
    return text, f'"{hashlib.sha256(text).hexdigest()}"'
