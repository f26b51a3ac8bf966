"""The address at which Relay's compiler registers operations while people develop; production has none."""

import hmac
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from db.stores import Stores
from engine import manifests
from engine.codes import ErrorCode
from engine.documents import sha256_of
from engine.manifests import ManifestRefused
from schema.root import schema
from server.errors import answer
from server.operation_list import trust
from server.settings import Settings

PATH: Final = "/operations/persist"
# A text of 16 KiB with every sign escaped.
_BODY_MAX: Final = 64 * 1024


def routes(stores: Stores, settings: Settings) -> list[Route]:
    """One, where an operator set a token and it is not production."""
    if settings.operations_token is None or settings.is_production:
        return []
    expected = f"Bearer {settings.operations_token.get_secret_value()}".encode()

    async def persist(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
            return _refused("The operator's token is needed.", 401)
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > _BODY_MAX:
                return _refused(f"Send at most {_BODY_MAX // 1024} KiB.", 413)
        try:
            texts = parse_qs(body.decode("ascii"), strict_parsing=True, errors="strict", max_num_fields=20)["text"]
        except (KeyError, ValueError):
            return _refused("Send a form with the operation's `text`.", 400)
        name = f"sha256:{sha256_of(texts[0])}"
        try:
            await trust(stores, manifests.checked(schema, {name: texts[0]}))
        except ManifestRefused as refusal:
            return _refused(str(refusal), 400)
        return JSONResponse({"id": name})

    return [Route(PATH, persist, methods=["POST"])]


def _refused(said: str, status: int) -> Response:
    return JSONResponse(answer(ErrorCode.BAD_REQUEST, said), status)
