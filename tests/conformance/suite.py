"""Runs graphql-core's tests of execution over another executor, in a process of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.conformance.lists import Lists
from tests.conformance.source import Source

_PLUGINS: Final = ("anyio.pytest_plugin", "pytest_describe.plugin", "binding")
_FOLDER: Final = "tests/execution/"


@dataclass(frozen=True)
class Told:
    """How one test ended; `answered_by` is the executor, graphql-core or nobody."""

    outcome: str
    answered_by: str
    why: str

    @property
    def has_passed(self) -> bool:
        return self.outcome == "passed"


def run(
    executor: str,
    notes: Path,
    *,
    may_fall_through: bool,
    files: Sequence[str] = ("",),
    path: Sequence[Path] = (),
) -> dict[str, Told]:
    """What happened in each test that is run, by its name; `path` is where Python finds the executor besides."""
    told = notes / f"{executor}-{may_fall_through}.json"
    asked = ["--executor", executor, "--told", str(told), *([] if may_fall_through else ["--no-fallthrough"])]
    ran = subprocess.run(
        [*_pytest(), *asked, *(_FOLDER + file for file in files)],
        cwd=Source.locked().folder(),
        env={
            **os.environ,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # what these tests know nothing of
            "PYTHONPATH": os.pathsep.join(map(str, [Path(__file__).parent, *path])),
        },
        capture_output=True,
        text=True,
    )
    assert ran.returncode in (0, 1), ran.stdout + ran.stderr  # all is well, or some tests failed
    return {name.removeprefix(_FOLDER): Told(**each) for name, each in json.loads(told.read_text()).items()}


def _pytest() -> list[str]:
    plugins = [f"-p{name}" for name in (*_PLUGINS, "no:cacheprovider")]
    return [sys.executable, "-m", "pytest", "--quiet", "-c", os.devnull, "--rootdir=.", *plugins, *_left_out()]


def _left_out() -> list[str]:
    listed = Lists.read().not_run
    files = [f"--ignore={_FOLDER}{name}" for name in ("incremental", *listed) if "::" not in name]
    return [*files, *(f"--deselect={_FOLDER}{name}" for name in listed if "::" in name)]
