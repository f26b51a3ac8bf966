"""What was measured, as a Markdown table and a plot."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

import psutil
from matplotlib.figure import Figure

from bench.harness import Sample

Medians: TypeAlias = dict[tuple[str, str], Sample]

_FIGURES = {"cpu": "server CPU ms", "database_cpu": "database CPU ms", "p50": "p50 ms", "p95": "p95 ms"}
_COMPARED = ("cpu", "database_cpu")
_BUSY = (
    " Others worked on it meanwhile: latencies tell of them as well, and CPU is dearer than on a quiet machine;"
    " compare within the table alone."
)


def table(found: Medians, contenders: Sequence[str]) -> str:
    """One row an operation, one column a figure and contender; for CPU, how the last compares with the first."""
    heads = [head for figure in _FIGURES for head in _heads(figure, contenders)]
    lines = ["| operation | " + " | ".join(heads) + " |", "|---|" + "---:|" * len(heads)]
    for operation in operations(found):
        row = [found[operation, name] for name in contenders]
        cells = [cell for figure in _FIGURES for cell in _cells(figure, row)]
        lines.append(f"| `{operation}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def operations(found: Medians) -> list[str]:
    return list(dict.fromkeys(operation for operation, _ in found))


def machine() -> str:
    """When and on what, and whether it was shared."""
    load, cores = os.getloadavg()[0], psutil.cpu_count() or 1
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, {cores} cores, {memory:.0f} GiB, "
        f"{platform.system()} {platform.release().split('-')[0]}; load average when it began {load:.1f}."
        f"{_BUSY if load > cores / 2 else ''}"
    )


def versions(*packages: str) -> str:
    """Python's version and those of packages."""
    return ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in packages)])


def plot(found: Medians, contenders: Sequence[str], file: Path) -> None:
    """Bars of the CPU that a request costs the server and, lighter behind it, the database."""
    names = operations(found)
    figure = Figure(figsize=(8, 0.5 + 0.42 * len(names)), layout="constrained")
    axes = figure.subplots()
    height = 0.8 / len(contenders)
    for place, contender in enumerate(contenders):
        rows = [found[name, contender] for name in names]
        at = [index + (place - (len(contenders) - 1) / 2) * height for index in range(len(names))]
        cpu, database = [row.cpu for row in rows], [row.database_cpu for row in rows]
        axes.barh(at, cpu, height, color=f"C{place}", label=f"{contender}: server")
        axes.barh(at, database, height, left=cpu, color=f"C{place}", alpha=0.4, label=f"{contender}: database")
        for y, row in zip(at, rows, strict=True):
            total = row.cpu + row.database_cpu
            axes.text(total, y, f" {total:.1f}", va="center", fontsize=7)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.margins(x=0.08, y=0.01)
    axes.set_xlabel("CPU milliseconds per request (median of the rounds)")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(file, dpi=110)


def _heads(figure: str, contenders: Sequence[str]) -> list[str]:
    ratio = ["ratio"] if figure in _COMPARED and len(contenders) > 1 else []
    return [*(f"{_FIGURES[figure]}, {name}" for name in contenders), *ratio]


def _cells(figure: str, row: Sequence[Sample]) -> list[str]:
    values = [getattr(sample, figure) for sample in row]
    cells = [f"{value:.1f}" for value in values]
    if figure in _COMPARED and len(row) > 1:
        cells.append(f"{values[-1] / values[0]:.2f}" if values[0] else "–")
    return cells


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
