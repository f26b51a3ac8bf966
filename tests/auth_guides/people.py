"""People of a served Plaza, and what they do before a guide's code has its turn.

They come from addresses of their own: what limits leave to this machine is for the guides' code.
"""

import json
import re
import secrets
import time
from dataclasses import dataclass, field, replace
from typing import Any, Final

import httpx

from auth import totp
from server.demo import DEMO_PASSWORD, DEMO_USERNAME
from tests.serving import Served

_TOKENS: Final = "session { accessToken }"


@dataclass(frozen=True)
class Somebody:
    """`token` is of a session that began a moment ago."""

    plaza: Served
    username: str
    password: str
    token: str = ""
    ip: str = field(default_factory=lambda: f"fd00:0:0:{secrets.token_hex(2)}::1")

    def do(self, deed: str, wanted: str, **input: object) -> Any:
        """What a mutation gives that must not be refused."""
        given = ", ".join(f"{name}: {json.dumps(value)}" for name, value in input.items())
        payload = f"{deed[0].upper()}{deed[1:]}Payload"
        argument = f"(input: {{{given}}})" if given else ""
        asked = f"mutation {{ {deed}{argument} {{ ... on {payload} {{ {wanted} }} }} }}"
        answer = self.ask(asked)
        assert answer.get("data", {}).get(deed), answer
        return answer["data"][deed]

    def ask(self, query: str) -> Any:
        return self.plaza.ask(query, self.token, ip=self.ip)

    def challenge(self) -> str:
        """What a sign-in that waits for its second factor is known by."""
        asked = f'usernameOrEmail: "{self.username}", password: "{self.password}"'
        wanted = "... on SecondFactorNeeded { challenge }"
        answer = self.ask(f"mutation {{ login(input: {{ {asked} }}) {{ {wanted} }} }}")
        challenge: str = answer["data"]["login"]["challenge"]
        return challenge

    def turn_on_codes(self) -> str:
        """An authenticator app's secret, for whom has just registered; its code of this moment is used up."""
        link = token_in_letter(self.plaza, f"{self.username}@example.com", "verify")
        self.do("verifyEmail", "email", token=link)
        secret: str = self.do("startTotp", "secret")["secret"]
        self.do("confirmTotp", "recoveryCodes", totpCode=code_of(secret))
        return secret

    def open_export(self) -> str:
        """A secret that downloads their archive once; it is made where there is none yet."""
        exports = self._exports() or [self.do("requestExport", "export { id state }", accountOnly=True)["export"]]
        while exports[0]["state"] == "PREPARING":
            time.sleep(0.1)
            exports = self._exports()
        secret: str = self.do("openExport", "secret", exportId=exports[0]["id"])["secret"]
        return secret

    def _exports(self) -> list[dict[str, str]]:
        answer = self.ask("{ viewer { exports { id state } } }")
        exports: list[dict[str, str]] = answer["data"]["viewer"]["exports"]
        return exports


def sign_in(plaza: Served, username: str = DEMO_USERNAME, password: str = DEMO_PASSWORD) -> Somebody:
    nobody = Somebody(plaza, username, password)
    session = nobody.do("login", _TOKENS, usernameOrEmail=username, password=password)["session"]
    return replace(nobody, token=session["accessToken"])


def register(plaza: Served, username: str) -> Somebody:
    password = secrets.token_urlsafe()
    nobody = Somebody(plaza, username, password)
    nobody.do("register", "message", username=username, email=f"{username}@example.com", password=password)
    return sign_in(plaza, username, password)


def code_of(secret: str, steps_ahead: int = 0) -> str:
    """What an authenticator app shows."""
    return totp.code_at(secret, int(time.time()) // totp.STEP + steps_ahead)


def token_in_letter(plaza: Served, address: str, page: str) -> str:
    """What the newest link to this page in a letter to this address carries; a worker may still be writing it."""
    link = re.compile(rf"To {re.escape(address)} (?:(?!<article>).)*?/{page}#token=([\w-]+)", re.DOTALL)
    while (found := link.search(httpx.get(f"{plaza.url}/mailbox").text)) is None:
        time.sleep(0.1)
    return found[1]
