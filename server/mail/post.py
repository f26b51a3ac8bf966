"""How letters leave this process."""

import structlog

from db.stores import Stores
from domain.letters import Letter, Post
from server.mail.mailbox import MailboxPost
from server.mail.smtp import SmtpPost
from server.mail.writing import Desk
from server.settings import Settings

_log = structlog.get_logger(__name__)


class NoPost:
    """For a production without SMTP_URL: every letter is lost, and the log says so."""

    async def send(self, letter: Letter) -> None:
        _log.warning("letter_lost", subject=letter.subject)


def post_of(settings: Settings, stores: Stores) -> Post:
    desk = Desk(settings.mail_from, settings.links_lead_to)
    if settings.smtp_server is not None:
        return SmtpPost(settings.smtp_server, desk)
    if settings.has_mailbox:
        return MailboxPost(stores, desk)
    _log.warning("mail_is_off")
    return NoPost()
