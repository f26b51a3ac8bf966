"""How much a text asks for, counted in its words: reading it whole is more than refusing it may cost.

A word is what the specification calls a token, or a comment. Where a text is no GraphQL the counts mean nothing,
and parsing it says so.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from engine.fragments import leaves_first

# Each alternative is content with what never ends, so that a text is read once, from left to right.
_WORD: Final = re.compile(
    r'#[^\n\r]*|"""(?:\\"""|(?!""").)*+(?:""")?|"(?:[^"\\\n\r]|\\.)*+"?|\.\.\.|[A-Za-z_][A-Za-z0-9_]*|'
    r"-?[0-9][0-9A-Za-z_.]*(?:(?<=[eE])[+-][0-9A-Za-z_.]*)?|[^ \t\n\r,\ufeff]",
    re.DOTALL,
)


@dataclass(slots=True)
class Selections:
    """A selection set: its fields by their response keys with what is below them, and what it spreads."""

    fields: list[tuple[str, "Selections"]] = field(default_factory=list)
    inline: list["Selections"] = field(default_factory=list)
    spreads: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.fields) + len(self.inline) + len(self.spreads)


@dataclass(slots=True)
class Counts:
    """Of an operation or a fragment, what it spreads included."""

    fields: int = 0
    aliases: int = 0
    directives: int = 0
    # As far as it shows before fragments are spread: selections of the widest set, keys that stand again in one.
    breadth: int = 0
    repeats: int = 0
    spreads: list[str] = field(default_factory=list)
    selections: Selections = field(default_factory=Selections)


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def count(words: Sequence[str]) -> "Reading":
    """All of them read; a fragment counts as often as it is spread, and is looked at once."""
    reading = Reading()
    for word in words:
        reading.take(word)
    fragments = reading.fragments
    for name in leaves_first({name: each.spreads for name, each in fragments.items()}):
        _spread(fragments[name], fragments)
    for operation in reading.operations:
        _spread(operation, fragments)
    return reading


def _spread(whole: Counts, fragments: Mapping[str, Counts]) -> None:
    # The sums have at most about as many binary digits as there are words.
    for part in [fragments[name] for name in whole.spreads if name in fragments]:
        whole.fields += part.fields
        whole.aliases += part.aliases
        whole.directives += part.directives


class Reading:
    """What the words so far define, and where in it the next one stands."""

    def __init__(self) -> None:
        self.definitions: list[Counts] = []
        self.operations: list[Counts] = []
        self.fragments: dict[str, Counts] = {}
        # Of every definition, those below others included.
        self.sets: list[Selections] = []
        self._current: Counts | None = None
        self._parentheses = 0
        self._before = ""
        self._open: list[Selections] = []
        # What the next name is, where it is no field: a fragment's, the type after `on`, or what an alias is for.
        self._names_fragment = self._is_type = self._is_aliased = False
        # Does the next brace follow three dots, or a field?
        self._is_inline = False

    def take(self, word: str) -> None:
        if word[0] == "#":
            return
        before, self._before = self._before, word
        if word in "()":
            self._parentheses += 1 if word == "(" else -1
        elif self._parentheses > 0:
            return
        elif word in "{}":
            self._brace(word)
        elif self._current is None:
            self._begin(word)
        elif word == "@":
            self._current.directives += 1
        elif self._open:
            self._select(self._current, word, before)
        elif self._names_fragment:
            self._names_fragment = False
            self.fragments[word] = self._current

    def _brace(self, word: str) -> None:
        if word == "{":
            self._current = self._current or self._operation()
            self._open.append(self._below(self._current))
            self.sets.append(self._open[-1])
        elif self._open and self._current:
            closed = self._open.pop()
            keys = [key for key, _ in closed.fields]
            self._current.breadth = max(self._current.breadth, len(closed))
            self._current.repeats += len(keys) - len(set(keys))
        if not self._open:
            self._current = None

    def _below(self, whole: Counts) -> Selections:
        """Where the selections go that stand in the brace just opened."""
        if not self._open:
            return whole.selections
        around = self._open[-1]
        if self._is_inline or not around.fields:
            around.inline.append(Selections())
            return around.inline[-1]
        return around.fields[-1][1]

    def _begin(self, word: str) -> None:
        if word == "fragment":
            self._current, self._names_fragment = self._definition(), True
        elif word[0] != '"':
            self._current = self._operation()

    def _operation(self) -> Counts:
        self.operations.append(self._definition())
        return self.operations[-1]

    def _definition(self) -> Counts:
        self.definitions.append(Counts())
        return self.definitions[-1]

    def _select(self, whole: Counts, word: str, before: str) -> None:
        if word == ":":
            self._is_aliased = True
        elif word == "...":
            self._is_inline = True
        elif before == "@" or not (word[0].isalpha() or word[0] == "_"):
            return
        elif self._is_type:
            self._is_type = False
        elif before == "...":
            self._is_type = word == "on"
            if word != "on":
                whole.spreads.append(word)
                self._open[-1].spreads.append(word)
        elif self._is_aliased:
            self._is_aliased = False
            whole.aliases += word != "__typename"
        else:
            whole.fields += 1
            self._is_inline = False
            self._open[-1].fields.append((word, Selections()))
