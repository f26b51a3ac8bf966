"""The TypeScript of the guides about accounts: type-checked, compiled, and served at an origin of its own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

from tests.clients.packages import installed
from tests.guides import ROOT, blocks, files

GUIDES: Final = (ROOT / "docs/auth.md", *sorted((ROOT / "docs/auth").glob("*.md")))
_ADDRESS: Final = "localhost:8000"
_PAGE: Final = '<!doctype html><html lang="en"><title>A front end</title>'
_HOW: Final = {
    "target": "es2023",
    "lib": ["es2023", "dom", "dom.iterable"],
    "types": [],
    "module": "es2022",
    "moduleDetection": "force",
    "strict": True,
    "noEmitOnError": True,
    "rootDir": "src",
    "outDir": "build",
}


def commands(guide: Path, port: int) -> list[str]:
    """What the guide has typed into a shell, for the Plaza at this port."""
    return [block.replace(_ADDRESS, f"localhost:{port}") for block in blocks(guide, "sh")]


def compiled(folder: Path, port: int) -> Path:
    """A folder with a page and the guides' code as modules that ask the Plaza at this port."""
    packages = installed(ROOT / "tests/clients").copied(folder / "front-end")
    source, build = packages.folder / "src", packages.folder / "build"
    for guide in GUIDES:
        for name, code in files(guide).items():
            (source / name).write_text(code.replace(_ADDRESS, f"localhost:{port}"))
    names = [f"src/{name}" for guide in GUIDES for name in files(guide)]
    (packages.folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": _HOW, "files": names}))
    ran = packages.run("build")
    assert ran.returncode == 0, ran.stdout
    (build / "back").mkdir()  # where providers send people back to
    for page in ("index.html", "back/index.html"):
        (build / page).write_text(_PAGE)
    return build


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing among the tests' own lines."""


@contextmanager
def at_its_origin(folder: Path) -> Iterator[str]:
    """The folder's origin while it is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()
