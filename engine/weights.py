"""What an answer turned out to cost: the weight of every object that is in it."""

from collections.abc import Mapping
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
)

from engine.cost import cost_of
from engine.fragments import fragments_of


@dataclass(slots=True)
class Weights:
    """By response key, the field's own weight and what is below it."""

    below: dict[str, tuple[int, "Weights"]] = field(default_factory=dict)

    def of(self, data: Mapping[str, Any]) -> int:
        """Points of one object of the answer; null costs nothing."""
        total = 0
        for key, (weight, weights) in self.below.items():
            value = data.get(key)
            if value is None:
                continue
            # Walked for every object of every answer: a call for each that is a leaf here would be seen.
            if type(value) is list:
                total += weights._of_items(value, weight)
            elif weights.below and type(value) is dict:
                total += weight + weights.of(value)
            else:
                total += weight
        return total

    def _of_items(self, items: list[Any], weight: int) -> int:
        total = 0
        for item in items:
            if type(item) is list:
                total += self._of_items(item, weight)
            elif self.below and type(item) is dict:
                total += weight + self.of(item)
            elif item is not None:
                total += weight
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
        weight, below = whole.below.get(key, (0, Weights()))
        if node.selection_set is not None:
            self.add(below, node.selection_set, returned)
        if weight or cost.weight or below.below:
            whole.below[key] = max(weight, cost.weight), below

    def _type(self, node: FragmentDefinitionNode | InlineFragmentNode) -> GraphQLNamedType | None:
        return self._schema.get_type(node.type_condition.name.value) if node.type_condition else None
