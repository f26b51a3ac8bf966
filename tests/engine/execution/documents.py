"""Random documents for a schema: valid by construction, in nearly all cases.

A response key stands for one field with one set of arguments throughout a document, so that everything merges.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_non_null_type,
    is_union_type,
)

from tests.engine.execution import inputs
from tests.engine.execution.dice import Dice

_DEEPEST = 4
_DECIDES = GraphQLNonNull(GraphQLBoolean)
_INTROSPECTION = (
    "__schema { queryType { name } mutationType { name fields { name } } }",
    '__type(name: "O0") { name kind fields { name type { kind ofType { name } } args { name defaultValue } } }',
    "__schema { types { name kind isOneOf } directives { name args { name } } }",
    '__type(name: "Nothing") { name }',
    '__type(name: "U0") { possibleTypes { name } interfaces { name } enumValues { name } }',
)


@dataclass(frozen=True)
class Written:
    """A document, its operation's type of root, what its variables are, and its name where there are others."""

    text: str
    kind: str
    variables: dict[str, Any]
    operation: str | None


def write(schema: GraphQLSchema, seed: int) -> Written:
    return _Writer(schema, Dice("document", seed)).document()


@dataclass
class _Variables:
    """Declared by the one operation that all fragments belong to."""

    types: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)

    def named(self, kind: Any, dice: Dice) -> str:
        """One of that type that is there, or a new one; if null is refused, a default may save it."""
        same = [name for name, declared in self.types.items() if str(declared) == str(kind)]
        if same and dice.happens(50):
            return f"${dice.pick(same)}"
        name = f"v{len(self.types)}"
        nullable = kind.of_type if is_non_null_type(kind) else kind
        if dice.happens(30):
            given = inputs.value(GraphQLNonNull(nullable), dice)
            self.defaults[name] = inputs.literal(nullable, given)
            kind = dice.pick([kind, nullable])
        elif dice.happens(20):
            kind = GraphQLNonNull(nullable)
        self.types[name] = kind
        return f"${name}"

    def declaration(self) -> str:
        if not self.types:
            return ""
        each = (f"${name}: {kind}{self._default(name)}" for name, kind in self.types.items())
        return f"({', '.join(each)})"

    def _default(self, name: str) -> str:
        return f" = {self.defaults[name]}" if name in self.defaults else ""


