"""Codes: RFC 6238's own, a step's leeway, and recovery codes however they are typed."""

import base64
from datetime import UTC, datetime

import pytest

from auth import recovery_codes, totp

# RFC 6238, appendix B, SHA-1; its eight digits end in our six.
SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_takes_the_codes_of_the_standard(seconds: int, code: str) -> None:
    assert totp.step_of(SECRET, code, at(seconds)) == seconds // 30
    assert totp.step_of(SECRET, f" {code[:3]} {code[3:]}", at(seconds)) == seconds // 30


@pytest.mark.parametrize(("late", "is_taken"), [(-31, False), (-30, True), (0, True), (30, True), (60, False)])
def test_takes_a_code_one_step_early_or_late(late: int, is_taken: bool) -> None:
    code, start = totp.code_at(SECRET, 50_000_000), 50_000_000 * 30
    found = totp.step_of(SECRET, code, at(start + late))
    assert (found == 50_000_000) if is_taken else (found is None)


@pytest.mark.parametrize("code", ["", "28708", "2870820", "٢٨٧٠٨٢", "287O82", "-87082", "287082\0"])
def test_what_is_no_code_is_wrong(code: str) -> None:
    assert totp.step_of(SECRET, code, at(59)) is None


def test_secrets_have_160_random_bits() -> None:
    assert len({totp.new_secret() for _ in range(100)}) == 100
    assert {len(base64.b32decode(totp.new_secret())) for _ in range(10)} == {20}


def test_a_recovery_code_is_the_same_however_it_is_typed() -> None:
    assert recovery_codes.code_hash(1, "oi2b-ABCD") == recovery_codes.code_hash(1, " 01 28abcd\n")
    assert recovery_codes.code_hash(1, "ABCD") != recovery_codes.code_hash(2, "ABCD")
    assert recovery_codes.code_hash(1, "ABCD") != recovery_codes.code_hash(1, "ABCE")


def test_recovery_codes_are_ten_different_ones_of_eighty_bits() -> None:
    codes = recovery_codes.new_codes()
    assert len(set(codes)) == 10
    assert {len(base64.b32decode(code.replace("-", ""))) for code in codes} == {10}
