"""The page that is written in TypeScript, in `web/`: where its build is, and how `plaza serve` makes one.

A build is looked for in `web/dist`, where `npm run build` puts it and an image brings it; then in `web/.built`,
where `plaza serve` keeps the one that it made, under the fingerprint of its sources.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from server.local import LocalServersError, node

_FOLDER: Final = Path(__file__).parent.parent / "web"
_NOT_SOURCES: Final = {"node_modules", "dist", ".built"}
_GLANCE: Final = 0.1  # seconds between looks at npm, or at another process that builds
_UNBUILT: Final = "It has not been built here: start `plaza serve`, or run `npm ci && npm run build` in web/."


class BuildFailed(Exception):
    """Its text is for the person at the terminal and for the page."""


class Web:
    """One folder of sources and its build, for any number of processes at once."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self.folder = folder
        self.made = folder / ".built"
        self.lock = self.made / "lock"
        self.failure = self.made / "failure"

    @cached_property
    def target(self) -> Path:
        """Where a build of the sources as they are belongs."""
        known = sha256()
        for file in sorted(path for place in self._sources() for path in (place, *place.rglob("*"))):
            if file.is_file():
                known.update(f"{file.relative_to(self.folder)}\0{file.stat().st_size}\0".encode())
                known.update(file.read_bytes())
        return self.made / known.hexdigest()[:16]

    def build(self) -> Path | None:
        """The folder of a finished build; `None` while there is none."""
        places = (self.folder / "dist", self.target)
        return next((place for place in places if (place / "index.html").exists()), None)

    def trouble(self) -> str | None:
        """Why there is no build; `None` while one is being made."""
        try:
            with self.lock.open() as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return self.failure.read_text()
        except BlockingIOError:
            return None
        except OSError:
            return _UNBUILT

    def _sources(self) -> list[Path]:
        return [path for path in self.folder.glob("*") if path.name not in _NOT_SOURCES]


@contextmanager
def building(web: Web) -> Iterator[None]:
    """A build is made beside whatever is done meanwhile, unless there is one; a failed one is told of, no more."""
    if web.build() is not None:
        yield
        return
    stop = threading.Event()
    builder = threading.Thread(target=_build_and_tell, args=(web, stop))
    builder.start()
    try:
        yield
    finally:
        stop.set()
        builder.join()


def _build_and_tell(web: Web, stop: threading.Event) -> None:
    try:
        web.made.mkdir(exist_ok=True)
        with web.lock.open("w") as lock:
            if _taken(lock, stop) and web.build() is None:
                _build(web, lock, stop)
    except (BuildFailed, OSError) as error:
        print(f"GraphiQL could not be built: {error}", flush=True)  # noqa: T201


def _taken(lock: IO[str], stop: threading.Event) -> bool:
    while not stop.is_set():
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stop.wait(_GLANCE)
        else:
            return True
    return False


def _build(web: Web, lock: IO[str], stop: threading.Event) -> None:
    """What stands in the target is always whole: it gets there by being renamed."""
    unfinished = web.made / "unfinished"
    try:
        web.failure.unlink(missing_ok=True)
        for old in filter(Path.is_dir, web.made.iterdir()):
            shutil.rmtree(old)
        for arguments in (["ci"], ["run", "build", "--", "--outDir", str(unfinished)]):
            if not _npm(web, arguments, lock, stop):
                return
        unfinished.rename(web.target)
    except (BuildFailed, OSError) as error:
        web.failure.write_text(str(error))
        raise


def _npm(web: Web, arguments: list[str], lock: IO[str], stop: threading.Event) -> bool:
    """Whether it was let to its end; raises `BuildFailed`."""
    try:
        found = node.find()
    except LocalServersError as error:
        raise BuildFailed(str(error)) from None
    log = web.made / "npm.log"
    with log.open("w") as said:
        process = subprocess.Popen(  # noqa: S603 - npm as it was found
            [*found.npm, *arguments],
            cwd=web.folder,
            env=found.environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            # An npm whose Plaza was killed goes on to its end: until then nobody else may begin.
            pass_fds=[lock.fileno()],
            process_group=0,
        )
    while process.poll() is None:
        if stop.wait(_GLANCE):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return False
    if process.returncode != 0:
        raise BuildFailed(f"`npm {arguments[0]}` failed (is its registry within reach?); {log} has what it said.")
    return True
