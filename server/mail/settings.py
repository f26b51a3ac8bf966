"""How letters leave, and where their links lead."""

from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

# Each scheme's usual port.
_SCHEMES: Final = {"smtps": 465, "smtp": 587, "smtp+plain": 25}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where letters are handed in: over TLS, with STARTTLS, or in the clear, by the scheme of its address."""

    scheme: str
    hostname: str
    port: int
    username: str | None
    password: str | None = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> "SmtpServer":
        """Raises ValueError for what is no address of one."""
        parts = urlsplit(url)
        if parts.scheme not in _SCHEMES or not parts.hostname or parts.path.strip("/"):
            raise ValueError("SMTP_URL: write it as smtp://user:password@host:587, or with smtps or smtp+plain.")
        if parts.scheme == "smtp+plain" and parts.username:
            raise ValueError("SMTP_URL: a password goes over smtp:// or smtps:// only, which are encrypted.")
        user, password = (None if each is None else unquote(each) for each in (parts.username, parts.password))
        return cls(parts.scheme, parts.hostname, parts.port or _SCHEMES[parts.scheme], user, password)


class MailSettings(BaseSettings):
    """The part of the settings that concerns letters."""

    smtp_url: SecretStr | None = None
    mail_from: str = "Plaza <no-reply@localhost>"
    # The front end's pages; ours, where it has none.
    account_url: str | None = None
    port: int = Field(default=8000, ge=1, le=65535)

    @field_validator("smtp_url", "account_url", mode="before")
    @classmethod
    def _nothing_is_unset(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("smtp_url")
    @classmethod
    def _is_of_a_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            SmtpServer.parse(value.get_secret_value())
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        name, address = parseaddr(value)
        if "@" not in address or not name or not value.isprintable():
            raise ValueError("MAIL_FROM: write a name and an address, such as Plaza <no-reply@example.org>.")
        return value

    @field_validator("account_url")
    @classmethod
    def _leads_somewhere(cls, value: str | None) -> str | None:
        if value is not None and (urlsplit(value).scheme not in ("https", "http") or "#" in value):
            raise ValueError("ACCOUNT_URL: write an address such as https://example.org/account.")
        return value

    @property
    def smtp_server(self) -> SmtpServer | None:
        return None if self.smtp_url is None else SmtpServer.parse(self.smtp_url.get_secret_value())

    @property
    def links_lead_to(self) -> str:
        """The address under which the pages for links are: `…/verify` and `…/reset`."""
        return (self.account_url or f"http://localhost:{self.port}/account").rstrip("/")
