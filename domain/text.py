"""What text may hold: hygiene for what people write, and the shapes of names, addresses and links.

Lengths are counted in code points, not in graphemes: the CHECK constraints' `length()` counts them too, the
standard library cannot cut graphemes, and a code point has at most 4 bytes, so that a limit of n bounds
storage at 4n without a second rule. The price: the emoji of a family of four counts as seven.
"""

import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import urlsplit

from db.limits import EMAIL, EMAIL_LOCAL, URL, USERNAME

MAX_MARKS = 4  # combining marks on one base; living languages need at most three

# Bidirectional embeddings, overrides and isolates make text read other than it is written; tags are unseen
# writing (and the flags of England, Scotland and Wales, which become plain black flags here).
_STRIPPED = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")

_REFUSED = {
    "a control character": "\x00-\x08\x0b-\x1f\x7f-\x9f",
    "half of a surrogate pair": "\ud800-\udfff",
    "a noncharacter": "\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)),
}
_ANY_REFUSED = re.compile("[" + "".join(_REFUSED.values()) + "]")

_MARKS = frozenset({"Mn", "Me"})
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Me"})
# Letters, symbols and unassigned code points by category that no font draws: Hangul fillers, the empty
# braille cell, the null note head, and what Unicode keeps for further invisible characters.
_UNSEEN_TOO = re.compile("[\u115f\u1160\u2065\u2800\u3164\uffa0\ufff0-\ufff8\U0001d159\U000e0000-\U000e0fff]")

# No re.IGNORECASE: it would let the Kelvin sign pass for k and the long s for s.
_USERNAME = re.compile(rf"[A-Za-z0-9_]{{{USERNAME[0]},{USERNAME[1]}}}")
_RESERVED = frozenset(
    """
    about abuse account accounts admin administrator all anonymous api app auth billing blog bot
    bots contact deleted everyone explore feed graphiql graphql guest help here home info legal
    login logout mail me media mod moderation moderator moderators mods news no_reply nobody noreply
    notifications null official owner password plaza postmaster privacy register root search
    security settings signin signout signup staff static status subscriptions support sysadmin
    system team terms undefined user username users webmaster www you
    """.split()  # noqa: SIM905  a list would be seventy lines of one word each
)

# The local part is the one that HTML's <input type=email> allows. ASCII only: lookalikes and case rules of
# other scripts make two accounts of one mailbox, or one of two.
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.(?=[A-Za-z]){_LABEL}")
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
# ASCII as in RFC 3986, less what no URL holds and browsers read in ways of their own.
_URL_TEXT = re.compile(r"[!#-;=?-\[\]^_a-~]+")


class UnsafeText(ValueError):
    """Text that we do not store; `reason` says what it holds, to follow the words "The text holds"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def clean(text: str) -> str:
    """Text as it is stored: in NFC, line breaks as \\n, without bidirectional controls and tags.

    Cleaning twice changes nothing more. NFC can lengthen text, so measure afterwards. Raises UnsafeText for
    control characters other than \\n and \\t, lone surrogates, noncharacters, and piles of combining marks.
    """
    text = text.replace("\r\n", "\n")
    if refused := _ANY_REFUSED.search(text):
        raise UnsafeText(_reason(refused.group()))
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", _STRIPPED.sub("", text))
    if _has_piled_marks(text):
        raise UnsafeText(f"a letter with more than {MAX_MARKS} combining marks")
    return text


def is_blank(text: str) -> bool:
    """Is there nothing to see, be it empty or made of spaces, joiners, fillers and marks without a base?"""
    return all(unicodedata.category(character) in _UNSEEN for character in _UNSEEN_TOO.sub("", text))


def username_problem(name: str) -> str | None:
    """What a person has to change about a username, as a sentence; None if it may be taken."""
    if not _USERNAME.fullmatch(name):
        return "Use {} to {} letters a to z, digits and underscores.".format(*USERNAME)
    if name.lower() in _RESERVED:
        return "This name is reserved."
    return None


def email_problem(address: str) -> str | None:
    """What is wrong with an e-mail address, as a sentence; None if only a message to it can tell more.

    A domain of other letters than ASCII has to come in its `xn--` form, which front ends can make.
    """
    local, _, domain = address.rpartition("@")
    if len(address) > EMAIL or len(local) > EMAIL_LOCAL:
        return f"Use an e-mail address of at most {EMAIL} characters, {EMAIL_LOCAL} before the @."
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        return "Write an e-mail address such as ada@example.org."
    return None


def normal_email(address: str) -> str:
    """An address as it is stored: its domain in lower case, the rest as its owner writes it.

    Accounts are told apart by `lower()` of the whole, for no mailbox that matters minds capitals.
    """
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def https_url_problem(url: str, *, schemes: Sequence[str] = ("https",)) -> str | None:
    """What is wrong with a link, as a sentence; None if it is whole, has a host, and one of the schemes.

    It may hold no user or password, which only serve to make a link look like another site's.
    """
    if len(url) > URL:
        return f"Use a link of at most {URL} characters."
    if not _URL_TEXT.fullmatch(url):
        return "Write the link in ASCII without spaces, as browsers copy it."
    if not _has_host(url, schemes):
        return f"Write a whole link that starts with {' or '.join(f'{scheme}://' for scheme in schemes)}."
    return None


def _reason(character: str) -> str:
    return next(reason for reason, refused in _REFUSED.items() if re.match(f"[{refused}]", character))


def _has_piled_marks(text: str) -> bool:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        # Joiners and other unseen format characters leave the marks after them on the same base.
        if category != "Cf":
            marks = marks + 1 if category in _MARKS else 0
        if marks > MAX_MARKS:
            return True
    return False


def _has_host(url: str, schemes: Sequence[str]) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:  # a bracket that does not close, a port that is no number
        return False
    is_named = bool(_HOST.fullmatch(host)) or ":" in host
    return parts.scheme in schemes and is_named and "@" not in parts.netloc
