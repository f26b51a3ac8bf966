"""Whether a server holds more memory after many requests than it did early."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bench.peers.lanes import Lane

NAMES: Final = ("engine", "plaza")
REQUESTS: Final = 200_000
MOST_GROWTH: Final = 1.05
# An access token outlives so many.
_AT_ONCE: Final = 20_000


@dataclass(frozen=True)
class Held:
    """Bytes after a tenth of the requests, and after all of them."""

    name: str
    early: int
    late: int

    @property
    def growth(self) -> float:
        return self.late / self.early


def endure(lanes: Sequence[Lane], requests: int, progress: Callable[[str], None] = lambda _: None) -> list[Held]:
    """What each holds, one after the other."""
    found = []
    for lane in lanes:
        progress(f"asking {lane.name} {requests:,} times")
        found.append(Held(lane.name, _after(lane, requests // 10), _after(lane, requests - requests // 10)))
    return found


def table(held: Sequence[Held], requests: int) -> str:
    lines = [
        f"| server | MiB after {requests // 10:,} requests | MiB after {requests:,} | growth |",
        "|---|---:|---:|---:|",
    ]
    rows = (
        f"| {each.name} | {each.early / 2**20:.1f} | {each.late / 2**20:.1f} | {each.growth - 1:+.1%} |"
        for each in held
    )
    return "\n".join([*lines, *rows])


def missed(held: Sequence[Held]) -> Iterator[str]:
    """Whoever grew too much, as a sentence."""
    for each in held:
        if each.growth > MOST_GROWTH:
            yield f"{each.name} grew by {each.growth - 1:.1%}; the target is at most {MOST_GROWTH - 1:.0%}"


def _after(lane: Lane, requests: int) -> int:
    for asked in range(0, requests, _AT_ONCE):
        lane.ask(min(_AT_ONCE, requests - asked))
    return lane.memory
