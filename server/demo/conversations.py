"""Real conversations: the Chit Chat Challenge data set, read from its package without importing it."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from db.limits import COMMENT_LENGTH
from server.demo.suitable import cleaned
from server.mistakes import UserMistake

Turn: TypeAlias = list[dict[str, Any]]
"""What one side said before the other answered: messages of `text`, `timestamp` and `sender`."""

SHORTEST_POST = 60
# The challenge's own page cut what was typed near its 175th character and sent the rest as the next message.
_CUT_FROM = 165
_ABOUT_ONESELF = re.compile(r"I love |I like to |I study |I play |I enjoy |I work |I'?m (?:a|an|from|studying) ")


@dataclass(frozen=True, slots=True)
class Reply:
    """One turn after an opening; `by_opener` when the person who opened it speaks again."""

    text: str
    after: int  # milliseconds since the opening
    by_opener: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """An opening worth a post, and what was said next."""

    text: str
    replies: list[Reply]


def read_conversations() -> list[list[Turn]]:
    """All of them as lists of turns, in the package's order. Raises `UserMistake` where it is not installed."""
    package = find_spec("chitchat_dataset")
    if package is None or package.origin is None:
        raise UserMistake("The demo network needs the package chitchat-dataset: install the group `demo`.")
    data = orjson.loads(Path(package.origin).with_name("dataset.json").read_bytes())
    return [conversation["messages"] for conversation in data.values()]


def threads(said: list[list[Turn]], rng: random.Random) -> Iterator[Thread]:
    """Openings with their replies, without end: once all were told they are told again, cut differently."""
    order = list(said)
    while True:
        rng.shuffle(order)
        for turns in order:
            yield from _threads_of(turns, rng)


def short_messages(said: list[list[Turn]], rng: random.Random) -> Iterator[str]:
    """What people said of themselves in a few words, without end."""
    order = list(said)
    while True:
        rng.shuffle(order)
        for turns in order:
            for message in (message["text"] for turn in turns for message in turn):
                if _tells_of_oneself(message) and (bio := cleaned(message)):
                    yield bio
                    break


def _threads_of(turns: list[Turn], rng: random.Random) -> Iterator[Thread]:
    place = 0
    while place < len(turns):
        turn = turns[place]
        place += 1
        if (opening := _opening(turn)) is None:
            continue
        # Most posts get a word or two, a few a long discussion.
        end = place + int(rng.paretovariate(1.1)) - rng.randrange(2)
        yield Thread(opening, list(_replies(turn, turns[place:end])))
        place = max(place, end)


def _opening(turn: Turn) -> str | None:
    return next((text for text in _whole(turn) if len(text) >= SHORTEST_POST), None)


def _replies(opening: Turn, turns: list[Turn]) -> Iterator[Reply]:
    opener, since = opening[0]["sender"], _moment(opening)
    for turn in turns:
        text = " ".join(_whole(turn))
        if text and len(text) <= COMMENT_LENGTH:
            yield Reply(text, _moment(turn) - since, turn[0]["sender"] == opener)


def _whole(turn: Turn) -> list[str]:
    """The turn's messages that may be shown, each with the rest that was cut off it."""
    joined: list[str] = []
    is_cut = False
    for message in turn:
        text: str = message["text"]
        if is_cut:
            joined[-1] = f"{joined[-1].rstrip()} {text.lstrip()}"
        else:
            joined.append(text)
        is_cut = len(text) >= _CUT_FROM
    return [text for text in map(cleaned, joined) if text is not None]


def _moment(turn: Turn) -> int:
    return int(datetime.fromisoformat(turn[0]["timestamp"]).timestamp() * 1000)


def _tells_of_oneself(message: str) -> bool:
    return _ABOUT_ONESELF.match(message) is not None and 20 <= len(message) <= 90 and "?" not in message
