"""The line to a provider: short waits, small answers, no redirects, and a breaker in front of it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, Final

import httpx2
import orjson

from auth.providers.profiles import Unavailable, Untrustworthy
from db.redis import Breaker

PATIENCE: Final = 5.0  # seconds for one person's whole exchange
MOST_AT_ONCE: Final = 20  # exchanges with one provider in one process
MOST_BYTES: Final = 256 * 1024

_WAIT: Final = httpx2.Timeout(3.0)


class Transport(httpx2.AsyncBaseTransport):
    """Connections that several clients share; an answer that is large, packed or leads elsewhere is none."""

    def __init__(self) -> None:
        self._inner = httpx2.AsyncHTTPTransport(limits=httpx2.Limits(max_connections=60, keepalive_expiry=30))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["accept-encoding"] = "identity"
        response = await self._inner.handle_async_request(request)
        if response.is_redirect or "content-encoding" in response.headers:
            await response.aclose()
            raise Untrustworthy("it sends us elsewhere, or packs its answer")
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Bounded(response.stream)
        return response

    async def shut(self) -> None:
        """Not `aclose`, by which each client would close it for all."""
        await self._inner.aclose()


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        length = 0
        async for part in self._stream:
            length += len(part)
            if length > MOST_BYTES:
                raise Untrustworthy(f"its answer is longer than {MOST_BYTES} bytes")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


class Line:
    """One provider's line. `clock` gives seconds."""

    def __init__(self, transport: Transport, *, clock: Callable[[], float] = monotonic) -> None:
        self.options: dict[str, Any] = {"transport": transport, "timeout": _WAIT, "follow_redirects": False}
        self._client = httpx2.AsyncClient(**self.options, headers={"user-agent": "Plaza"})
        self._places = asyncio.Semaphore(MOST_AT_ONCE)
        self.breaker = Breaker(clock)

    @asynccontextmanager
    async def patiently(self) -> AsyncIterator[None]:
        """For one exchange. Raises `Unavailable` when it takes too long, fails, or need not even be tried."""
        if self._places.locked() or not self.breaker.lets_through():
            raise Unavailable("too many wait for it, or it failed a moment ago")
        try:
            async with self._places, asyncio.timeout(PATIENCE):
                yield
        except (httpx2.HTTPError, OSError, TimeoutError, Unavailable) as error:
            self.breaker.failed()
            raise Unavailable(type(error).__name__) from error
        except Untrustworthy:
            self.breaker.succeeded()  # it answers, whatever it says
            raise
        self.breaker.succeeded()

    async def fetch(self, url: str, token: str | None = None) -> tuple[Any, httpx2.Headers]:
        """A document of JSON and its headers. Raises `Untrustworthy` for anything else."""
        headers = {"accept": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        response = _good(await self._client.get(url, headers=headers))
        try:
            return orjson.loads(response.content), response.headers
        except orjson.JSONDecodeError:
            raise Untrustworthy("not JSON") from None

    async def post(self, url: str, form: Mapping[str, str]) -> None:
        """Tell it something to which there is no answer but that it was taken. Raises as `fetch` does."""
        _good(await self._client.post(url, data=form))


def _good(response: httpx2.Response) -> httpx2.Response:
    if response.is_server_error:
        raise Unavailable(f"HTTP {response.status_code}")
    if not response.is_success:
        raise Untrustworthy(f"HTTP {response.status_code}")
    return response
