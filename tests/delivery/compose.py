"""compose.yaml as a test reads it: parsed, and its variables filled in from an .env."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
_VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


def text() -> str:
    return (ROOT / "compose.yaml").read_text()


def variables() -> dict[str, str | None]:
    """What the environment may or must say, with its default."""
    found = _VARIABLE.finditer(text())
    return {each["name"]: each["rest"] if each["kind"] == "-" else None for each in found}


def services(env: dict[str, str | None]) -> dict[str, Any]:
    """The services with every variable filled in, as the engine would see them."""

    def value(found: re.Match[str]) -> str:
        given = env.get(found["name"])
        if not given:
            assert found["kind"] == "-", f"{found['name']} has no value"
            return str(found["rest"])
        return given

    parsed: dict[str, Any] = YAML(typ="safe").load(_VARIABLE.sub(value, text()))
    return dict(parsed["services"])


def made_env(folder: Path) -> dict[str, str | None]:
    """An .env as `make .env` makes it."""
    (folder / "deploy").mkdir()
    for name in (".env.example", "deploy/env.py"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run([sys.executable, "-I", folder / "deploy" / "env.py"], check=True)
    return dotenv_values(folder / ".env")
