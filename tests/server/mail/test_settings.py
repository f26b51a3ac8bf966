"""The settings of mail: a wrong one is told by its name, and never with its secret."""

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from schema.context import Services
from server.mail.mailbox import MailboxPost
from server.mail.post import NoPost, post_of
from server.mail.settings import SmtpServer
from server.mail.smtp import SmtpPost
from server.settings import Environment, Settings


def changed(settings: Settings, **given: Any) -> Settings:
    values = {name: getattr(settings, name) for name in settings.model_fields_set} | given
    return Settings(**values)


def production(settings: Settings, **given: Any) -> Settings:
    return settings.model_copy(update={"environment": Environment.PRODUCTION, **given})


@pytest.mark.parametrize(
    ("url", "scheme", "port"),
    [
        ("smtp://u:geheim@mail.example.org", "smtp", 587),
        ("smtps://u:geheim@mail.example.org", "smtps", 465),
        ("smtp+plain://mail:2525", "smtp+plain", 2525),
    ],
)
def test_a_scheme_says_how_the_way_is_secured(url: str, scheme: str, port: int) -> None:
    server = SmtpServer.parse(url)
    assert (server.scheme, server.port) == (scheme, port)
    assert "geheim" not in repr(server)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"smtp_url": SecretStr("http://geheim@mail")}, "SMTP_URL: write it as"),
        ({"smtp_url": SecretStr("smtp+plain://u:geheim@mail")}, "SMTP_URL: a password goes over"),
        ({"mail_from": "geheim"}, "MAIL_FROM: write a name and an address"),
        ({"mail_from": "no-reply@example.org"}, "MAIL_FROM: write a name and an address"),
        ({"mail_from": "Plaza\nBcc: eve@example.org <a@example.org>"}, "MAIL_FROM: write a name"),
        ({"account_url": "javascript:alert(1)"}, "ACCOUNT_URL: write an address"),
        ({"account_url": "https://example.org/#account"}, "ACCOUNT_URL: write an address"),
    ],
)
def test_says_what_is_wrong(settings: Settings, given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as refused:
        changed(settings, **given)
    assert "geheim" not in str(refused.value)


def test_links_lead_to_our_own_pages_unless_said_otherwise(settings: Settings) -> None:
    assert changed(settings, port=9000).links_lead_to == "http://localhost:9000/account"
    assert changed(settings, account_url="https://a.org/me/").links_lead_to == "https://a.org/me"


def test_letters_are_sent_kept_or_lost(settings: Settings, services: Services) -> None:
    stores = services.stores
    smtp = changed(settings, smtp_url=SecretStr("smtp://u:p@mail"))
    assert isinstance(post_of(smtp, stores), SmtpPost)
    assert isinstance(post_of(settings, stores), MailboxPost)
    assert isinstance(post_of(production(settings), stores), NoPost)
