"""Settings: what is wrong is said in a sentence that names the variable and never its value."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from server.mistakes import sentence
from server.settings import Settings

_NEW, _OLD = "Zr8vK1xQ0mWc7LfTn3Hy5BdUs9JpAe2g", "q4XwN7tRbY2kVh6MzC0sGj8PdLf5Ua1E"
_NEWEST, _OLDER = "pB7nZ4cVx1LkQ9sWd6FgH3jRt0YuM5aE", "e8TqJ2wXr5UyN0bKv4GhS7mCz1PdL6fA"
_GOOD: dict[str, Any] = {
    "database_url": SecretStr("postgres://db/plaza"),
    "redis_url": SecretStr("redis://cache"),
    "signing_keys": SecretStr(f"new:{_NEW},old:{_OLD}"),
    "encryption_keys": SecretStr(f"newest:{_NEWEST},older:{_OLDER}"),
}


def test_the_first_key_signs_and_all_verify() -> None:
    assert Settings(**_GOOD).keys == {"new": _NEW.encode(), "old": _OLD.encode()}


def test_the_first_key_seals_and_all_open() -> None:
    assert list(Settings(**_GOOD).vault_keys.items()) == [
        ("newest", _NEWEST.encode()),
        ("older", _OLDER.encode()),
    ]


def test_outside_of_production_the_keys_that_seal_come_from_those_that_sign() -> None:
    settings = Settings(**{**_GOOD, "encryption_keys": None})
    assert list(settings.vault_keys) == ["new", "old"]
    assert set(settings.vault_keys.values()).isdisjoint(settings.keys.values())


def test_migrations_use_the_owners_address_where_there_is_one() -> None:
    assert Settings(**_GOOD).owner_url == "postgresql://db/plaza"
    with_owner = Settings(**_GOOD, migration_database_url=SecretStr("postgres://owner@db/plaza"))
    assert with_owner.owner_url == "postgresql://owner@db/plaza"


def test_origins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", "https://a.org, https://b.org")
    assert Settings(**_GOOD).cors_origins == ("https://a.org", "https://b.org")


@pytest.mark.parametrize("origin", ["*", "https://*.example.org", "example.org", "https://example.org/", "null"])
def test_what_is_no_origin_is_refused(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv("CORS_ORIGINS", f"https://a.org,{origin}")
    with pytest.raises(ValidationError, match="is no origin"):
        Settings(**_GOOD)


@pytest.mark.parametrize(
    ("environment", "introspection", "told"),
    [
        ("development", None, True),
        ("production", None, False),
        ("production", "true", True),
        ("development", "0", False),
    ],
)
def test_the_schema_is_told_in_development_unless_said_otherwise(
    monkeypatch: pytest.MonkeyPatch, environment: str, introspection: str | None, told: bool
) -> None:
    monkeypatch.setenv("ENVIRONMENT", environment)
    if introspection is not None:
        monkeypatch.setenv("INTROSPECTION", introspection)
    assert Settings(**_GOOD).tells_schema is told


def test_a_switch_that_is_set_to_nothing_is_not_set(tmp_path: Path) -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text()
    empty = re.findall(r"^# ([A-Z_]+)=$", example, re.MULTILINE)
    switches = [
        name.upper() for name, field in Settings.model_fields.items() if field.annotation in (bool, bool | None)
    ]
    assert {"GRAPHIQL", "DEMO_LOGIN", "DOCS", "INTROSPECTION"} <= set(switches)
    file = tmp_path / ".env"
    file.write_text("".join(f"{name}=\n" for name in {*switches, *empty}))
    assert Settings(**_GOOD, _env_file=file) == Settings(**_GOOD, _env_file=None)


@pytest.mark.parametrize(
    ("environment", "folder", "people"),
    [({}, "there", 40), ({"PLAZA_FOLDER": "/here", "DEMO_PEOPLE": "7"}, "/here", 7)],
)
def test_what_is_read_before_the_settings_may_stand_in_the_file_too(
    tmp_path: Path, environment: dict[str, str], folder: str, people: int
) -> None:
    (tmp_path / ".env").write_text("PLAZA_FOLDER=there\nDEMO_PEOPLE=40\n")
    others = {name: value for name, value in os.environ.items() if name not in ("PLAZA_FOLDER", "DEMO_PEOPLE")}
    asked = "from server.environment import FOLDER; from server.serve import PEOPLE; print(FOLDER, PEOPLE)"
    command = [sys.executable, "-c", asked]
    ran = subprocess.run(
        command, cwd=tmp_path, env={**others, **environment}, capture_output=True, text=True, check=True
    )
    assert ran.stdout == f"{tmp_path / folder} {people}\n"


@pytest.mark.parametrize("environment", ["development", "production"])
def test_an_empty_switch_is_one_that_was_not_set(monkeypatch: pytest.MonkeyPatch, environment: str) -> None:
    monkeypatch.setenv("ENVIRONMENT", environment)
    for name in ("DOCS", "GRAPHIQL", "INTROSPECTION"):
        monkeypatch.setenv(name, "")
    settings = Settings(**_GOOD)
    switches = {settings.has_docs, settings.has_graphiql, settings.tells_schema}
    assert switches == {environment == "development"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"signing_keys": SecretStr("k:short")}, "SIGNING_KEYS: every secret needs at least 32 bytes."),
        ({"signing_keys": SecretStr("")}, "SIGNING_KEYS: name at least one kid:secret pair."),
        ({"encryption_keys": SecretStr("k:short")}, "ENCRYPTION_KEYS: every pair needs a secret of at least 32"),
        ({"encryption_keys": SecretStr(",")}, "ENCRYPTION_KEYS: every pair needs a secret of at least 32"),
        ({"environment": "production", "encryption_keys": None}, "ENCRYPTION_KEYS: name at least one kid:secret"),
        ({"environment": "production", "encryption_keys": SecretStr(f"k:{_OLD}")}, "ENCRYPTION_KEYS: production"),
        (
            {"environment": "production", "google_client_secret": SecretStr("geheim")},
            "GOOGLE_CLIENT_SECRET: production takes no secret that is too easily guessed",
        ),
        (
            {"environment": "production", "github_client_secret": SecretStr("geheim")},
            "GITHUB_CLIENT_SECRET: production takes no secret that is too easily guessed",
        ),
        ({"database_url": SecretStr("mysql://geheim@db")}, "DATABASE_URL: A PostgreSQL address starts with"),
        ({"redis_url": SecretStr("geheim")}, "REDIS_URL: A Redis address starts with"),
        ({"environment": "production", "demo_login": True}, "DEMO_LOGIN: production tells nobody a password"),
        ({"port": 0}, "PORT: Input should be greater than or equal to 1"),
    ],
)
def test_says_what_is_wrong_and_never_a_secret(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**{**_GOOD, **wrong})
    told = sentence(refused.value)
    assert told is not None
    assert told.startswith(said)
    assert "geheim" not in told
    assert "short" not in told


def test_names_what_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "SIGNING_KEYS"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert sentence(refused.value) == "DATABASE_URL, REDIS_URL and SIGNING_KEYS are not set."
