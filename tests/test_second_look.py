"""The second look at failed tests: chance passes and is named, a broken test stays broken."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.second_look import FAILED_MAX
from tests.servers import ROOT

_LUCK = """
from pathlib import Path

def test_luck():
    seen = Path("seen").exists()
    Path("seen").touch()
    assert seen
"""
_BROKEN = "def test_broken():\n    assert False\n"
_MANY = "import pytest\n\n@pytest.mark.parametrize('n', range({}))\ndef test_n(n):\n    assert False\n"


def _run(folder: Path, module: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", module]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.long
@pytest.mark.parametrize(
    ("tests", "code", "said"),
    [
        (_LUCK, 0, "FLAKY, each passed alone:\n  test_it.py::test_luck"),
        (_LUCK + _BROKEN, 1, "Once more, alone: 2 failed."),
        (_MANY.format(FAILED_MAX + 1), 1, ""),
        ("", 1, ""),
    ],
)
def test_only_what_passes_alone_passes(tmp_path: Path, tests: str, code: int, said: str) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_it.py").write_text(tests)
    assert _run(tmp_path, "pytest").returncode != 0
    looked = _run(tmp_path, "tests.second_look")
    assert (looked.returncode, said in looked.stdout) == (code, True)
    assert (said == "") == (looked.stdout == "")
