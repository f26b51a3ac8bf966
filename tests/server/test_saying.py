"""Addresses that have nothing to give, and what a person's browser and a program are told there."""

import httpx
import pytest

from db import mailbox
from server.security import page_headers

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PAGES = ["/nothing", "/mailbox/gone", "/account/nothing", "/mailbox/%3Cscript%3E"]


@pytest.mark.parametrize("path", PAGES)
async def test_a_browser_is_shown_a_page(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert page_headers().items() <= answer.headers.items()
    assert answer.headers["cache-control"] == "no-store"
    assert "accept" in answer.headers["vary"]
    assert "<h1>Not Found</h1>" in answer.text
    assert "script" not in answer.text


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
async def test_a_program_is_told_in_json(client: httpx.AsyncClient, path: str, accept: str) -> None:
    answer = await client.get(path, headers={"accept": accept})
    assert answer.status_code == 404
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "BAD_REQUEST"}
    assert error["message"] in (
        "There is nothing here; GraphQL is at /graphql.",
        "This letter is not kept any more.",
    )


async def test_a_method_that_an_address_does_not_take_is_named_as_such(client: httpx.AsyncClient) -> None:
    answer = await client.post("/mailbox", headers=BROWSER)
    assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})
    assert "<h1>Method Not Allowed</h1>" in answer.text


async def test_a_bug_is_shown_by_its_number_alone(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise KeyError("what nobody should read")

    monkeypatch.setattr(mailbox, "kept", broken)
    answer = await client.get("/mailbox", headers=BROWSER)
    assert (answer.status_code, answer.headers["cache-control"]) == (500, "no-store")
    assert page_headers().items() <= answer.headers.items()
    assert f"finds it by {answer.headers['x-request-id']}." in answer.text
    assert "nobody" not in answer.text
