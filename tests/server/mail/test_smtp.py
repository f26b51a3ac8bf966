"""Letters over SMTP to a real server, and what comes of its refusals."""

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from structlog.testing import capture_logs

from db.models import LinkPurpose
from domain.letters import Letter
from server.mail.settings import SmtpServer
from server.mail.smtp import NotSent, SmtpPost
from server.mail.writing import Desk
from tests.server.mail.conftest import MailServer

LETTER = Letter(LinkPurpose.RESET_PASSWORD, "ada@example.org", "ada", "a-secret")


@pytest.fixture
def post(mail_server: MailServer) -> SmtpPost:
    server = SmtpServer.parse(f"smtp://plaza:a%20word%20of%20its%20own@localhost:{mail_server.port}")
    desk = Desk("Our Square <no-reply@example.com>", "https://example.com/account")
    return SmtpPost(server, desk, mail_server.trusted)


async def test_a_letter_goes_out_encrypted_and_signed_in(post: SmtpPost, mail_server: MailServer) -> None:
    await post.send(LETTER)
    (envelope,) = mail_server.handler.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("no-reply@example.com", ["ada@example.org"])
    assert isinstance(envelope.content, bytes)
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert (message["Subject"], message["From"]) == ("Set a new password", "Our Square <no-reply@example.com>")
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = message.iter_parts()
    link = "https://example.com/account/reset#token=a-secret"
    assert f"\n{link}\n" in text.get_content().replace("\r\n", "\n")
    assert f'href="{link}"' in html.get_content()
    assert mail_server.handler.logins == 1


@pytest.mark.parametrize("says", ["450 later", "421 too many of ada@example.org"])
async def test_what_may_go_better_later_is_tried_again(post: SmtpPost, mail_server: MailServer, says: str) -> None:
    mail_server.handler.says = says
    with pytest.raises(NotSent) as failed:
        await post.send(LETTER)
    assert "ada" not in str(failed.value)


async def test_what_is_refused_for_good_is_logged_without_the_address(
    post: SmtpPost, mail_server: MailServer
) -> None:
    mail_server.handler.says = "550 no such person as ada@example.org"
    with capture_logs() as logged:
        await post.send(LETTER)
    assert logged == [
        {"event": "letter_refused", "subject": "RESET_PASSWORD", "code": 550, "log_level": "warning"}
    ]


async def test_a_wrong_password_of_ours_loses_no_letter(post: SmtpPost, mail_server: MailServer) -> None:
    wrong = replace(post, server=replace(post.server, password="wrong"))
    with pytest.raises(NotSent, match=r"SMTPAuthenticationError 535"):
        await wrong.send(LETTER)
    assert mail_server.handler.taken == []


async def test_a_server_that_nobody_vouches_for_gets_nothing(post: SmtpPost, mail_server: MailServer) -> None:
    with pytest.raises(NotSent):
        await replace(post, trusted=None).send(LETTER)
    assert (mail_server.handler.taken, mail_server.handler.logins) == ([], 0)


async def test_a_server_that_is_away_is_tried_again(post: SmtpPost) -> None:
    away = replace(post, server=replace(post.server, port=1))
    with pytest.raises(NotSent, match="SMTPConnectError"):
        await away.send(LETTER)
