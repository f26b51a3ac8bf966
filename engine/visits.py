"""One visit of a document for all who look for something in it, with the types of what they see.

As graphql-core's `visit`, `ParallelVisitor` and `TypeInfoVisitor` do together, in their order and with what they
tell of a node. But these ask every visitor about every node and can edit what they visit: most of their time.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

from graphql import Node, TypeInfo, Visitor
from graphql.validation.validate import query_document_keys_to_validate

# No rule looks at the node of a name.
_NAMES: Final = frozenset({"name", "alias"})
_KEYS: Final = {
    kind: tuple(key for key in keys if key not in _NAMES) for kind, keys in query_document_keys_to_validate.items()
}
_Method: TypeAlias = Callable[..., Any]
# A node, what directly holds it, and all around that (nodes and tuples of nodes); is the node left, or entered?
_Place: TypeAlias = tuple[Node, Any, tuple[Any, ...], bool]


class _Kind(NamedTuple):
    """What is done with each node of a kind; the types know where they are before and after the visitors."""

    keys: Sequence[str]
    enter_type: _Method | None
    enter: Sequence[tuple[Visitor, _Method]]
    leave: Sequence[tuple[Visitor, _Method]]
    leave_type: _Method | None


def visit(root: Node, visitors: Iterable[Visitor], types: TypeInfo) -> None:
    """A visitor that answers anything but None sees nothing of what is below that node, and does not leave it.

    None of them hears of keys and paths.
    """
    _Visit(tuple(visitors), types).through(root)


class _Visit:
    def __init__(self, visitors: tuple[Visitor, ...], types: TypeInfo) -> None:
        self._visitors = visitors
        self._types = types
        self._kinds: dict[str, _Kind] = {}
        self._asleep: set[Visitor] = set()
        # Who wakes up where a node is left, by its identity.
        self._sleepers: dict[int, list[Visitor]] = {}

    def through(self, root: Node) -> None:
        """By a stack of our own: documents may be deeper than Python's."""
        places: list[_Place] = [(root, None, (), False)]
        while places:
            node, parent, ancestors, is_left = places.pop()
            kind = self._kinds.get(node.kind) or self._learn(node.kind)
            if not is_left:
                self._enter(kind, node, parent, ancestors)
                if below := _below(kind.keys, node, parent, ancestors):
                    places.append((node, parent, ancestors, True))
                    places += reversed(below)
                    continue
            self._leave(kind, node, parent, ancestors)

    def _learn(self, name: str) -> _Kind:
        visitors = self._visitors
        enter, leave = _heard(tuple(map(type, visitors)), name)
        kind = self._kinds[name] = _Kind(
            _KEYS.get(name, ()),
            getattr(self._types, f"enter_{name}", None),
            [(visitors[number], getattr(visitors[number], method)) for number, method in enter],
            [(visitors[number], getattr(visitors[number], method)) for number, method in leave],
            getattr(self._types, f"leave_{name}", None),
        )
        return kind

    def _enter(self, kind: _Kind, node: Node, parent: Any, ancestors: tuple[Any, ...]) -> None:
        if kind.enter_type:
            kind.enter_type(node)
        for visitor, method in kind.enter:
            if visitor not in self._asleep and method(node, None, parent, None, ancestors) is not None:
                self._asleep.add(visitor)
                self._sleepers.setdefault(id(node), []).append(visitor)

    def _leave(self, kind: _Kind, node: Node, parent: Any, ancestors: tuple[Any, ...]) -> None:
        for visitor, method in kind.leave:
            if visitor not in self._asleep:
                method(node, None, parent, None, ancestors)
        self._asleep.difference_update(self._sleepers.pop(id(node), ()))
        if kind.leave_type:
            kind.leave_type()


def _below(keys: Sequence[str], node: Node, parent: Any, ancestors: tuple[Any, ...]) -> list[_Place]:
    found: list[_Place] = []
    around = ancestors if parent is None else (*ancestors, parent)
    for key in keys:
        held = getattr(node, key, None)
        if isinstance(held, tuple):
            among = (*around, node)
            found += [(each, held, among, False) for each in held]
        elif held is not None:
            found.append((held, node, around, False))
    return found


@cache
def _heard(visitors: Sequence[type[Visitor]], kind: str) -> tuple[Sequence[tuple[int, str]], ...]:
    """Which of them enter a node of this kind, and which leave it, with the names of the methods."""
    return tuple(
        [
            (number, name)
            for number, visitor in enumerate(visitors)
            for name in [f"{way}_{kind}" if hasattr(visitor, f"{way}_{kind}") else way]
            if hasattr(visitor, name)
        ]
        for way in ("enter", "leave")
    )
