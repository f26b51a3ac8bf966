"""How long PostgreSQL took for each statement, by what it logs itself.

Counters give means; a percentile needs every statement's own time. With `SETTINGS` PostgreSQL writes a short line
for each step of a statement: parsing, binding (which plans it) and execution.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

SETTINGS: Final = {"log_duration": "on", "log_line_prefix": "%p %i "}
_LINE = re.compile(r"(\d+) (.*) LOG:  duration: ([\d.]+) ms")


class SqlTimes:
    """The statements since this was made, in milliseconds."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._start = log.stat().st_size

    def read(self) -> list[float]:
        with self._log.open(errors="replace") as opened:
            opened.seek(self._start)
            return durations(opened)


def durations(lines: Iterable[str]) -> list[float]:
    """Each statement's whole time: the steps before its execution, on the same connection, and that."""
    found: list[float] = []
    before: dict[str, float] = {}
    for line in lines:
        match = _LINE.match(line)
        if match is None:
            continue
        connection, step, took = match[1], match[2], float(match[3])
        if step in ("PARSE", "BIND"):
            before[connection] = before.get(connection, 0) + took
        else:
            found.append(before.pop(connection, 0) + took)
    return found
