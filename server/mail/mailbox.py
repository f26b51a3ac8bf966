"""`/mailbox`: in development letters are kept and shown, not sent."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any, Final

from redis.exceptions import RedisError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from db import mailbox
from db.stores import Stores
from domain.letters import Letter
from server.account.pages import page
from server.mail.writing import Desk
from server.security import page_headers
from server.settings import Settings

_LIST: Final = page_headers()
_LETTER: Final = page_headers({"style-src": "'unsafe-inline'"})  # as letters must have it, for mail programs


@dataclass(frozen=True, slots=True)
class MailboxPost:
    stores: Stores
    desk: Desk

    async def send(self, letter: Letter) -> None:
        await mailbox.keep(self.stores.redis, _shown(self.desk.write(letter)))


def mailbox_routes(settings: Settings) -> list[Route]:
    """The pages, where letters are kept."""
    return [Route("/mailbox", _list), Route("/mailbox/{id}", _letter)] if settings.has_mailbox else []


async def _list(request: Request) -> Response:
    letters = await _kept(request)
    return HTMLResponse(page("mailbox", letters=letters), headers=_LIST)


async def _letter(request: Request) -> Response:
    for letter in await _kept(request):
        if letter["id"] == request.path_params["id"]:
            return HTMLResponse(letter["html"], headers=_LETTER)
    raise HTTPException(404, "This letter is not kept any more.")


async def _kept(request: Request) -> list[dict[str, Any]]:
    stores: Stores = request.app.state.services.stores
    try:
        return await mailbox.kept(stores.redis)
    except (RedisError, OSError):
        raise HTTPException(503, "Redis, which keeps the letters, does not answer. Try again.") from None


def _shown(message: EmailMessage) -> dict[str, Any]:
    text, html = message.iter_parts()
    assert isinstance(text, EmailMessage)
    assert isinstance(html, EmailMessage)
    return {
        "id": secrets.token_hex(8),
        "at": datetime.now(UTC).isoformat(" ", "seconds"),
        "to": message["To"],
        "subject": message["Subject"],
        "text": text.get_content(),
        "html": html.get_content(),
    }
