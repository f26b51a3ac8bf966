"""What the resolvers of one case answer: determined by a seed and by who is asked, whenever and however often."""

from collections.abc import Awaitable, Generator, Sequence
from typing import Any, TypeAlias

from graphql import (
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    is_abstract_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from tests.engine.execution import leaves, lists
from tests.engine.execution.dice import Dice, number

Info: TypeAlias = GraphQLResolveInfo["World"]

_SHARED = 3
_ANY_TYPE = ("O0", "O1", "O2", "O3", "O4", "Query")


class Odd:
    """A value of no type; and its message would tell an address."""

    def __repr__(self) -> str:
        return "<odd>"

    def __str__(self) -> str:
        raise ValueError("odd has no text")


class Thing:
    """A parent whose fields are attributes."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.__dict__.update(fields)
        self.__typename = fields.get("__typename")

    def __repr__(self) -> str:
        return f"<thing {kind_of(self)}>"


class Later(Awaitable[Any]):
    """A value some turns of the loop away, for whoever waits, as often as they do."""

    def __init__(self, value: Any, ticks: int) -> None:
        self._value, self._ticks = value, ticks

    def __await__(self) -> Generator[Any, None, Any]:
        for _ in range(self._ticks):
            yield
        if isinstance(self._value, Exception) and self._ticks % 2:
            raise self._value
        return self._value


class World:
    """The context of one execution. `faults` and `waits` of 100 values are wrong, or awaitable."""

    def __init__(self, seed: int, schema: GraphQLSchema, *, faults: int, waits: int) -> None:
        self.seed, self._schema = seed, schema
        self.faults, self.waits = faults, waits
        self.pace = 0
        self.roots_in_turn: list[str] = []
        self._shared: dict[int, Any] = {}

    def root(self, kind: str) -> Any:
        return self._object(self._schema.type_map[kind], 0)

    def note(self, info: Info) -> None:
        """Which field of a mutation is being worked at."""
        if info.operation.operation.value == "mutation":
            root = str(info.path.as_list()[0])
            if self.roots_in_turn[-1:] != [root]:
                self.roots_in_turn.append(root)

    def ticks(self, *what: object) -> int:
        return number("ticks", self.seed, self.pace, *what) % 4

    def answer(self, kind: GraphQLOutputType, source: Any, info: Info, arguments: Any) -> Any:
        """Raised, returned or awaitable: anything a resolver may do."""
        key = self._key(info.field_name, source, arguments)
        value = self._told(kind, info, key)
        if isinstance(value, Exception) and key % 2:
            raise value
        return self._perhaps_later(value, key)

    def settled_answer(self, kind: GraphQLOutputType, source: Any, info: Info, arguments: Any) -> Any:
        """The same, of a coroutine."""
        key = self._key(info.field_name, source, arguments)
        value = self._told(kind, info, key)
        if isinstance(value, Exception) and key % 2:
            raise value
        return value

    def batch(self, name: str, kind: GraphQLOutputType, sources: Sequence[Any], arguments: Any) -> list[Any]:
        """One value or exception for each parent; some parents share one and the same."""
        whole = self._key(name, "all of them", arguments)
        if Dice("batch", self.seed, whole).happens(self.faults):
            raise ValueError(f"no {name} at all")
        return [self._shared_value(kind, number(whole, key_of(source) % _SHARED)) for source in sources]

    def type_name(self, value: Any, abstract: str) -> Any:
        key = number("type", key_of(value), abstract)
        dice = Dice(self.seed, key)
        name: Any = kind_of(value)
        if dice.happens(self.faults):
            name = dice.pick([*_ANY_TYPE, "Nowhere", "Int", None, 7, ValueError("no type")])
        if isinstance(name, Exception):
            raise name
        return self._perhaps_later(name, key)

    def is_type(self, value: Any, name: str, *, is_so: bool) -> Any:
        key = number("is type", key_of(value), name)
        dice = Dice(self.seed, key)
        if dice.happens(self.faults // 2):
            raise TypeError(f"not to be told from a {name}")
        return self._perhaps_later(is_so != dice.happens(self.faults // 2), key)

    def value(self, kind: GraphQLOutputType, key: int, *, once: bool = True) -> Any:
        """Of that type, or wrong; `once`: it is looked at but once, so that it may be an iterator."""
        dice = Dice(self.seed, key)
        if dice.happens(self.faults):
            return dice.pick([None, ValueError(f"wrong {key % 97}"), Odd(), *leaves.WRONG])
        if is_non_null_type(kind):
            return self._present(kind.of_type, key, dice, once)
        return None if dice.happens(12) else self._present(kind, key, dice, once)

    def _present(self, kind: Any, key: int, dice: Dice, once: bool) -> Any:
        if is_list_type(kind):
            return self._list(kind, key, dice, once)
        if is_abstract_type(kind):
            kind = dice.pick(self._schema.get_possible_types(kind) or [self._schema.type_map["O0"]])
        if is_object_type(kind):
            return self._object(kind, key)
        return leaves.value(kind.name, dice)

    def _list(self, kind: Any, key: int, dice: Dice, once: bool) -> Any:
        keys = [number(key, index) for index in range(dice.pick([0, 1, 2, 3, 4]))]
        items = [self._perhaps_later(self.value(kind.of_type, each, once=once), each) for each in keys]
        fails = once and dice.happens(2 * self.faults)
        is_async = once and dice.happens(self.waits)
        return lists.made(items, dice, once=once, fails=fails, is_async=is_async)

    def _object(self, kind: Any, key: int) -> Any:
        fields = {
            name: self._standing(name, field.type, key) for name, field in kind.fields.items() if _stands(field)
        }
        dice = Dice("object", self.seed, key)
        fields |= {"key": key, "kind": kind.name}
        if not dice.happens(5):
            fields["__typename"] = kind.name
        return fields if dice.happens(50) else Thing(fields)

    def _standing(self, name: str, kind: GraphQLOutputType, key: int) -> Any:
        """What a parent has under a field's name: the value, or a function that answers with it."""
        own = number(key, name)
        if own % 3 and not _is_composite(kind):
            return self._perhaps_later(self.value(kind, own, once=False), own)

        def method(info: Info, **arguments: Any) -> Any:
            self.note(info)
            return self.answer(kind, {"key": key}, info, arguments)

        return method

    def _told(self, kind: Any, info: Info, key: int) -> Any:
        """Now and then a text tells what the resolver was told."""
        bare = kind.of_type if is_non_null_type(kind) else kind
        if str(bare) == "String" and key % 4 == 0:
            told = (info.field_name, info.path.as_list(), info.parent_type, info.return_type)
            name = info.operation.name
            return f"{told} {info.variable_values.coerced} {sorted(info.fragments)} {name and name.value}"
        return self.value(kind, key)

    def _shared_value(self, kind: GraphQLOutputType, key: int) -> Any:
        if key not in self._shared:
            self._shared[key] = self.value(kind, key, once=False)
        return self._shared[key]

    def _perhaps_later(self, value: Any, key: int) -> Any:
        dice = Dice("later", self.seed, key)
        return Later(value, dice.below(4)) if dice.happens(self.waits) else value

    def _key(self, name: str, source: Any, arguments: Any) -> int:
        return number(name, source if isinstance(source, str) else key_of(source), _sorted(arguments))


def key_of(value: Any) -> int:
    """Which parent it is; a wrong one is any."""
    key = value.get("key", 1) if isinstance(value, dict) else getattr(value, "key", 2)
    return key if isinstance(key, int) else 3


def kind_of(value: Any) -> Any:
    return value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)


def _stands(field: Any) -> bool:
    return "stands_in_parent" in field.extensions


def _is_composite(kind: Any) -> bool:
    while hasattr(kind, "of_type"):
        kind = kind.of_type
    return is_object_type(kind) or is_abstract_type(kind)


def _sorted(value: Any) -> Any:
    """Input whatever the order of its keys."""
    if isinstance(value, dict):
        return [(name, _sorted(value[name])) for name in sorted(value)]
    return [_sorted(each) for each in value] if isinstance(value, list) else value
