"""The client of the authentication guide, run as it stands against a served Plaza."""

import json
import subprocess
from pathlib import Path

import pytest

from server.demo import DEMO_PASSWORD, DEMO_USERNAME
from server.local import node

# Signs in, lets the access token go bad, and asks twice at once: both are answered after one refresh.
STORY = """
await logIn("%s", "%s");
const first = session.refreshToken;
session.accessToken = "gone";
const answers = await Promise.all([ask("{ viewer { username } }"), ask("{ viewer { username } }")]);
const second = session.refreshToken;
await logOut();
session = { accessToken: "gone", refreshToken: second };
const after = await ask("{ viewer { username } }");
const wrong = await logIn("%s", "wrong").catch((error) => error.message);
console.log(JSON.stringify({ answers, isNew: first !== second, after, session, wrong }));
"""

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("auth_guides")]


def test_the_client_refreshes_once_and_signs_out(code: Path, tmp_path: Path) -> None:
    script = tmp_path / "story.mjs"
    script.write_text((code / "client.js").read_text() + STORY % (DEMO_USERNAME, DEMO_PASSWORD, DEMO_USERNAME))
    npm = node.find()
    program = Path(npm.npm[0]).with_name("node")
    ran = subprocess.run([program, script], env=npm.environment, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["answers"] == [{"data": {"viewer": {"username": DEMO_USERNAME}}}] * 2
    assert told["isNew"] is True
    assert told["after"]["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    assert told["session"] is None
    assert told["wrong"] == "Wrong name or password."
