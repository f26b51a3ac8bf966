"""What a browser is shown or told on its way, where it cannot be sent back to a front end."""

from html import escape
from typing import Final

from starlette.responses import HTMLResponse, RedirectResponse, Response

from server.security import page_headers

_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Not signed in</title>
<h1>Not signed in</h1>
<p>{}</p>
</html>
"""


def told(said: str, status: int, **headers: str) -> Response:
    """A sentence on a page of its own."""
    return HTMLResponse(_PAGE.format(escape(said)), status, {**page_headers(), **headers})


def sent(url: str) -> Response:
    """Away from here by GET, whatever brought the browser, and without a word where it was."""
    return RedirectResponse(url, 303, {"referrer-policy": "no-referrer"})
