"""Builds of the page: made once, by the real npm, whoever else is at it and whatever is killed."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from server.local import node
from server.web import Web, building

# A page without dependencies: npm needs no registry for it. `build.js` is what each test makes of it.
_PACKAGE = {"name": "page", "version": "1.0.0", "private": True, "scripts": {"build": "node build.js"}}
_LOCK = {
    "name": "page",
    "version": "1.0.0",
    "lockfileVersion": 3,
    "packages": {"": {"name": "page", "version": "1.0.0"}},
}
_WRITE = """
const fs = require("node:fs"), out = process.argv.at(-1);
fs.appendFileSync(process.env.BUILDS, "built\\n");
fs.mkdirSync(out, { recursive: true });
fs.writeFileSync(out + "/index.html", "a page");
"""
_SERVE = """
import sys, time
from pathlib import Path
from server.web import Web, building
with building(Web(Path(sys.argv[1]))):
    time.sleep(600)
"""


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Web:
    monkeypatch.setenv("BUILDS", str(tmp_path / "builds"))
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps(_PACKAGE))
    (folder / "package-lock.json").write_text(json.dumps(_LOCK))
    (folder / "build.js").write_text(_WRITE)
    return Web(folder)


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def builds(web: Web) -> int:
    made = web.folder.with_name("builds")
    return len(made.read_text().splitlines()) if made.exists() else 0


@pytest.mark.outside
class TestBuilding:
    def test_makes_what_is_missing_and_keeps_it(self, web: Web) -> None:
        for _ in range(2):
            with building(web):
                until(lambda: web.build() is not None)
        assert builds(web) == 1
        found = Web(web.folder).build()
        assert found is not None
        assert (found / "index.html").read_text() == "a page"

    def test_other_sources_are_built_anew_and_the_old_build_goes(self, web: Web) -> None:
        with building(web):
            until(lambda: web.build() is not None)
        old = web.build()
        (web.folder / "more.ts").write_text("export {}")
        changed = Web(web.folder)
        assert changed.build() is None
        with building(changed):
            until(lambda: changed.build() is not None)
        assert builds(web) == 2
        assert old is not None
        assert not old.exists()

    def test_a_build_that_came_with_the_installation_is_taken(self, web: Web) -> None:
        brought = web.folder / "dist"
        brought.mkdir()
        (brought / "index.html").touch()
        with building(web):
            assert web.build() == brought
        assert builds(web) == 0

    def test_a_failed_build_is_a_sentence_and_tried_at_the_next_start(
        self, web: Web, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (web.folder / "build.js").write_text("console.log('no such thing'); process.exit(1)")
        with building(web):
            until(lambda: web.failure.exists() and web.trouble() is not None)
        said = capsys.readouterr().out.strip().splitlines()
        assert len(said) == 1
        assert said[0].startswith("GraphiQL could not be built: `npm run` failed")
        assert "no such thing" in (web.made / "npm.log").read_text()

        (web.folder / "build.js").write_text(_WRITE)
        mended = Web(web.folder)
        with building(mended):
            until(lambda: mended.build() is not None)
        assert not mended.failure.exists()

    def test_several_at_once_build_once(self, web: Web) -> None:
        def start() -> None:
            one = Web(web.folder)
            with building(one):
                until(lambda: one.build() is not None)

        starts = [Thread(target=start) for _ in range(3)]
        for each in starts:
            each.start()
        for each in starts:
            each.join()
        assert builds(web) == 1

    def test_stopping_stops_npm_and_leaves_no_half_build(self, web: Web) -> None:
        (web.folder / "build.js").write_text(waiting(web))
        with building(web):
            until(started(web).exists)
            assert web.trouble() is None
        assert web.build() is None
        go(web).touch()
        with building(web):
            until(lambda: web.build() is not None)
        assert builds(web) == 1

    def test_a_killed_maker_keeps_others_out_until_its_npm_has_ended(self, web: Web) -> None:
        (web.folder / "build.js").write_text(waiting(web))
        maker = subprocess.Popen([sys.executable, "-c", _SERVE, web.folder], cwd=Path(__file__).parents[2])
        until(started(web).exists)
        maker.send_signal(signal.SIGKILL)
        maker.wait()
        assert web.trouble() is None
        with building(web):
            go(web).touch()
            until(lambda: web.build() is not None)
        assert builds(web) == 2


def waiting(web: Web) -> str:
    """A build that says it has started, and ends when it may."""
    return f"""
        require("node:fs").writeFileSync({json.dumps(str(started(web)))}, "");
        const wait = setInterval(() => {{
            if (!require("node:fs").existsSync({json.dumps(str(go(web)))})) return;
            clearInterval(wait);
            {_WRITE}
        }}, 20);
    """


def started(web: Web) -> Path:
    return web.folder.with_name("started")


def go(web: Web) -> Path:
    return web.folder.with_name("go")


def test_without_node_there_is_a_sentence(
    web: Web, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(node, "folder_of", lambda _: None)
    with building(web):
        until(web.failure.exists)
    assert "could not be built: Node.js 20.19 or newer is not on the PATH" in capsys.readouterr().out
    assert (web.trouble() or "").startswith("Node.js 20.19 or newer")
