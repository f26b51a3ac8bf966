"""The guides that people read: their texts and the code in them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
GUIDES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "engine/README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]

_BLOCK = re.compile(r"^(?P<indent> *)```(?P<language>\w+)\n(?P<code>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)
_TAGGED = re.compile(r"/\* GraphQL \*/ `(.+?)`", re.DOTALL)
_BODY = re.compile(r" -d '(\{.+?\})'", re.DOTALL)
_ROW = re.compile(r"^\| (?P<cells>`\w+`.*) \|$", re.MULTILINE)


def named(guide: Path) -> str:
    return guide.relative_to(ROOT).as_posix()


def blocks(guide: Path, language: str) -> list[str]:
    return [found["code"] for found in _BLOCK.finditer(guide.read_text()) if found["language"] == language]


def files(guide: Path) -> dict[str, str]:
    """The guide's code of clients, by the names of files that stand in its first lines."""
    found = {}
    for code in (*blocks(guide, "ts"), *blocks(guide, "js")):
        first, _, rest = code.partition("\n")
        found[first.removeprefix("// ")] = rest
    return found


def bodies(guide: Path) -> Iterator[dict[str, Any]]:
    """What the guide's curl commands send."""
    yield from (json.loads(body) for body in _BODY.findall(guide.read_text()))


def documents(guide: Path) -> Iterator[str]:
    """All GraphQL of a guide, alone, in commands or in code of clients."""
    yield from blocks(guide, "graphql")
    yield from (body["query"] for body in bodies(guide))
    for code in blocks(guide, "ts"):
        yield from _TAGGED.findall(code)


def rows(guide: Path) -> dict[str, list[str]]:
    """The rows of tables that begin with one word in code, by that word."""
    found = ([cell.strip() for cell in row["cells"].split(" | ")] for row in _ROW.finditer(guide.read_text()))
    return {cells[0].strip("`"): cells[1:] for cells in found}
