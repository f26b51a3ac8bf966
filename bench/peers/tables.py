"""What was measured of the peers: a Markdown table, a plot, and the targets that were missed."""

import json
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from matplotlib.figure import Figure

from bench.peers.contenders import FOLDER, NAMES
from bench.peers.rounds import Round, middle, ratio

# At most so much CPU a request, as a part of another's. Drivers as they come are what the targets are about; those
# without one tell what the same is beside servers that we tuned.
TARGETS: Final = (
    ("engine", "mercurius-unnamed", 0.40),
    ("engine", "mercurius", None),
    ("engine", "hand-written-pool", 1.25),
    ("engine", "hand-written", None),
    ("engine", "strawberry", 0.10),
    ("plaza", "mercurius-unnamed", 0.85),
    ("plaza", "mercurius", 0.85),
)
_BASES: Final = ("floor", "hand-written", "mercurius", "strawberry")
_WHAT: Final = {
    "floor": "by hand, one statement: the floor",
    "hand-written": "by hand, three statements",
    "hand-written-pool": "by hand, three statements, asyncpg's pool",
    "engine": "Plaza's engine alone",
    "plaza": "Plaza: tokens, limits, metrics, logs",
    "strawberry": "Strawberry {strawberry-graphql}, aiodataloader",
    "mercurius": "Mercurius {mercurius}, JIT, loaders",
    "mercurius-unnamed": "Mercurius {mercurius}, unnamed statements",
    "apollo": "Apollo Server {@apollo/server}, dataloader",
    "yoga": "GraphQL Yoga {graphql-yoga}, graphql-jit, dataloader",
}


def table(rounds: Sequence[Round]) -> str:
    """One row a server; CPU besides as a multiple of what those of `_BASES` take."""
    heads = ["CPU ms", *(f"× {base}" for base in _BASES), "requests/s", "p99 ms", "memory MiB"]
    lines = ["| server | " + " | ".join(heads) + " |", "|---|" + "---:|" * len(heads)]
    return "\n".join([*lines, *(f"| {title(name)} | {' | '.join(_cells(rounds, name))} |" for name in NAMES)])


def targets(rounds: Sequence[Round]) -> str:
    """One row for each of `TARGETS`."""
    lines = ["| CPU of | beside | times | at most |", "|---|---|---:|---:|"]
    for name, to, most in TARGETS:
        held_to = "" if most is None else f"{most:.2f}"
        lines.append(f"| {title(name)} | {title(to)} | {ratio(rounds, name, to):.2f} | {held_to} |")
    return "\n".join(lines)


def title(name: str) -> str:
    """A contender in words, with its version."""
    return _WHAT[name].format_map(_versions())


def missed(rounds: Sequence[Round]) -> Iterator[str]:
    """Each target that was missed, as a sentence."""
    for name, to, most in TARGETS:
        if most is not None and (found := ratio(rounds, name, to)) > most:
            yield f"{name} takes {found:.2f} times the CPU of {to}; the target is at most {most:g}"


def plot(rounds: Sequence[Round], file: Path) -> None:
    """A bar of CPU for each server."""
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    values = [middle(rounds, name, "cpu") for name in NAMES]
    colours = ["C1" if name in ("engine", "plaza") else "C7" for name in NAMES]
    bars = axes.barh([title(name) for name in NAMES], values, color=colours)
    axes.bar_label(bars, fmt=" %.2f", fontsize=8)
    axes.invert_yaxis()
    axes.margins(x=0.08)
    axes.set_xlabel("CPU milliseconds for a page of 20 posts, median")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, dpi=110)


def _cells(rounds: Sequence[Round], name: str) -> list[str]:
    return [
        f"{middle(rounds, name, 'cpu'):.2f}",
        *(f"{ratio(rounds, name, base):.2f}" for base in _BASES),
        f"{middle(rounds, name, 'per_second'):,.0f}",
        f"{middle(rounds, name, 'p99'):.0f}",
        f"{middle(rounds, name, 'memory') / 2**20:.0f}",
    ]


def _versions() -> dict[str, str]:
    packages: dict[str, str] = json.loads((FOLDER / "package.json").read_text())["dependencies"]
    return {**packages, "strawberry-graphql": version("strawberry-graphql")}
