"""A document is visited as graphql-core visits it: the same nodes in the same order, with the same types."""

from typing import Any

import pytest
from graphql import SKIP, Node, ParallelVisitor, TypeInfo, TypeInfoVisitor, Visitor, parse
from graphql import visit as by_the_library
from graphql.validation.validate import query_document_keys_to_validate

from engine.visits import visit
from schema.root import schema
from tests.documents import DOCUMENTS

TEXTS = (
    *(document.text for document in DOCUMENTS),
    "query A($a: [Int!]! = [1] @deprecated, $b: X) @a(b: $a) { a: user(b: {c: [$a, D]}) @skip(if: true) { id } }",
    "{ ... { ... on User @a { id } ...F @a } } fragment F on Post @a { author { ...F } } { id }",
    '"told" query { viewer { id } } "told" type A @a { "told" b(c: Int = 1): Int } extend schema @a',
)


class Witness(Visitor):
    """Writes down what it is told of every node but names, and sees nothing of what is below some kinds."""

    def __init__(self, types: TypeInfo, uninteresting: str = "") -> None:
        super().__init__()
        self.told: list[Any] = []
        self._types = types
        self._uninteresting = uninteresting

    def enter(self, node: Node, _key: Any, parent: Any, _path: Any, ancestors: Any) -> object:
        self._tell("enter", node, parent, ancestors)
        return SKIP if node.kind == self._uninteresting else None

    def leave(self, node: Node, _key: Any, parent: Any, _path: Any, ancestors: Any) -> None:
        self._tell("leave", node, parent, ancestors)

    def _tell(self, way: str, node: Node, parent: Any, ancestors: Any) -> None:
        types = self._types
        known = (types.get_type(), types.get_parent_type(), types.get_input_type(), types.get_default_value())
        if node.kind != "name":
            # Types of variables are made anew whenever they are asked for.
            self.told.append((way, id(node), id(parent), list(map(id, ancestors)), list(map(str, known))))


class Fields(Visitor):
    """Looks at fields alone, and enters none that has an alias."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, int]] = []

    def enter_field(self, node: Any, *_: Any) -> object:
        self.told.append(("enter", id(node)))
        return SKIP if node.alias else None

    def leave_field(self, node: Any, *_: Any) -> None:
        self.told.append(("leave", id(node)))


def witnesses(types: TypeInfo) -> list[Witness | Fields]:
    kinds = ("", "field", "argument", "operation_definition", "fragment_spread")
    return [*(Witness(types, kind) for kind in kinds), Fields()]


@pytest.mark.parametrize("text", TEXTS)
def test_every_visitor_hears_what_the_library_tells_it(text: str) -> None:
    document = parse(text)
    types, their_types = TypeInfo(schema.types), TypeInfo(schema.types)
    ours, theirs = witnesses(types), witnesses(their_types)
    visit(document, ours, types)
    by_the_library(
        document, TypeInfoVisitor(their_types, ParallelVisitor(theirs)), query_document_keys_to_validate
    )
    for our, their in zip(ours, theirs, strict=True):
        assert our.told == their.told
