"""Weak secrets: production does not start with one, and says which variable holds it."""

import secrets
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from bench.networks import SIGNING_KEY
from server.settings import Environment, Settings
from server.strength import weakness

_RANDOM, _OTHER = "Zr8vK1xQ0mWc7LfTn3Hy5BdUs9JpAe2g", "q4XwN7tRbY2kVh6MzC0sGj8PdLf5Ua1E"


def production(**changes: Any) -> Settings:
    good: dict[str, Any] = {
        "environment": Environment.PRODUCTION,
        "database_url": SecretStr("postgresql://plaza_app:tQ8-bV2n@db/plaza"),
        "redis_url": SecretStr("redis://cache"),
        "signing_keys": SecretStr(f"k:{_RANDOM}"),
        "encryption_keys": SecretStr(f"k:{_OTHER}"),
    }
    return Settings(**{**good, **changes})


@pytest.mark.parametrize("make", [secrets.token_urlsafe, secrets.token_hex])
def test_what_is_drawn_at_random_is_strong(make: object) -> None:
    assert callable(make)
    assert [weakness(make(size)) for size in (16, 24, 32, 64) for _ in range(500)] == [None] * 2000


@pytest.mark.parametrize(
    ("secret", "problem"),
    [
        ("k" * 64, "repeats itself"),
        (SIGNING_KEY, "repeats itself"),
        ("0123456789abcdef" * 3, "repeats itself"),
        ("abcdefghijklmnopqrstuvwxyz012345", "counts up or down"),
        ("ZYXWVUTSRQPONMLKJIHGFEDCBA987654", "counts up or down"),
        ("this is my very long key of words", "is a sentence"),
        ("ChangeMe-q4XwN7tRbY2kVh6MzC0sGj8", 'holds the word "changeme"'),
        ("my-secret-q4XwN7tRbY2kVh6MzC0sGj", 'holds the word "secret"'),
        ("ahzqhazqzhaqqahzhqza", "is too easily guessed"),
    ],
)
def test_what_was_never_drawn_at_random_is_weak(secret: str, problem: str) -> None:
    assert weakness(secret) == problem


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("signing_keys", "k:" + "k" * 32),
        ("signing_keys", f"good:{_RANDOM},old:{SIGNING_KEY}"),
        ("encryption_keys", "k:" + "k" * 32),
        ("operations_token", "x" * 40),
        ("metrics_token", "metrics"),
        ("database_url", "postgresql://plaza_app:plaza_app@db/plaza"),
        ("database_url", "postgresql://plaza_app:Postgres@db/plaza"),
        ("migration_database_url", "postgresql://owner:@db/plaza"),
        ("redis_url", "redis://:valkey@cache"),
    ],
)
def test_production_does_not_start_with_a_weak_secret_and_names_it(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=f"{name.upper()}: production takes no") as refused:
        production(**{name: SecretStr(value)})
    assert value not in str(refused.value)
    assert Settings(**{**production().model_dump(), "environment": "development", name: SecretStr(value)})


def test_production_starts_with_good_ones() -> None:
    assert production(operations_token=SecretStr(_RANDOM)).is_production
