"""The arrows between the floors really are held: a planted violation of each contract fails the build."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = ("auth", "db", "domain", "engine", "migrations", "resolvers", "schema", "server")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    for name in FLOORS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("db/ids.py", "import domain.posts", "Floors"),
        ("domain/errors.py", "import schema.errors", "do not speak GraphQL"),
        ("schema/users.py", "import resolvers.posts", "Only the table of contents"),
        ("engine/batch.py", "import db.ids", "The engine is a library"),
        ("auth/viewer.py", "import server.settings", "Settings are read"),
    ],
)
def test_a_planted_violation_fails(copy: Path, file: str, line: str, broken: str) -> None:
    planted = copy / file
    original = planted.read_text()
    planted.write_text(f"{original}\n{line}\n")
    try:
        linter = Path(sys.executable).parent / "lint-imports"
        ran = subprocess.run(
            [linter, "--no-cache"], cwd=copy, env={"PYTHONPATH": str(copy)}, capture_output=True, text=True
        )
    finally:
        planted.write_text(original)
    assert ran.returncode == 1
    assert [each for each in ran.stdout.splitlines() if broken in each and "BROKEN" in each]
