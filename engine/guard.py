"""What a document asks for, and for how much: one pass, each fragment once, before it is validated.

A fragment spread twice counts twice without being walked twice, so a chain of doubling fragments is measured in
the time of reading it. Sums saturate; nothing here grows with what it counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, TypeAlias

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

from engine.cost import NOTHING, SATURATED, FieldCost, ListSize, Price, Size, cost_of, is_introspection
from engine.counts import Counts
from engine.fragments import fragments_of, leaves_first


@dataclass(slots=True)
class Shape:
    """What a selection set asks for, with its fragments spread."""

    most_directives: int = 0  # on one node
    depth: int = 0
    breadth: int = 0  # of the widest selection set
    keys: dict[str, int] = field(default_factory=dict)  # response keys of this level
    names: dict[str, int] = field(default_factory=dict)  # and the fields they stand for
    prices: dict[str, Price] = field(default_factory=dict)  # by field name

    @property
    def price(self) -> Price:
        return sum(self.prices.values(), NOTHING)


class Limit(NamedTuple):
    """The name of a measure of `Counts` or `Shape`, how it is called towards a client, and the most of it."""

    measure: str
    words: str
    most: int


Limits: TypeAlias = tuple[Limit, ...]

_BREADTH: Final = Limit("breadth", "fields beside each other", 150)
COUNTED: Final[Limits] = (
    Limit("fields", "fields", 500),
    _BREADTH,
    Limit("aliases", "aliases", 30),
    # What shows at once; `engine.overlaps` counts what meets through fragments.
    Limit("repeats", "repeated fields", 100),
    Limit("directives", "directives", 50),
)
MEASURED: Final[Limits] = (
    Limit("depth", "levels", 12),
    _BREADTH,
    Limit("most_directives", "directives on one field", 5),
)
ROOT_LIMITS: Final = {
    OperationType.QUERY: Limit("root fields", "root fields of a query", 20),
    OperationType.MUTATION: Limit("root fields", "root fields of a mutation", 5),
    OperationType.SUBSCRIPTION: Limit("root fields", "root fields of a subscription", 1),
}


def excess(measured: Counts | Shape, limits: Limits) -> str | None:
    """What there is too much of, in words for the client, or None."""
    for limit in limits:
        if getattr(measured, limit.measure) > limit.most:
            return _words(limit)
    return None


def excess_at_root(shape: Shape, kind: OperationType) -> str | None:
    limit = ROOT_LIMITS[kind]
    return _words(limit) if sum(shape.keys.values()) > limit.most else None


def _words(limit: Limit) -> str:
    return f"at most {limit.most:,} {limit.words} are answered at once"


def measure(
    schema: GraphQLSchema, document: DocumentNode, *, assumed: int, most: int
) -> list[tuple[OperationDefinitionNode, Shape]]:
    """Each operation with its shape; a list holds at most `most` items, and `assumed` where nothing says."""
    ruler = _Ruler(schema, document, assumed, most)
    return [
        (operation, ruler.of_operation(operation))
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode)
    ]


class _Ruler:
    # Fields that only lead from a list to its items; counting them would make every list three levels deep.
    TRANSPARENT = frozenset({"edges", "node", "pageInfo"})

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, assumed: int, most: int) -> None:
        self._schema = schema
        self._assumed = assumed
        self._most = most
        self._fragments: dict[str, Shape] = {}
        definitions = fragments_of(document)
        spreads = {name: _spreads(each.selection_set) for name, each in definitions.items()}
        for fragment in map(definitions.__getitem__, leaves_first(spreads)):
            on = schema.get_type(fragment.type_condition.name.value)
            self._fragments[fragment.name.value] = self._of(fragment.selection_set, on)

    def of_operation(self, operation: OperationDefinitionNode) -> Shape:
        root = self._schema.get_root_type(operation.operation)
        shape = self._of(operation.selection_set, root)
        _add_directives(shape, operation.directives)
        return shape

    def _of(self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None) -> Shape:
        whole = Shape()
        for selection in selections.selections if selections else ():
            _join(whole, self._selection(selection, parent))
        whole.breadth = max(whole.breadth, sum(whole.keys.values()))
        return whole

    def _selection(self, selection: SelectionNode, parent: GraphQLNamedType | None) -> Shape:
        if isinstance(selection, FieldNode):
            shape = self._field(selection, parent)
        elif isinstance(selection, InlineFragmentNode):
            on = selection.type_condition
            shape = self._of(selection.selection_set, self._schema.get_type(on.name.value) if on else parent)
        else:
            assert isinstance(selection, FragmentSpreadNode)
            # A copy of the shape, for its directives are this spread's own; what it holds is shared.
            shape = replace(self._fragments.get(selection.name.value, _LEAF))
        _add_directives(shape, selection.directives)
        return _conditional(shape, selection.directives)

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Shape:
        name = node.name.value
        cost, returned = cost_of(self._schema, parent, name)
        below = self._of(node.selection_set, returned) if node.selection_set else _LEAF
        return Shape(
            below.most_directives,
            below.depth + (name not in self.TRANSPARENT and not is_introspection(name, parent)),
            below.breadth,
            keys={node.alias.value if node.alias else name: 1},
            names={name: 1},
            prices={name: self._price(node, cost, below)},
        )

    def _price(self, node: FieldNode, cost: FieldCost, below: Shape) -> Price:
        if below is _LEAF and cost.size is None:
            return Price(cost.weight) if cost.weight else NOTHING
        if cost.size is None:
            return Price(cost.weight) + below.price
        size = self._size(node, cost.size)
        if not cost.size.sized_fields:
            return (Price(cost.weight) + below.price).times(size, are_nodes=True)
        total = Price(cost.weight)
        for name, price in below.prices.items():
            total += price.times(size, are_nodes=True) if name in cost.size.sized_fields else price
        return total

    def _size(self, node: FieldNode, listed: ListSize) -> Size:
        literals: list[int] = []
        variables: list[str] = []
        for argument in node.arguments or ():
            if argument.name.value not in listed.slicing_arguments:
                continue
            if isinstance(argument.value, IntValueNode):
                # A number of a thousand digits is a long one all the same.
                literals.append(int(argument.value.value[:10]))
            elif isinstance(argument.value, ListValueNode):
                literals.append(len(argument.value.values))
            elif isinstance(argument.value, VariableNode):
                variables.append(argument.value.name.value)
        return Size(tuple(literals), tuple(variables), listed.assumed_size or self._assumed, self._most)


def _join(whole: Shape, part: Shape) -> None:
    whole.most_directives = max(whole.most_directives, part.most_directives)
    whole.depth = max(whole.depth, part.depth)
    whole.breadth = max(whole.breadth, part.breadth)
    less = part
    if len(whole.keys) < len(part.keys):
        # Copied by the interpreter, which is what keeps fifty fragments that spread a large one cheap.
        less = replace(whole)
        whole.keys, whole.names, whole.prices = dict(part.keys), dict(part.names), dict(part.prices)
    _count(whole.keys, less.keys)
    _count(whole.names, less.names)
    for name, price in less.prices.items():
        whole.prices[name] = whole.prices[name] + price if name in whole.prices else price


def _count(whole: dict[str, int], part: Mapping[str, int]) -> None:
    for name, number in part.items():
        whole[name] = min(whole.get(name, 0) + number, SATURATED)


def _spreads(selections: SelectionSetNode) -> set[str]:
    found: set[str] = set()
    open_sets = [selections]
    while open_sets:
        for selection in open_sets.pop().selections:
            if isinstance(selection, FragmentSpreadNode):
                found.add(selection.name.value)
            elif isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
                open_sets.append(selection.selection_set)
    return found


def _add_directives(shape: Shape, directives: Sequence[DirectiveNode] | None) -> None:
    shape.most_directives = max(shape.most_directives, len(directives or ()))


def _conditional(shape: Shape, directives: Iterable[DirectiveNode] | None) -> Shape:
    """The price under its `@skip` and `@include`; the text is there either way, and so are its fields."""
    conditions: list[tuple[str, bool]] = []
    for directive in directives or ():
        wanted = {"include": True, "skip": False}.get(directive.name.value)
        for argument in (directive.arguments or ()) if wanted is not None else ():
            if isinstance(argument.value, BooleanValueNode) and argument.value.value is not wanted:
                shape.prices = dict.fromkeys(shape.prices, NOTHING)
            elif isinstance(argument.value, VariableNode) and wanted is not None:
                conditions.append((argument.value.name.value, wanted))
    if conditions:
        shape.prices = {name: price.when(conditions) for name, price in shape.prices.items()}
    return shape


_LEAF: Final = Shape()
