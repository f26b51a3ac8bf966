"""How a browser stays signed in: by a refresh token in a cookie that no script of a page can read.

A front end asks for it with a header, in every request that signs in, refreshes or signs out. Another site's page
can send that header only after a preflight, which it is refused: so the cookie is never looked at for one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from engine import cookies
from engine.pipeline import Answer

HEADER: Final = "session-mode"

_BY_COOKIE: Final = "cookie"
_NAME: Final = "refresh"


@dataclass
class Browser:
    """The refresh token that came, and the cookie that goes back with the answer."""

    refresh_token: str | None
    cookie: str | None = None

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "Browser | None":
        """`None` for a client that keeps its tokens itself."""
        if headers.get(HEADER) != _BY_COOKIE:
            return None
        return cls(cookies.read(headers.get("cookie", ""), _NAME))

    def keep(self, token: str, *, until: datetime) -> None:
        seconds = (until - datetime.now(UTC)).total_seconds()
        self.cookie = cookies.written(_NAME, token, seconds=int(seconds))

    def forget(self) -> None:
        self.cookie = cookies.written(_NAME, "", seconds=0)

    def tell(self, answer: Answer) -> None:
        if self.cookie is not None:
            answer.headers["set-cookie"] = self.cookie
