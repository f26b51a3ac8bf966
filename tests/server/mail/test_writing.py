"""What letters say, as text and as HTML."""

import pytest

from db.models import LinkPurpose
from domain.letters import Letter, Notice, Subject
from server.mail.words import WORDS
from server.mail.writing import Desk

DESK = Desk("Our Square <no-reply@example.com>", "https://example.com/account")


def parts(letter: Letter) -> tuple[str, str]:
    text, html = DESK.write(letter).iter_parts()
    return text.get_content(), html.get_content()


def test_everything_that_is_told_has_its_words() -> None:
    assert set(WORDS) == {*LinkPurpose, *Notice}


@pytest.mark.parametrize("subject", WORDS)
def test_a_letter_says_whose_account_it_is_about_and_where(subject: Subject) -> None:
    secret = "s" * 43 if subject in set(LinkPurpose) else None
    for content in parts(Letter(subject, "ada@example.org", "ada_l", secret, "Google")):
        assert "Hello ada_l," in content
        assert "Our Square" in content
        assert "{" not in content
        assert ("#token=" + "s" * 43 in content) == (secret is not None)


def test_what_people_name_is_never_markup() -> None:
    text, html = parts(Letter(Notice.WAY_IN_ADDED, "ada@example.org", "ada", what="<b>{username}</b>"))
    assert "<b>{username}</b>" in text
    assert "&lt;b&gt;{username}&lt;/b&gt;" in html


def test_what_people_name_gets_into_no_header() -> None:
    message = DESK.write(Letter(Notice.WAY_IN_ADDED, "ada@example.org", "ada", what="x\r\nBcc: eve@example.org"))
    assert message["Bcc"] is None


def test_no_line_is_longer_than_mail_may_have() -> None:
    letter = Letter(LinkPurpose.VERIFY_EMAIL, "ada@example.org", "a" * 30, "s" * 43)
    assert all(len(line) <= 998 for line in DESK.write(letter).as_bytes().splitlines())
