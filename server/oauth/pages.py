"""What a browser is shown or told on its way, where it cannot be sent back to a front end."""

from typing import Final

from starlette.responses import RedirectResponse, Response

from server import saying

_ADVICE: Final = "You can close this page. To try again, begin where you wanted to sign in."


def told(said: str, status: int, **headers: str) -> Response:
    """A sentence on a page of its own."""
    return saying.page("Not signed in", said, status, advice=_ADVICE, **headers)


def sent(url: str) -> Response:
    """Away from here by GET, whatever brought the browser, and without a word where it was."""
    return RedirectResponse(url, 303, {"referrer-policy": "no-referrer"})
