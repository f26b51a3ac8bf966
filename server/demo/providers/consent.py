"""The page on which a provider asks a person, and what the browser carries away from it."""

from collections.abc import Mapping
from html import escape
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from server.demo.providers.world import CLIENT, Person, World
from server.security import page_headers

_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{title}</title>
<style nonce="page">
  body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 28rem; margin: 10vh auto; padding: 0 1rem }}
  button {{ display: block; width: 100%; margin: .5rem 0; padding: .6rem; font: inherit; text-align: start }}
</style>
{body}
</html>
"""
_ASK: Final = """<h1>Sign in with the demo {name}</h1>
<p>Nobody is asked for a password here. Who would you like to be?</p>
<form method="post"><input type="hidden" name="asked" value="{asked}">{people}
<button name="person" value="">Nobody: cancel</button></form>"""
_PERSON: Final = '<button name="person" value="{number}">{name} ({email})</button>'
_POST: Final = """<h1>Back to Plaza</h1>
<form method="post" action="{action}">{fields}<button>Go on</button></form>
<script nonce="page">document.forms[0].submit()</script>"""
_FIELD: Final = '<input type="hidden" name="{name}" value="{value}">'


def check(world: World, provider: str, asked: Mapping[str, str]) -> None:
    """Refuses what a real provider refuses: another client, another way back, no challenge."""
    wanted = {
        "client_id": CLIENT,
        "redirect_uri": world.redirect_uri(provider),
        "response_type": "code",
        "code_challenge_method": "S256",
    }
    wrong = [name for name, value in wanted.items() if asked.get(name) != value]
    wrong += [name for name in ("state", "code_challenge", "scope") if not asked.get(name)]
    if wrong:
        raise HTTPException(400, f"The provider does not like your {', '.join(wrong)}.")


def ask(world: World, provider: str, request: Request) -> Response:
    check(world, provider, request.query_params)
    people = "".join(
        _PERSON.format(number=each.number, name=escape(each.name), email=escape(each.email))
        for each in world.people
    )
    asked = escape(urlencode(list(request.query_params.items())))
    return _page(f"Demo {provider}", _ASK.format(name=provider.title(), asked=asked, people=people), world)


async def answered(world: World, provider: str, request: Request) -> tuple[Person | None, dict[str, str]]:
    """Whom the person chose to be, and what was asked."""
    form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    asked = dict(parse_qsl(form["asked"]))
    check(world, provider, asked)
    return next((each for each in world.people if str(each.number) == form["person"]), None), asked


def back(url: str, answer: Mapping[str, str]) -> Response:
    return RedirectResponse(f"{url}?{urlencode(answer)}", 303)


def back_by_form(url: str, answer: Mapping[str, str], world: World) -> Response:
    """As Apple does: the browser posts the answer from Apple's site to ours."""
    fields = "".join(_FIELD.format(name=name, value=escape(value)) for name, value in answer.items())
    return _page("Back to Plaza", _POST.format(action=escape(url), fields=fields), world)


def _page(title: str, body: str, world: World) -> Response:
    policy = page_headers(
        {
            # A form's redirects count as its actions.
            "form-action": f"'self' {world.client_origin} http://localhost:* http://127.0.0.1:*",
            "style-src": "'nonce-page'",
            "script-src": "'nonce-page'",
        }
    )
    return HTMLResponse(_PAGE.format(title=title, body=body), headers=policy)
