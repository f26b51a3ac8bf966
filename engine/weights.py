"""What an answer turned out to cost: the weight of every object that is in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    is_composite_type,
)

from engine.cost import cost_of
from engine.fragments import fragments_of


@dataclass(slots=True)
class Weights:
    """The weight of each value of a field, how many lists they are in, and by response key what is below."""

    own: int = 0
    lists: int = 0
    below: dict[str, "Weights"] = field(default_factory=dict)

    def of(self, data: Mapping[str, Any]) -> int:
        """Points of what was answered to an operation; null costs nothing."""
        return self._of([data])

    def _of(self, present: Sequence[Any]) -> int:
        # A key of all objects at a time: to walk each object by itself would take thrice as long.
        for _ in range(self.lists):
            present = [value for values in present for value in values if value is not None]
        total = self.own * len(present)
        for key, weights in self.below.items():
            total += weights._of([value for each in present if (value := each.get(key)) is not None])
        return total


def weigh(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Weights:
    """Of a valid operation within the limits: a fragment is walked as often as it is spread."""
    weights = Weights()
    root = schema.get_root_type(operation.operation)
    _Scale(schema, fragments_of(document)).add(weights, operation.selection_set, root)
    return weights


class _Scale:
    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments

    def add(self, whole: Weights, selections: SelectionSetNode, parent: GraphQLNamedType | None) -> None:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                self._add_field(whole, node, parent)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                self.add(whole, fragment.selection_set, self._type(fragment))
            elif isinstance(node, InlineFragmentNode):
                self.add(whole, node.selection_set, self._type(node) or parent)

    def _add_field(self, whole: Weights, node: FieldNode, parent: GraphQLNamedType | None) -> None:
        key = node.alias.value if node.alias else node.name.value
        cost, returned = cost_of(self._schema, parent, node.name.value)
        weights = whole.below.get(key, Weights(lists=self._lists(parent, node.name.value)))
        weights.own = max(weights.own, cost.weight)
        if node.selection_set is not None:
            self.add(weights, node.selection_set, returned)
        if weights.own or weights.below:
            whole.below[key] = weights

    def _lists(self, parent: GraphQLNamedType | None, name: str) -> int:
        definition = self._schema.get_field(parent, name) if is_composite_type(parent) else None
        return 0 if definition is None else str(definition.type).count("[")

    def _type(self, node: FragmentDefinitionNode | InlineFragmentNode) -> GraphQLNamedType | None:
        return self._schema.get_type(node.type_condition.name.value) if node.type_condition else None