class _Writer:
    def __init__(self, schema: GraphQLSchema, dice: Dice) -> None:
        self._schema, self._dice = schema, dice
        self._variables = _Variables()
        self._fragments: dict[str, tuple[Any, str]] = {}
        self._keys: dict[tuple[str, str], list[str]] = {}
        self._left = dice.pick([8, 20, 40, 60])

    def document(self) -> Written:
        root = "Mutation" if self._dice.happens(20) else "Query"
        body = self._selections(self._schema.type_map[root], 0)
        name = "Asked" if self._dice.happens(60) else ""
        operation = f"{root.lower()} {name}{self._variables.declaration()} {body}"
        if not name and not self._variables.types and root == "Query" and self._dice.happens(50):
            operation = body
        others = ["query Other { __typename }"] if name and self._dice.happens(30) else []
        fragments = [f"fragment {name} on {on} {text}" for name, (on, text) in self._fragments.items()]
        text = "\n\n".join(
            [*fragments, operation, *others] if self._dice.happens(30) else [*others, operation, *fragments]
        )
        return Written(text, root, self._variables.types, name if others else None)

    def _selections(self, kind: Any, depth: int) -> str:
        ways: list[Callable[[Any, int], str]] = [self._typename, self._inline, self._spread]
        if not is_union_type(kind):
            ways += [self._field] * 12
        chosen = [self._dice.pick(ways)(kind, depth) for _ in range(2 + self._dice.below(5))]
        if depth == 0 and kind.name == "Query" and self._dice.happens(15):
            chosen.append(self._dice.pick(_INTROSPECTION))
        indent = "  " * (depth + 1)
        return "{\n" + "".join(f"{indent}{each}\n" for each in chosen) + indent[2:] + "}"

    def _typename(self, kind: Any, depth: int) -> str:
        return self._dice.pick(["__typename", "kind: __typename"]) + self._directive()

    def _field(self, kind: Any, depth: int) -> str:
        self._left -= 1
        names = [name for name in kind.fields if self._may_ask(kind.fields[name], depth)]
        if not names or self._left < 0:
            return self._typename(kind, depth)
        name = self._dice.pick(names)
        definition = kind.fields[name]
        arguments = self._arguments(definition)
        key = self._key(name, arguments)
        start = (f"{key}: " if key != name else "") + name + arguments + self._directive()
        composite = get_named_type(definition.type)
        return f"{start} {self._selections(composite, depth + 1)}" if is_composite_type(composite) else start

    def _may_ask(self, definition: Any, depth: int) -> bool:
        return depth < _DEEPEST or not is_composite_type(get_named_type(definition.type))

    def _key(self, name: str, arguments: str) -> str:
        keys = self._keys.setdefault((name, arguments), [])
        if not keys or (len(keys) < 3 and self._dice.happens(20)):
            is_taken = any(name in each for each in self._keys.values())
            number = sum(map(len, self._keys.values()))
            keys.append(f"k{number}" if is_taken or self._dice.happens(15) else name)
        return self._dice.pick(keys)

    def _arguments(self, definition: Any) -> str:
        given = {}
        for name, argument in definition.args.items():
            is_required = is_non_null_type(argument.type) and argument.default is None
            if is_required or self._dice.happens(60):
                value = inputs.value(argument.type, self._dice, variable=self._perhaps_variable)
                given[name] = inputs.literal(argument.type, value)
        return f"({', '.join(f'{name}: {text}' for name, text in given.items())})" if given else ""

    def _perhaps_variable(self, kind: Any) -> str | None:
        return self._variables.named(kind, self._dice) if self._dice.happens(25) else None

    def _directive(self) -> str:
        if not self._dice.happens(15):
            return ""
        is_fixed = self._dice.happens(40)
        decided = self._dice.pick(["true", "false"]) if is_fixed else self._variables.named(_DECIDES, self._dice)
        return f" @{self._dice.pick(['skip', 'include'])}(if: {decided})"

    def _inline(self, kind: Any, depth: int) -> str:
        if depth > _DEEPEST or self._left < 0:
            return self._typename(kind, depth)
        on = self._dice.pick([None, *self._overlapping(kind)])
        start = f"... on {on}" if on else "..."
        return f"{start}{self._directive()} {self._selections(on or kind, depth + 1)}"

    def _spread(self, kind: Any, depth: int) -> str:
        if depth > _DEEPEST or self._left < 0:
            return self._typename(kind, depth)
        on = self._dice.pick(self._overlapping(kind))
        # Only finished ones, and so never one inside of itself.
        there = [name for name, (of, _) in self._fragments.items() if of in self._overlapping(kind)]
        if there and self._dice.happens(60):
            return f"...{self._dice.pick(there)}{self._directive()}"
        text = self._selections(on, depth + 1)
        name = f"F{len(self._fragments)}"
        self._fragments[name] = (on, text)
        return f"...{name}{self._directive()}"

    def _overlapping(self, kind: Any) -> list[Any]:
        return _overlaps(self._schema)[kind.name]


@lru_cache(maxsize=1)
def _overlaps(schema: GraphQLSchema) -> dict[str, list[Any]]:
    """For each type, those that something may be besides."""
    every = [each for each in schema.type_map.values() if is_composite_type(each)]
    possible = {each: _possible(schema, each) for each in every}
    return {one.name: [each for each in every if possible[one] & possible[each]] for one in every}


def _possible(schema: GraphQLSchema, kind: Any) -> set[str]:
    return {each.name for each in schema.get_possible_types(kind)} if is_abstract_type(kind) else {kind.name}
