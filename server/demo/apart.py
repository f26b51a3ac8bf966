"""Makes the demo network in a process of its own: the hundreds of megabytes it takes are gone afterwards."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial

from server import demo
from server.demo.progress import shown
from server.mistakes import UserMistake, sentence

_ENDINGS = (signal.SIGINT, signal.SIGTERM)
_CHILD = "from server.demo.apart import tell; tell()"


def seed(owner_url: str, people: int) -> None:
    """Fill the database and show how far it is. Raises `UserMistake`; then nothing was written."""
    with shown() as progress, _held_back() as let_go, _started() as child:
        try:
            let_go()
            _follow(child, {"owner_url": owner_url, "people": people}, progress)
        except BaseException:
            # Its transaction ends with it, so it may be killed wherever it is.
            child.kill()
            raise
    if child.returncode:
        raise UserMistake(f"{_ended(child.returncode)}: nothing of it was kept, and the next start tries again.")


def tell() -> None:
    """The child: takes its order from standard input, and says a line of JSON whenever there is news."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDINGS)
    order = json.load(sys.stdin)
    try:
        asyncio.run(demo.seed(**order, now=datetime.now(UTC), progress=_say))
    except Exception as error:
        if (refused := sentence(error)) is None:
            raise
        _say(refused, None)


@contextmanager
def _held_back() -> Iterator[Callable[[], object]]:
    """Whoever ends us while the child is being started has to wait until somebody can end the child."""
    let_go = partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, _ENDINGS)
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
    try:
        yield let_go
    finally:
        let_go()


def _started() -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - our own interpreter and code
        # -P: what stands in the folder that somebody starts us from is not ours to import.
        [sys.executable, "-P", "-c", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is told to us, and we end it
    )


def _follow(child: "subprocess.Popen[str]", order: dict[str, object], progress: demo.Progress) -> None:
    assert child.stdin
    assert child.stdout
    with suppress(BrokenPipeError), child.stdin:  # one that is gone already says so by its exit code
        json.dump(order, child.stdin)
    for line in child.stdout:
        said, share = json.loads(line)
        if share is None:
            raise UserMistake(said)
        progress(said, share)


def _say(what: str, share: float | None) -> None:
    print(json.dumps([what, share]), flush=True)  # noqa: T201


def _ended(code: int) -> str:
    if code > 0:
        return "Making the demonstration network failed"
    name = signal.Signals(-code).name
    hint = " (is memory short? DEMO_PEOPLE makes it smaller)" if name == "SIGKILL" else ""
    return f"Making the demonstration network was ended by {name}{hint}"
