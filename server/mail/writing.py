"""A letter as a message: words and link, as text and as HTML."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from domain.letters import Letter
from server.mail.words import WORDS, Words

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who writes, and where links lead: an address to which a page's name is added."""

    sender: str
    links_lead_to: str

    def write(self, letter: Letter) -> EmailMessage:
        name, address = parseaddr(self.sender)
        words = WORDS[letter.subject]
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = words.title, self.sender, letter.to
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
        # No machine shall answer this one (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        filled = self._filled(letter, words, name)
        message.set_content(_TEMPLATES.get_template("letter.txt").render(filled))
        message.add_alternative(_TEMPLATES.get_template("letter.html").render(filled), subtype="html")
        return message

    def _filled(self, letter: Letter, words: Words, network: str) -> dict[str, Any]:
        names = {"network": network, "username": letter.username, "what": letter.what}
        link = f"{self.links_lead_to}/{words.page}#token={letter.secret}" if letter.secret else None
        said = [sentence.format(**names) for sentence in words.said]
        return {**names, "words": words, "said": said, "otherwise": words.otherwise.format(**names), "link": link}
