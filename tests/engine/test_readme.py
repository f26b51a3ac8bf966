"""The example in the engine's README does what it says."""

import re
import subprocess
import sys

from tests.servers import ROOT


def test_the_example_prints_what_it_says() -> None:
    text = (ROOT / "engine" / "README.md").read_text()
    (example,) = re.findall(r"```python\n(.+?)```", text, re.DOTALL)
    said = re.search(r"print\(result\.data\)  # (.+)", example)
    assert said is not None
    assert len(example.splitlines()) <= 30
    ran = subprocess.run([sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == (f"{said[1]}\n", "")


def test_it_knows_nothing_of_plaza() -> None:
    program = "import engine.execution, sys; print([name for name in sys.modules if name.split('.')[0] in %r])"
    ours = {"auth", "db", "domain", "resolvers", "schema", "server"}
    ran = subprocess.run([sys.executable, "-c", program % ours], cwd=ROOT, capture_output=True, text=True)
    assert ran.stdout == "[]\n", ran.stderr
