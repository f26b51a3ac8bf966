"""Letters over SMTP."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import aiosmtplib
import structlog
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
)

from domain.letters import Letter
from server.mail.settings import SmtpServer
from server.mail.writing import Desk

_TIMEOUT: Final = 20.0  # seconds, for each answer of the server
_FOR_GOOD: Final = 500  # replies from here on say that trying again is of no use (RFC 5321)
_log = structlog.get_logger(__name__)


class NotSent(ConnectionError):
    """The server did not take the letter this time. Its own words stay behind: they quote addresses."""


@dataclass(frozen=True, slots=True)
class SmtpPost:
    server: SmtpServer
    desk: Desk
    trusted: ssl.SSLContext | None = None  # the machine's authorities, unless said otherwise

    async def send(self, letter: Letter) -> None:
        """Raises `NotSent` for what another try may mend; what is refused for good is logged."""
        try:
            await self._hand_in(letter)
        except (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError) as error:
            code = max(_codes(error))
            if code < _FOR_GOOD:
                raise NotSent(f"{type(error).__name__} {code}") from None
            _log.warning("letter_refused", subject=letter.subject, code=code)
        except SMTPAuthenticationError as error:
            raise NotSent(f"SMTPAuthenticationError {error.code}") from None
        except (SMTPException, OSError) as error:
            raise NotSent(type(error).__name__) from None

    async def _hand_in(self, letter: Letter) -> None:
        server = self.server
        await aiosmtplib.send(
            self.desk.write(letter),
            hostname=server.hostname,
            port=server.port,
            username=server.username,
            password=server.password,
            timeout=_TIMEOUT,
            use_tls=server.scheme == "smtps",
            start_tls=server.scheme == "smtp",
            tls_context=self.trusted,
        )


def _codes(error: SMTPRecipientsRefused | SMTPSenderRefused | SMTPDataError) -> Iterator[int]:
    if isinstance(error, SMTPRecipientsRefused):
        yield from (refused.code for refused in error.recipients)
    else:
        yield error.code
