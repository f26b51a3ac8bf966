"""The authentication guide, run as it stands against a served Plaza: its commands and its client."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from server.demo import DEMO_PASSWORD, DEMO_USERNAME
from server.local import node
from tests.guides import ROOT, blocks
from tests.serving import Served

GUIDE = ROOT / "docs/auth.md"
# The only types that the guide's client writes down; Node.js before 22 does not drop them itself.
TYPES = re.compile(
    r"^type .+\n|\??: (?:string|object|any|Session \| null|Promise<void> \| null)(?=[,) ])", re.MULTILINE
)

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

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("live")]


def test_the_commands_do_what_they_say(live: Served) -> None:
    register, login, read = (each.replace("localhost:8000", live.url) for each in blocks(GUIDE, "sh"))
    assert json.loads(run(register))["data"]["register"]["username"] == "ada_l"
    signed_in = json.loads(run(login))["data"]["login"]
    assert signed_in["viewer"]["username"] == DEMO_USERNAME
    token = signed_in["session"]["accessToken"]
    asked = json.loads(run(f"ACCESS_TOKEN={token}\n{read}"))
    assert asked["data"]["viewer"] == {"username": DEMO_USERNAME}
    assert len(asked["data"]["homeFeed"]["edges"]) == 2


def test_the_client_refreshes_once_and_signs_out(live: Served, tmp_path: Path) -> None:
    (client,) = blocks(GUIDE, "ts")
    script = tmp_path / "client.mjs"
    story = STORY % (DEMO_USERNAME, DEMO_PASSWORD, DEMO_USERNAME)
    script.write_text(TYPES.sub("", client.replace("http://localhost:8000", live.url)) + story)
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


def run(command: str) -> str:
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=True)
    return ran.stdout
