"""The executor alone, in this process, against graphql-core's: part of `make bench-peers`."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from inspect import isawaitable
from statistics import median
from time import process_time
from typing import Final

import orjson
import uvloop
from graphql import ExecutionResult

from bench.executions import Case, Execution, cases
from bench.harness import WrongAnswer
from engine.execution import no_fallthrough

ROUNDS: Final = 15
SECONDS: Final = 0.1


@dataclass(frozen=True)
class Speed:
    """Microseconds of CPU that an execution takes, and the median of the ratios of each round."""

    case: Case
    theirs: float
    ours: float
    ratio: float


def main() -> None:
    found = speeds()
    print(table(found))
    sys.exit("\n".join(missed(found)) or None)


def speeds(rounds: int = ROUNDS, seconds: float = SECONDS) -> list[Speed]:
    """Of every case; each executor has its turn in each round. Raises `WrongAnswer` where they differ."""
    return uvloop.run(_speeds(rounds, seconds))


def table(found: Sequence[Speed]) -> str:
    rows = (
        f"| {each.case.name} | {each.theirs:,.0f} | {each.ours:,.0f} | {each.ratio:.1f} | {each.case.least:g} |"
        for each in found
    )
    return "\n".join(
        ["| operation | graphql-core µs | engine µs | times | at least |", "|---|---:|---:|---:|---:|", *rows]
    )


def missed(found: Sequence[Speed]) -> Iterator[str]:
    """Each target that was missed, as a sentence."""
    for each in found:
        if each.ratio < each.case.least:
            yield f"{each.case.name}: {each.ratio:.1f} times as fast; the target is {each.case.least:g}"


async def _speeds(rounds: int, seconds: float) -> list[Speed]:
    return [await _speed(case, rounds, seconds) for case in cases()]


async def _speed(case: Case, rounds: int, seconds: float) -> Speed:
    expected = _json(await _result(case.theirs))
    with no_fallthrough():
        found = _json(await _result(case.ours))
    if found != expected:
        raise WrongAnswer(f"{case.name}: {found!r} instead of {expected!r}")
    pairs = [(await _took(case.theirs, seconds), await _took(case.ours, seconds)) for _ in range(rounds)]
    theirs, ours = zip(*pairs, strict=True)
    return Speed(case, 1e6 * median(theirs), 1e6 * median(ours), median(one / other for one, other in pairs))


async def _took(execution: Execution, seconds: float) -> float:
    """Of one, in the mean over so many seconds of CPU."""
    count, began = 0, process_time()
    while (took := process_time() - began) < seconds:
        await _result(execution)
        count += 1
    return took / count


async def _result(execution: Execution) -> ExecutionResult:
    result = execution()
    found: ExecutionResult = await result if isawaitable(result) else result
    return found


def _json(result: ExecutionResult) -> bytes:
    if result.errors:
        raise result.errors[0]
    return orjson.dumps(result.data, option=orjson.OPT_UTC_Z)


if __name__ == "__main__":
    main()
