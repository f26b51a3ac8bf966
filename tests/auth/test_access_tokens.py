"""Access tokens: what we issue says what it should, lives ten minutes and is read back."""

import re
import time
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from auth.tokens import LEEWAY, LIFETIME, AccessClaims, AccessTokens, ExpiredToken, InvalidToken
from tests.auth.forgery import ADA, AUDIENCE, HEADER, ISSUER, OLD, SESSION, TOKENS


def test_reads_what_it_issued() -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    issued = TOKENS.issue(ADA, SESSION, now)
    assert issued.expires_at == now + timedelta(minutes=10)
    assert TOKENS.read(issued.token) == AccessClaims(ADA, SESSION, issued.expires_at)


def test_issues_for_the_next_ten_minutes_of_the_clock() -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    lifetime = TOKENS.issue(ADA, SESSION).expires_at - before
    assert timedelta(minutes=10) <= lifetime <= timedelta(minutes=11)


def test_two_tokens_of_the_same_second_differ() -> None:
    now = datetime.now(UTC)
    assert TOKENS.issue(ADA, SESSION, now) != TOKENS.issue(ADA, SESSION, now)


def test_a_token_has_the_type_the_key_and_the_claims_of_rfc_9068() -> None:
    issued = TOKENS.issue(ADA, SESSION, datetime(2026, 5, 1, tzinfo=UTC))
    assert jwt.get_unverified_header(issued.token) == HEADER
    said = jwt.decode(issued.token, options={"verify_signature": False})
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", said.pop("jti"))
    assert said == {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(ADA),
        "sid": str(SESSION),
        "iat": 1777593600,
        "exp": 1777594200,
    }


def test_the_first_key_signs_and_all_verify() -> None:
    before = AccessTokens({"2026-a": OLD}, ISSUER, AUDIENCE).issue(ADA, SESSION)
    assert TOKENS.read(before.token).user_id == ADA
    after = TOKENS.issue(ADA, SESSION)
    with pytest.raises(InvalidToken):
        AccessTokens({"2026-a": OLD}, ISSUER, AUDIENCE).read(after.token)


def test_a_token_that_was_read_still_ends() -> None:
    tokens = AccessTokens({"2026-a": OLD}, ISSUER, AUDIENCE)
    issued = tokens.issue(ADA, SESSION, datetime.now(UTC) - LIFETIME - LEEWAY + timedelta(seconds=2))
    assert tokens.read(issued.token) == tokens.read(issued.token)
    time.sleep(2.1)
    for _ in range(2):
        with pytest.raises(ExpiredToken):
            tokens.read(issued.token)


def test_remembers_so_many_tokens_and_no_bad_one() -> None:
    tokens = AccessTokens({"2026-a": OLD}, ISSUER, AUDIENCE)
    good = [tokens.issue(ADA, number).token for number in range(1, 4200)]
    for token in good:
        tokens.read(token)
    with pytest.raises(InvalidToken):
        tokens.read(good[-1][:-1] + ("A" if good[-1][-1] != "A" else "B"))
    assert len(tokens._known) == 4096
    assert tokens.read(good[0]).session_id == 1


@pytest.mark.parametrize("keys", [{}, {"a": b"k" * 31}, {"a": OLD, "b": b""}])
def test_refuses_to_work_without_a_key_or_with_a_short_one(keys: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        AccessTokens(keys, ISSUER, AUDIENCE)


@pytest.mark.parametrize(("age", "is_read"), [(0, True), (620, True), (640, False), (86400, False)])
def test_a_token_lives_ten_minutes_and_the_leeway_of_thirty_seconds(age: int, is_read: bool) -> None:
    token = TOKENS.issue(ADA, SESSION, datetime.now(UTC) - timedelta(seconds=age)).token
    if is_read:
        assert TOKENS.read(token).session_id == SESSION
    else:
        with pytest.raises(ExpiredToken):
            TOKENS.read(token)


@pytest.mark.parametrize(("ahead", "is_read"), [(25, True), (40, False)])
def test_a_clock_that_runs_ahead_is_forgiven_thirty_seconds(ahead: int, is_read: bool) -> None:
    token = TOKENS.issue(ADA, SESSION, datetime.now(UTC) + timedelta(seconds=ahead)).token
    if is_read:
        assert TOKENS.read(token).session_id == SESSION
    else:
        with pytest.raises(InvalidToken):
            TOKENS.read(token)
