"""People who use the API over real HTTP, and the application listening for them."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn

from server.app import create_app
from server.settings import Settings

_REFUSED = "... on UserError { message } ... on InvalidInput { field }"


@dataclass
class Visitor:
    """Somebody with an HTTP client, signed in or not."""

    http: httpx.AsyncClient
    access: str | None = None
    refresh: str | None = None

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.access}"} if self.access else {}
        body = {"query": document, "variables": variables}
        response = await self.http.post("/graphql", json=body, headers=headers)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def read(self, selection: str, **variables: Any) -> Any:
        """The value of a query's one root field."""
        declared = "($id: ID!)" if "id" in variables else ""
        answer = await self.ask(f"query Story{declared} {{ {selection} }}", **variables)
        assert "errors" not in answer, answer
        return next(iter(answer["data"].values()))

    async def do(self, name: str, selection: str = "__typename", **given: Any) -> Any:
        """What a mutation answers: its payload, or a refusal as data."""
        answer = await self._mutate(name, selection, given)
        assert "errors" not in answer, answer
        return answer["data"][name]

    async def code(self, name: str, **given: Any) -> str:
        """The code with which a mutation is refused before it is looked at."""
        answer = await self._mutate(name, "__typename", given)
        assert answer["data"] == {name: None}
        (error,) = answer["errors"]
        code: str = error["extensions"]["code"]
        return code

    async def log_in(self, who: dict[str, str]) -> Any:
        given = {"usernameOrEmail": who["username"], "password": who["password"]}
        answer = await self.do("login", "session { accessToken refreshToken } viewer { username }", **given)
        self._take(answer)
        return answer

    async def renew(self) -> Any:
        answer = await self.do("refreshSession", "session { accessToken refreshToken }", refreshToken=self.refresh)
        self._take(answer)
        return answer

    def _take(self, answer: Any) -> None:
        if "session" in answer:
            self.access, self.refresh = answer["session"]["accessToken"], answer["session"]["refreshToken"]

    async def _mutate(self, name: str, selection: str, given: dict[str, Any]) -> dict[str, Any]:
        kind = name[0].upper() + name[1:]
        payload = f"... on {kind}Payload {{ {selection} }}"
        field = f"{name}(input: $input) {{ __typename {payload} {_REFUSED} }}"
        return await self.ask(f"mutation Story($input: {kind}Input!) {{ {field} }}", input=given)


@asynccontextmanager
async def listening(settings: Settings) -> AsyncIterator[str]:
    """The application behind uvicorn on a port that was free; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(create_app(settings), log_config=None, access_log=False, ws="none"))
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running
