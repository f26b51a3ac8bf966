"""Row functions for the classes of objects that came: the next ones are of the same, as a rule."""

from collections.abc import Sequence
from typing import Any

from engine.execution.getters import getter_of
from engine.execution.kinds import PLAIN
from engine.execution.rows import Column, Rows, row_function


def function_for(columns: Sequence[Column], sample: Any) -> Rows | None:
    """For objects of the sample's class alone; inner ones that are of other classes than its own are odd to it.

    None where it would be no quicker than the function for all.
    """
    kind, found = type(sample), _known(columns, sample)
    return row_function(found, of_mappings=False, kind=kind) if _has_properties(found, kind) else None


def _known(columns: Sequence[Column], sample: Any) -> list[Column]:
    return [_of_sample(column, sample) if column.inner else column for column in columns]


def _of_sample(column: Column, sample: Any) -> Column:
    inner = getattr(sample, column.name)
    if column.items_may_be_null is not None:
        inner = next((item for item in inner or () if item is not None), None)
    if not PLAIN.learn(inner) or type(inner) not in PLAIN.known:
        return column  # there is none, or its class does not say that the next one is plain
    return column._replace(kind=type(inner), inner=_known(column.inner, inner))


def _has_properties(columns: Sequence[Column], kind: type | None) -> bool:
    return any(
        getter_of(kind, column.name) is not None or _has_properties(column.inner, column.kind)
        for column in columns
    )
