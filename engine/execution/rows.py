"""Row functions: one Python expression that reads every plain leaf of a level into the dicts of the answer.

    [{'id': a if type(a := o.id) is str else c0(a), 'author': None, …} for o in objects]

Nothing of a document is ever run as code: response keys and names of fields come in as quoted literals, or as
attribute names that were checked to be ones. Whatever is not exactly what a leaf may be is left to `c0`, which
raises where it is odd; the level is then resolved field by field.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from keyword import iskeyword
from math import isfinite
from types import CodeType
from typing import Any, Final, NamedTuple, TypeAlias

from graphql import GraphQLID, GraphQLLeafType

from engine.execution.kinds import PLAIN
from engine.execution.leaves import AS_IT_IS, coercer

Rows: TypeAlias = Callable[[Sequence[Any]], list[dict[str, Any]]]

_SOURCES_MAX: Final = 1024


class Odd(Exception):
    """A value that is not plain."""


class Column(NamedTuple):
    """`leaf` is None where only the place is kept; then `constant` is what stands there at first."""

    key: str
    name: str = ""
    leaf: GraphQLLeafType | None = None
    is_nullable: bool = True
    constant: str | None = None


def row_function(columns: Sequence[Column], *, of_mappings: bool) -> Rows:
    """For objects whose attributes are read, or for mappings."""
    names: dict[str, Any] = {"isfinite": isfinite}
    cells = []
    for number, column in enumerate(columns):
        cells.append(f"{column.key!r}: {_cell(column, f'c{number}', of_mappings)}")
        if column.leaf is not None:
            names[f"c{number}"] = _otherwise(column.leaf, column.is_nullable)
    code = _compiled(f"lambda objects: [{{{', '.join(cells)}}} for o in objects]")
    function: Rows = eval(code, names)  # noqa: S307 # the code is ours, see above
    return function


@lru_cache(_SOURCES_MAX)
def _compiled(source: str) -> CodeType:
    return compile(source, "<row function>", "eval")


def _cell(column: Column, otherwise: str, of_mappings: bool) -> str:
    if column.leaf is None:
        return repr(column.constant)
    read = f"o.get({column.name!r})" if of_mappings else _attribute(column.name)
    plain = AS_IT_IS.get(column.leaf)
    if plain is None:
        return f"{otherwise}({read})"
    first, _, rest = plain.partition("(a)")
    plain = f"{first}(a := {read}){rest}"
    return f"a if {plain}{' or a is None' if column.is_nullable else ''} else {otherwise}(a)"


def _attribute(name: str) -> str:
    is_name = name.isidentifier() and name.isascii() and not iskeyword(name)
    return f"o.{name}" if is_name else f"getattr(o, {name!r})"


def _otherwise(leaf: GraphQLLeafType, is_nullable: bool) -> Callable[[Any], Any]:
    if leaf in AS_IT_IS:
        return _id if leaf is GraphQLID else _odd
    coerce = coercer(leaf)
    holds_all = PLAIN.hold_all

    def coerced(value: Any) -> Any:
        if value is None and is_nullable:
            return None
        if callable(value) or not (holds_all((type(value),)) or PLAIN.learn(value)):
            raise Odd
        return coerce(value)

    return coerced


def _id(value: Any) -> str:
    if type(value) is int:
        return str(value)
    raise Odd


def _odd(value: Any) -> Any:
    raise Odd
