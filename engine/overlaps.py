"""How many pairs of fields validation compares: those of one response key, wherever they meet.

The rule that fields of one key can be merged looks at every pair of them and at what is below both, so its work
grows with the square of how often a key is asked for: sixty fragments of a few words each are five thousand pairs,
and a quarter of a second.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from engine.fragments import fragments_of

PAIRS: Final = 1_000
# Selections looked at: a chain of fragments that each hold nothing but the next has many, and a circle no end.
STEPS: Final = 10_000


def excess(document: DocumentNode) -> str | None:
    """What there is too much of, in words for the client, or None."""
    counting = _Counting(fragments_of(document))
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            for selections in _within(definition.selection_set):
                counting.add(selections)
    if counting.pairs > PAIRS:
        return f"at most {PAIRS:,} pairs of fields under the same key are answered at once"
    if counting.steps > STEPS:
        return f"at most {STEPS:,} selections are looked at, those of fragments as often as they are spread"
    return None


def _within(selections: SelectionSetNode) -> Iterator[SelectionSetNode]:
    open_sets = [selections]
    while open_sets:
        selections = open_sets.pop()
        yield selections
        open_sets += [
            node.selection_set
            for node in selections.selections
            if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set
        ]


class _Counting:
    """Goes no further once there is too much."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self.pairs = 0
        self.steps = 0
        self._fragments = fragments

    def add(self, selections: SelectionSetNode) -> None:
        merged = [[selections]]
        while merged and self.pairs <= PAIRS and self.steps <= STEPS:
            for fields in self._fields(merged.pop()).values():
                self.pairs += len(fields) * (len(fields) - 1) // 2
                below = [field.selection_set for field in fields if field.selection_set]
                # What is below one field alone is a set of its own.
                if len(below) > 1:
                    merged.append(below)

    def _fields(self, selection_sets: Sequence[SelectionSetNode]) -> Mapping[str, Sequence[FieldNode]]:
        """By response key, with fragments spread; one that is spread twice is compared once."""
        found: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        open_sets = list(selection_sets)
        while open_sets and self.steps <= STEPS:
            selections = open_sets.pop().selections
            self.steps += 1 + len(selections)
            for node in selections:
                if isinstance(node, FieldNode):
                    found.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
                elif isinstance(node, InlineFragmentNode):
                    open_sets.append(node.selection_set)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                    spread.add(node.name.value)
                    if node.name.value in self._fragments:
                        open_sets.append(self._fragments[node.name.value].selection_set)
        return found
