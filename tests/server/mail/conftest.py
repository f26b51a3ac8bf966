"""A mail server on a port of its own, with a certificate of its own authority."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

_USER = LoginPassword(b"plaza", b"a word of its own")


@dataclass
class Handler:
    """Takes letters, unless it is told to answer something else."""

    taken: list[Envelope] = field(default_factory=list)
    says: str = "250 OK"
    logins: int = 0

    async def handle_DATA(self, _: Any, __: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.says.startswith("250"):
            self.taken.append(envelope)
        return self.says

    def authenticate(self, _: Any, __: Any, ___: Any, mechanism: str, data: Any) -> AuthResult:
        self.logins += 1
        return AuthResult(success=data == _USER, handled=False)


@dataclass(frozen=True)
class MailServer:
    handler: Handler
    trusted: ssl.SSLContext
    port: int


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    """Speaks STARTTLS, and refuses whoever does not; signing in is a must."""
    authority = trustme.CA()
    ours, theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(ours)
    authority.configure_trust(theirs)
    handler = Handler()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(
            handler,
            hostname="localhost",
            tls_context=ours,
            require_starttls=True,
            auth_required=True,
            authenticator=handler.authenticate,
        ),
        "localhost",
        0,
    )
    yield MailServer(handler, theirs, server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()
