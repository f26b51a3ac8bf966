"""Inner rows: those of objects that were read together with their owner, found by the way that leads to them."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from engine.execution.places import Place, Step, Trail

Row: TypeAlias = dict[str, Any]

_WAYS_MAX: Final = 1024


class Stride(NamedTuple):
    """From a row to the one in it, or to those of a list in it."""

    step: Step
    # May the list's items be null? None where it is no list.
    items_may_be_null: bool | None


Way: TypeAlias = tuple[Stride, ...]


def rows_along(way: Way) -> Callable[[Sequence[Row]], list[Row]]:
    """What gives all rows at the end of the way, one after the other; null is passed over."""
    return _along(tuple((str(step.key), step.is_nullable, items) for step, items in way))


class Inside:
    """The rows at the end of a way from `rows`; which is which is worked out once, if somebody asks."""

    __slots__ = ("_place", "_rows", "_trails", "_way")

    def __init__(self, rows: Sequence[Row], place: Place, way: Way) -> None:
        self._rows = rows
        self._place = place
        self._way = way
        self._trails: list[tuple[int, Trail]] | None = None

    def trail(self, index: int, /) -> Trail:
        if self._trails is None:
            self._trails = [
                (owner, below) for owner, row in enumerate(self._rows) for below in _below(row, self._way)
            ]
        owner, below = self._trails[index]
        return (*self._place.trail(owner), *below)


def _below(row: Row, way: Way) -> Iterator[Trail]:
    if not way:
        yield ()
        return
    (step, items_may_be_null), *rest = way
    value = row[str(step.key)]
    if items_may_be_null is None:
        found: list[tuple[Trail, Any]] = [((step,), value)]
    else:
        found = [
            ((step, Step(index, index, items_may_be_null, None)), item) for index, item in enumerate(value or ())
        ]
    for steps, inner in found:
        if inner is not None:
            yield from ((*steps, *below) for below in _below(inner, tuple(rest)))


@lru_cache(_WAYS_MAX)
def _along(strides: tuple[tuple[str, bool, bool | None], ...]) -> Callable[[Sequence[Row]], list[Row]]:
    # One comprehension, as row functions are; response keys come in as quoted literals.
    loops = []
    for n, (key, is_nullable, items_may_be_null) in enumerate(strides):
        value, is_list = f"r{n}[{key!r}]", items_may_be_null is not None
        loops.append(
            f"for r{n + 1} in {value if is_list else f'({value},)'}{' or ()' if is_list and is_nullable else ''}"
        )
        if items_may_be_null or (is_nullable and not is_list):
            loops.append(f"if r{n + 1} is not None")
    source = f"lambda rows: [r{len(strides)} for r0 in rows {' '.join(loops)}]"
    function: Callable[[Sequence[Row]], list[Row]] = eval(source, {})  # noqa: S307 # the code is ours, see above
    return function
