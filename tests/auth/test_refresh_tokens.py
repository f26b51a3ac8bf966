"""Refresh tokens: 32 random bytes, stored as a hash, each with one successor."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.tokens import InvalidToken, new_refresh_token, refresh_token_hash, successor_of
from tests.auth.forgery import NEW, OLD, encoded


def test_refresh_tokens_are_32_random_bytes() -> None:
    tokens = {new_refresh_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(base64.urlsafe_b64decode(token + "=")) for token in tokens} == {32}


def test_a_refresh_token_is_stored_as_its_sha_256() -> None:
    token = new_refresh_token()
    assert refresh_token_hash(token) == hashlib.sha256(token.encode()).digest()


@given(st.binary(min_size=32, max_size=32))
def test_any_32_bytes_can_be_a_refresh_token(secret: bytes) -> None:
    assert len(refresh_token_hash(encoded(secret))) == 32


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "A" * 42,
        "A" * 44,
        "A" * 43 + "\n",
        "A" * 42 + "B",
        "A" * 42 + "=",
        "+" * 42 + "A",
        "é" * 42 + "A",
    ],
)
def test_what_is_no_refresh_token_has_no_hash_and_no_successor(token: str) -> None:
    with pytest.raises(InvalidToken):
        refresh_token_hash(token)
    with pytest.raises(InvalidToken):
        successor_of(token, NEW)


@given(st.text())
def test_any_string_is_refused_as_a_refresh_token_and_raises_nothing_else(text: str) -> None:
    with pytest.raises(InvalidToken):
        refresh_token_hash(text)


def test_a_refresh_token_has_one_successor_for_each_key() -> None:
    token = new_refresh_token()
    successor = successor_of(token, NEW)
    assert successor == successor_of(token, NEW)
    family = {token, successor, successor_of(successor, NEW), successor_of(token, OLD)}
    assert len({refresh_token_hash(member) for member in family}) == 4


def test_a_successor_needs_a_key_of_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        successor_of(new_refresh_token(), b"k" * 31)
