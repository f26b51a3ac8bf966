"""The containers are given what Plaza needs, no secret has a default, and .env.example says it all."""

import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from server.local.binaries import find
from server.local.postgres import _initdb
from server.settings import Settings
from tests.delivery import compose
from tests.delivery.compose import ROOT

_LETTERS = ("--encoding", "--locale-provider", "--builtin-locale", "--locale", "--lc-ctype")
_BESIDE_SETTINGS = {"PLAZA_FOLDER", "DEMO_PEOPLE"}  # read before there are settings


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    return compose.made_env(tmp_path_factory.mktemp("env"))


def test_both_clusters_are_made_with_the_same_letters() -> None:
    local = {str(each) for each in _initdb(Path("data"), find(), durable=True) if str(each).startswith(_LETTERS)}
    composed = set(re.findall(r"--(?:encoding|loc|builtin|lc)[a-z-]*=\S+", compose.text()))
    assert composed == local
    assert "--lc-ctype=C.UTF-8" in composed


def test_no_secret_has_a_default(env: dict[str, str | None]) -> None:
    needed = {name for name, default in compose.variables().items() if default is None}
    assert needed == {name for name in compose.variables() if re.search("PASSWORD|KEY|SECRET", name)}
    secrets = [str(env[name]) for name in needed]
    assert len(set(secrets)) == len(secrets) == 7
    assert all(re.fullmatch(r"(first:)?[A-Za-z0-9_-]{40,}", each) for each in secrets)


def test_an_env_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    made = compose.made_env(tmp_path)
    again = subprocess.run([sys.executable, "-I", tmp_path / "deploy" / "env.py"], capture_output=True, text=True)
    assert again.returncode == 1
    assert "FileExistsError" in again.stderr
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert str(made["SIGNING_KEYS"]) in (tmp_path / ".env").read_text().partition("SIGNING_KEYS=")[2]


@pytest.mark.parametrize("service", ["app-1", "app-2", "worker"])
def test_what_runs_plaza_is_given_whole_settings(
    env: dict[str, str | None], service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, str | None] = compose.services(env)[service]["environment"]
    assert set(given) <= {name.upper() for name in Settings.model_fields}
    for name, value in given.items():
        if value is not None:
            monkeypatch.setenv(name, value)
    settings = Settings(_env_file=None)
    assert settings.database_url.get_secret_value() == (
        f"postgresql://plaza_app:{env['PLAZA_APP_PASSWORD']}@postgresql:5432/plaza"
    )
    assert settings.migration_database_url is None  # the owner's password is the migration's alone
    assert settings.forwarded_allow_ips == "172.30.98.0/24"


def test_what_is_mounted_is_there(env: dict[str, str | None]) -> None:
    mounts = [each for service in compose.services(env).values() for each in service.get("volumes", ())]
    files = [each.split(":")[0] for each in mounts if each.startswith("./")]
    assert len(files) == 6
    assert [each for each in files if not (ROOT / each).exists()] == []


def test_only_the_proxy_is_open_to_others(env: dict[str, str | None]) -> None:
    services: dict[str, Any] = compose.services(env)
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}
    open_to_all = [name for name, each in ports.items() if not all(port.startswith("127.0.0.1:") for port in each)]
    assert open_to_all == ["proxy"]
    at_the_door = [name for name, service in services.items() if "door" in service["networks"]]
    assert at_the_door == ["proxy", "app-1", "app-2"]  # whom FORWARDED_ALLOW_IPS believes


def test_prometheus_keeps_more_than_the_rules_look_back(env: dict[str, str | None]) -> None:
    command = " ".join(compose.services(env)["prometheus"]["command"])
    kept = re.search(r"--storage\.tsdb\.retention\.time=(\d+)d", command)
    rules = (ROOT / "deploy" / "prometheus" / "rules.yml").read_text()
    assert kept
    assert int(kept[1]) > max(int(days) for days in re.findall(r"\[(\d+)d\]", rules)) == 30


def test_the_example_names_every_setting_and_nothing_else() -> None:
    example = dict(re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    settings = Settings.model_fields
    assert set(example) == {name.upper() for name in settings} | _BESIDE_SETTINGS | compose.variables().keys()
    plain = {
        name.upper(): field.default
        for name, field in settings.items()
        if isinstance(field.default, str | int | float)
    }
    offered = {name: default or "" for name, default in compose.variables().items()}
    for name, default in {**plain, **offered}.items():
        assert (name, example[name].lower()) == (name, str(default).lower())


def test_the_readme_names_every_setting_and_nothing_else() -> None:
    _, _, configuration = (ROOT / "README.md").read_text().partition("## Configuration")
    rows = re.findall(r"^\| (`.+?`) \|", configuration, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    assert named == {name.upper() for name in Settings.model_fields} | _BESIDE_SETTINGS
