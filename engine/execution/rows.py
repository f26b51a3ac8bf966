"""Row functions: one Python expression that reads every plain leaf of a level into the dicts of the answer.

    [{'id': a if type(a := o.id) is str else c0(a), 'author': None, …} for o in objects]

Objects that are attributes, and lists of them, are read by the same expression. Nothing of a document is ever
run as code: response keys and names of fields come in as quoted literals, or as attribute names that were checked
to be ones. Whatever is not exactly what a leaf may be is left to `c0`, which raises where it is odd; the level is
then resolved field by field.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from keyword import iskeyword
from math import isfinite
from types import CodeType
from typing import Any, Final, NamedTuple, TypeAlias

from graphql import GraphQLID, GraphQLInt, GraphQLLeafType, Undefined
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

from engine.execution.getters import getter_of, shortcut
from engine.execution.kinds import PLAIN
from engine.execution.leaves import AS_IT_IS, INT_MAX, INT_MIN, UNCHANGING, coercer, coercion

Rows: TypeAlias = Callable[..., list[dict[str, Any]]]

_SOURCES_MAX: Final = 1024
# Of one column; they are those of a few values as a rule.
_TYPES_MAX: Final = 16


class Odd(Exception):
    """A value that is not plain."""


class Column(NamedTuple):
    """A leaf, what has `inner` columns (an object, a list of them), or a place kept for what comes later or is
    `constant`."""

    key: str
    name: str = ""
    leaf: GraphQLLeafType | None = None
    is_nullable: bool = True
    constant: str | None = None
    inner: Sequence["Column"] = ()
    # The class that the objects have to be of, where not all are welcome.
    own: type | None = None
    # Of a list's objects: may they be null? None where it is no list.
    items_may_be_null: bool | None = None
    # The class that its objects are expected to be of, where there is one.
    kind: type | None = None

    @property
    def is_left(self) -> bool:
        """Is it still to be resolved?"""
        return self.leaf is None and not self.inner and self.constant is None

    @property
    def leaves_some(self) -> bool:
        """Is there something in its inner row that is?"""
        return any(column.is_left for column in self.inner)


def row_function(columns: Sequence[Column], *, of_mappings: bool, kind: type | None = None) -> Rows:
    """For objects whose attributes are read, or for mappings; what is in an `inner` row is always an attribute.

    Of every inner object that has something left to be resolved, one after the other and the outer ones first, it
    is given a function beside, which takes those that were met and returns None. With a `kind` it is for objects
    of that class alone, which the caller has looked at.
    """
    return _Expression(of_mappings=of_mappings).function(columns, kind)


def width(columns: Sequence[Column]) -> int:
    """How many columns they are with all inner ones."""
    return sum(1 + width(column.inner) for column in columns)


class _Expression:
    def __init__(self, *, of_mappings: bool) -> None:
        self._of_mappings = of_mappings
        self._names: dict[str, Any] = {
            "isfinite": isfinite,
            "plain": PLAIN.known,
            "learn": PLAIN.learn,
            "Undefined": Undefined,
        }
        self._count = 0
        self._takers: list[str] = []

    def function(self, columns: Sequence[Column], kind: type | None) -> Rows:
        row = self._row(columns, "o", kind)
        code = _compiled(f"lambda {', '.join(['objects', *self._takers])}: [{row} for o in objects]")
        function: Rows = eval(code, self._names)  # noqa: S307 # the code is ours, see above
        return function

    def _row(self, columns: Sequence[Column], source: str, kind: type | None) -> str:
        return f"{{{', '.join(f'{column.key!r}: {self._cell(column, source, kind)}' for column in columns)}}}"

    def _cell(self, column: Column, source: str, kind: type | None) -> str:
        if column.is_left or column.constant is not None:
            return repr(column.constant)
        number, self._count = self._count, self._count + 1
        read = self._read(column, number, source, kind)
        if column.leaf is not None:
            return self._leaf(column, number, read)
        if column.items_may_be_null is not None:
            return self._list(column, number, read)
        return self._object(column, number, f"o{number} := {read}", is_nullable=column.is_nullable)

    def _read(self, column: Column, number: int, source: str, kind: type | None) -> str:
        if self._of_mappings and source == "o":
            return f"{source}.get({column.name!r})"
        getter = getter_of(kind, column.name)
        if getter is None:
            return _attribute(source, [column.name])
        match shortcut(getter):
            case int(item):
                return f"{source}[{item}]"
            case [*path]:
                return _attribute(source, path)
        self._names[f"g{number}"] = getter
        return f"g{number}({source})"

    def _list(self, column: Column, number: int, read: str) -> str:
        self._names[f"e{number}"] = _nothing if column.is_nullable else _odd
        item = self._object(column, number, f"o{number}", is_nullable=bool(column.items_may_be_null))
        return (
            f"[{item} for o{number} in l{number}] if type(l{number} := {read}) is list else e{number}(l{number})"
        )

    def _object(self, column: Column, number: int, met: str, *, is_nullable: bool) -> str:
        self._names[f"c{number}"] = _nothing if is_nullable else _odd
        kind = column.own or column.kind
        if kind is None:
            is_there = f"(type({met}) in plain or learn(o{number}))"
        else:
            self._names[f"k{number}"] = kind
            is_there = f"type({met}) is k{number}"
        if column.own is not None:
            is_there += f" and not hasattr(o{number}, {TYPE_CAST_ATTRIBUTE!r})"
        if column.leaves_some:
            self._takers.append(f"take{number}")
            is_there += f" and not take{number}(o{number})"
        return f"{self._row(column.inner, f'o{number}', kind)} if {is_there} else c{number}(o{number})"

    def _leaf(self, column: Column, number: int, read: str) -> str:
        assert column.leaf is not None
        plain = AS_IT_IS.get(column.leaf)
        if plain is None:
            return self._coerced(column.leaf, column.is_nullable, number, read)
        self._names[f"c{number}"] = _RARER.get(column.leaf, _odd)
        first, _, rest = plain.partition("(a)")
        plain = f"{first}(a := {read}){rest}"
        return f"a if {plain}{' or a is None' if column.is_nullable else ''} else c{number}(a)"

    def _coerced(self, leaf: GraphQLLeafType, is_nullable: bool, number: int, read: str) -> str:
        known: set[type] = set()
        coerce = coercion(leaf)
        self._names |= {f"t{number}": known, f"c{number}": _otherwise(leaf, is_nullable, known)}
        if coerce in UNCHANGING:
            return f"a if type(a := {read}) in t{number} else c{number}(a)"
        self._names[f"s{number}"] = coerce
        is_there = f"(b := s{number}(a)) is not None and b is not Undefined"
        return f"b if type(a := {read}) in t{number} and {is_there} else c{number}(a)"


@lru_cache(_SOURCES_MAX)
def _compiled(source: str) -> CodeType:
    return compile(source, "<row function>", "eval")


def _attribute(source: str, path: Sequence[str]) -> str:
    for name in path:
        is_name = name.isidentifier() and name.isascii() and not iskeyword(name)
        source = f"{source}.{name}" if is_name else f"getattr({source}, {name!r})"
    return source


def _otherwise(leaf: GraphQLLeafType, is_nullable: bool, known: set[type]) -> Callable[[Any], Any]:
    """Of a value that is of none of the `known` types, to which its own is added where the type alone decides."""
    coerce = coercer(leaf)

    def coerced(value: Any) -> Any:
        if value is None and is_nullable:
            return None
        if callable(value) or not PLAIN.learn(value):
            raise Odd
        if type(value) in PLAIN.known and len(known) < _TYPES_MAX:
            known.add(type(value))
        return coerce(value)

    return coerced


def _id(value: Any) -> str:
    if type(value) is int:
        return str(value)
    raise Odd


def _int(value: Any) -> int:
    if type(value) is int and INT_MIN <= value <= INT_MAX:
        return value
    raise Odd


def _nothing(value: Any) -> None:
    if value is not None:
        raise Odd


def _odd(value: Any) -> Any:
    raise Odd


# Of leaves whose values are not all as they are as a rule.
_RARER: Final[dict[GraphQLLeafType, Callable[[Any], Any]]] = {GraphQLID: _id, GraphQLInt: _int}
