"""What is sealed opens with the keys that are there, for what it was sealed for."""

import pytest

from auth.vault import CannotOpen, Vault

OLD, NEW = {"old": b"o" * 32}, {"new": b"n" * 32}


def test_opens_what_it_sealed_and_shows_nothing_of_it() -> None:
    sealed = Vault(OLD).seal(b"a secret", about="totp:1")
    assert b"a secret" not in sealed
    assert Vault(OLD).open(sealed, about="totp:1") == b"a secret"
    assert Vault(OLD).seal(b"a secret", about="totp:1") != sealed


def test_what_was_sealed_for_one_does_not_open_for_another() -> None:
    vault = Vault(OLD)
    with pytest.raises(CannotOpen):
        vault.open(vault.seal(b"a secret", about="totp:1"), about="totp:2")


def test_every_key_opens_and_the_first_seals() -> None:
    before = Vault(OLD).seal(b"a secret", about="it")
    both = Vault({**NEW, **OLD})
    assert both.open(before, about="it") == b"a secret"
    after = both.seal(b"a secret", about="it")
    with pytest.raises(CannotOpen):
        Vault(OLD).open(after, about="it")


def test_resealed_the_old_key_may_go() -> None:
    before = Vault(OLD).seal(b"a secret", about="it")
    both = Vault({**NEW, **OLD})
    after = both.resealed(before)
    assert after is not None
    assert Vault(NEW).open(after, about="it") == b"a secret"
    assert both.resealed(after) is None
    with pytest.raises(CannotOpen):
        Vault(NEW).resealed(before)


@pytest.mark.parametrize("garbage", [b"", b"garbage", b"gAAAAA=="])
def test_garbage_does_not_open(garbage: bytes) -> None:
    with pytest.raises(CannotOpen):
        Vault(OLD).open(garbage, about="it")


@pytest.mark.parametrize("keys", [{}, {"k": b"short"}, {**OLD, "k": b"short"}])
def test_weak_keys_are_refused(keys: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="a vault needs"):
        Vault(keys)
