"""Server processes under measurement: started, awaited, asked what they used, ended."""

import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic, sleep

import psutil

ROOT = Path(__file__).parent.parent
_START_PATIENCE = 120.0
_STOP_PATIENCE = 30.0


class NotStarted(Exception):
    """A server that ended, or answered nobody, before it was ready; with what it said last."""


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], ready_url: str) -> Iterator[psutil.Process]:
    """A process in the repository's folder until `ready_url` answers, and ended afterwards."""
    with TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command,
            env={**_ambient(), **environment},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_ready(process, ready_url, said.fileno())
            yield psutil.Process(process.pid)
        finally:
            _end(process)


def cpu_seconds(processes: Sequence[psutil.Process]) -> float:
    """What these processes used so far, in user and kernel mode; of one that has ended, nothing."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
            total += _cpu_seconds(process)
    return total


def _cpu_seconds(process: psutil.Process) -> float:
    threads = list(Path(f"/proc/{process.pid}/task").glob("*/schedstat"))
    if threads:  # Linux's scheduler counts in nanoseconds; what psutil reads comes in hundredths of a second
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9
    times = process.cpu_times()
    return float(times.user + times.system)


def memory(processes: Sequence[psutil.Process]) -> int:
    """The bytes that these processes hold now."""
    total = 0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            total += process.memory_info().rss
    return total


def family(process: psutil.Process) -> list[psutil.Process]:
    """A process and all below it."""
    return [process, *process.children(recursive=True)]


def keep_off_last_core(process: psutil.Process) -> None:
    """Leave the last core to whoever asks, where there are two and the system lets us choose."""
    cores = _cores(process)
    if len(cores) > 1:
        process.cpu_affinity(cores[:-1])


def cores() -> list[int]:
    """Those that this process may run on; none where there is but one, or the system does not let us choose."""
    found = _cores(psutil.Process())
    return found if len(found) > 1 else []


@contextmanager
def on_cores(chosen: Sequence[int]) -> Iterator[None]:
    """This process keeps to them meanwhile, and so does for ever what it starts; to any, if there are none."""
    if not chosen:
        yield
        return
    process = psutil.Process()
    before = process.cpu_affinity()
    process.cpu_affinity(list(chosen))
    try:
        yield
    finally:
        process.cpu_affinity(before)


def _cores(process: psutil.Process) -> list[int]:
    return sorted(process.cpu_affinity()) if hasattr(process, "cpu_affinity") else []


def _ambient() -> dict[str, str]:
    """The environment without what would lead a server to somebody's own stores."""
    return {name: value for name, value in os.environ.items() if not name.endswith(("_URL", "_KEYS"))}


def _wait_ready(process: "subprocess.Popen[bytes]", url: str, said: int) -> None:
    deadline = monotonic() + _START_PATIENCE
    while not _answers(url):
        if process.poll() is not None or monotonic() > deadline:
            raise NotStarted(os.pread(said, 1 << 20, 0).decode(errors="replace")[-2000:] or "It said nothing.")
        sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_STOP_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
