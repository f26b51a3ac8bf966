"""Laws of the house that no linter knows: commits in one place, files short enough to read."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 300


def broken() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [ROOT / name for name in listed.stdout.split()]
    return [*_commits(files), *_too_long(files)]


def _commits(files: list[Path]) -> Iterator[str]:
    for file in files:
        name = file.relative_to(ROOT).as_posix()
        if name == "db/transaction.py" or name.startswith(("tests/", "migrations/")):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and node.attr == "commit":
                yield f"{name}:{node.lineno} commits; only db/transaction.py does"


def _too_long(files: list[Path]) -> Iterator[str]:
    for file in files:
        name = file.relative_to(ROOT).as_posix()
        lines = len(file.read_text().splitlines())
        if lines > LONGEST and not name.startswith("migrations/versions/"):
            yield f"{name} has {lines} lines: split it by what it does"
