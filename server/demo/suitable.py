"""Which real messages a stranger may be shown: nothing coarse, and nothing that leads to a person."""

import re
from functools import cache

from domain.text import UnsafeText, clean

# Judged word by word, whole words only: "class", "Essex" and "shiitake" are fine.
_COARSE = re.compile(
    r"""
    \w*fuck\w* | (?:bull|horse|dip)?shit(?:s|ty|ting|head)? | bitch\w* | cunts? | whor(?:e|es|ing) |
    sluts? | slutty | dick(?:s|head\w*)? | cocks? | pussy | pussies | penis(?:es)? | vaginas? |
    boob(?:s|y|ies)? | tits? | titties | (?:bad|dumb|jack|smart|kick)?ass(?:es|hole\w*)? |
    arse(?:hole)?s? | butthole | bastards? | (?:god)?damn(?:ed|it)? | dammit | hell | crap(?:s|py)? |
    piss(?:ed|es|ing)? | turds? | bs | wtf | stfu | gtfo | lma?f?ao | milf | horny | sex\w* | porn\w* |
    nudes? | nudity | boners? | org(?:y|ies|asm\w*) | kinky | incest\w* | erotic\w* | pedo(?:s|ph\w*)? |
    molest\w* | masturbat\w* | rap(?:e|ed|es|ist|ists) | suicid\w* | kys | nazi\w* | hitler\w* |
    nigg(?:a|er)s? | fag(?:s|got\w*)? | dykes? | retard\w* | trann(?:y|ies) | chinks? | gooks? | kikes?
    | spics?
    """,
    re.VERBOSE,
)
_HARM = re.compile(r"kill\s+(?:my|your|him|her|them)sel(?:f|ves)")

# E-mail and web addresses, names on other networks, streets, telephone and other long numbers. It leaves out
# more than it must, which nobody misses.
_TRACES = re.compile(
    r"""
    @ | \w:// | \bwww\. | \b[\w-]+\.(?:com|org|net|edu|gov|mil|info|io|co|me|tv|ly|gg|us|uk|pe)\b
    | \d{5,} | \d{3}[\s.()-]+\d{3} | \(\d{3}\)
    | \b\d+\s+(?:[nsew]|north|south|east|west)\b
    | \b\d+\s+\w+\s+(?:st|street|ave|avenue|rd|road|dr|drive|ln|lane|blvd)\b
    """,
    re.VERBOSE,
)
_MAY_BE_TRACE = re.compile(r"[@/\d]|\.\w")  # the expression above takes ten times as long to find nothing
_OWN_TRACES = re.compile(r"my\s+(?:full\s+|last\s+)?(?:name|number|e-?mail|address|username|insta|snap)")
_ELSEWHERE = re.compile(r"\b(?:insta|instagram|snap|snapchat|facebook|fb|skype|discord)\s+(?:name\s+)?is\b")


def is_suitable(text: str) -> bool:
    """May this message be shown to anyone?"""
    text = text.lower()
    return not (_leads_to_a_person(text) or _HARM.search(text) or any(map(_is_coarse, _words(text))))


def cleaned(text: str) -> str | None:
    """The message as we would store it; None when there is nothing in it or it may not be shown."""
    try:
        text = clean(text).strip()
    except UnsafeText:
        return None
    return text if text and is_suitable(text) else None


def _leads_to_a_person(text: str) -> bool:
    if _MAY_BE_TRACE.search(text) and _TRACES.search(text):
        return True
    return bool(_OWN_TRACES.search(text) or _ELSEWHERE.search(text))


_words = re.compile(r"\w+").findall


@cache
def _is_coarse(word: str) -> bool:
    return _COARSE.fullmatch(word.replace("_", "")) is not None
