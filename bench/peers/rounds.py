"""Rounds in which everybody is measured once, and what they say together."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import TypeAlias

from bench.peers.lanes import Figures, Lane

# By contender.
Round: TypeAlias = Mapping[str, Figures]


def measure(
    lanes: Sequence[Lane],
    *,
    rounds: int,
    seconds: float,
    warming: int,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Round]:
    """Whoever goes first in one round goes last in the next.

    Each has a new process for every round, which is asked `warming` times first: two processes of the same code
    differ by a tenth, for as long as they live.
    """
    found: list[Round] = []
    for number in range(rounds):
        progress(f"round {number + 1} of {rounds}")
        order = lanes if number % 2 == 0 else lanes[::-1]
        found.append({lane.name: _sample(lane, seconds, warming) for lane in order})
    return found


def middle(rounds: Sequence[Round], name: str, figure: str) -> float:
    """The median of one contender's figure."""
    return float(median(getattr(each[name], figure) for each in rounds))


def ratio(rounds: Sequence[Round], name: str, to: str) -> float:
    """The median of how much CPU one takes for a request, by another's in the same round."""
    return median(each[name].cpu / each[to].cpu for each in rounds)


def _sample(lane: Lane, seconds: float, warming: int) -> Figures:
    with lane:
        lane.ask(warming)
        return lane.sample(seconds)
