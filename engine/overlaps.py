"""How many pairs of fields validation compares: those of one response key, wherever they meet.

The rule that fields of one key can be merged looks at every pair of them and at what is below both, so its work
grows with the square of how often a key is asked for: sixty fragments of a few words each are five thousand pairs,
and a quarter of a second. They are counted in the words, before anything is parsed.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from engine.counts import Counts, Reading, Selections

PAIRS: Final = 500
# Selections looked at: a chain of fragments that each hold nothing but the next has many, and a circle no end.
STEPS: Final = 3_000


def excess(reading: Reading) -> str | None:
    """What there is too much of, in words for the client, or None."""
    counting = _Counting(reading.fragments)
    for selections in reading.sets:
        counting.add(selections)
    if counting.pairs > PAIRS:
        return f"at most {PAIRS:,} pairs of fields under the same key are answered at once"
    if counting.steps > STEPS:
        return f"at most {STEPS:,} selections are looked at, those of fragments as often as they are spread"
    return None


class _Counting:
    """Goes no further once there is too much."""

    def __init__(self, fragments: Mapping[str, Counts]) -> None:
        self.pairs = 0
        self.steps = 0
        self._fragments = fragments

    def add(self, selections: Selections) -> None:
        merged = [[selections]]
        while merged and self.pairs <= PAIRS and self.steps <= STEPS:
            for fields in self._fields(merged.pop()).values():
                self.pairs += len(fields) * (len(fields) - 1) // 2
                below = [each for each in fields if each]
                # What is below one field alone is a set of its own.
                if len(below) > 1:
                    merged.append(below)

    def _fields(self, selection_sets: Sequence[Selections]) -> Mapping[str, Sequence[Selections]]:
        """What is below each field, by response key, with fragments spread; one spread twice is compared once."""
        found: dict[str, list[Selections]] = {}
        spread: set[str] = set()
        open_sets = list(selection_sets)
        while open_sets and self.steps <= STEPS:
            selections = open_sets.pop()
            self.steps += 1 + len(selections)
            for key, below in selections.fields:
                found.setdefault(key, []).append(below)
            open_sets += selections.inline
            for name in selections.spreads:
                if name not in spread:
                    spread.add(name)
                    if name in self._fragments:
                        open_sets.append(self._fragments[name].selections)
        return found
