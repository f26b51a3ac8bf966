"""Passwords: what is refused, what a verdict says, and what happens when many ask at once."""

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Iterator

import argon2
import pytest

from auth import passwords as module
from auth.passwords import Passwords, TooBusy, Verdict, problem_with
from tests.auth.work import Work

SECRET = "correct horse battery staple"
TOO_SHORT = "Use at least 8 characters."
TOO_LONG = "Use at most 1024 bytes of valid text."
COMMON = "Choose another: this one is among the most common passwords."
OWN_NAME = "Choose another: this one is your name or ours."


@pytest.fixture
async def passwords() -> AsyncIterator[Passwords]:
    opened = Passwords(threads=2)
    yield opened
    await opened.close()


@pytest.fixture
def work(passwords: Passwords) -> Iterator[Work]:
    """Work that ends with the test, or closing would wait for it."""
    work = Work()
    yield work
    work.may_end.set()


async def test_a_hash_is_argon2id_with_the_parameters_of_owasp(passwords: Passwords) -> None:
    assert (await passwords.hash(SECRET)).startswith("$argon2id$v=19$m=47104,t=1,p=1$")


async def test_a_password_matches_its_own_hash_only(passwords: Passwords) -> None:
    stored = await passwords.hash(SECRET)
    assert await passwords.verify(stored, SECRET) == Verdict(is_match=True, needs_rehash=False)
    assert await passwords.verify(stored, SECRET + " ") == Verdict(is_match=False)


async def test_a_password_typed_with_combining_accents_is_the_same_password(passwords: Passwords) -> None:
    stored = await passwords.hash("caf\u00e9 au lait")
    assert await passwords.verify(stored, "cafe\u0301 au lait") == Verdict(is_match=True)


async def test_a_hash_with_older_parameters_is_due_for_another(passwords: Passwords) -> None:
    older = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(SECRET)
    assert await passwords.verify(older, SECRET) == Verdict(is_match=True, needs_rehash=True)
    assert await passwords.verify(older, "wrong horse") == Verdict(is_match=False)


async def test_an_unknown_account_is_verified_against_a_hash_of_the_same_parameters(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[argon2.Parameters] = []
    matches = module._matches

    def watched(hash: str, secret: bytes) -> bool:
        seen.append(argon2.extract_parameters(hash))
        return matches(hash, secret)

    monkeypatch.setattr(module, "_matches", watched)
    assert await passwords.verify(None, SECRET) == Verdict(is_match=False)
    assert await passwords.verify(await passwords.hash("another one"), SECRET) == Verdict(is_match=False)
    assert seen[0] == seen[1]


async def test_an_unknown_account_matches_nothing_even_if_its_dummy_does(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_DUMMY", await passwords.hash(SECRET))
    assert await passwords.verify(None, SECRET) == Verdict(is_match=False)


@pytest.mark.parametrize("password", ["x" * 1025, "é" * 513, "\ufb2c" * 200, "a lone \ud800 surrogate"])
async def test_what_cannot_be_a_password_is_refused_without_hashing(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    stored = await passwords.hash(SECRET)
    monkeypatch.delattr(Passwords, "_run")
    assert await passwords.verify(stored, password) == Verdict(is_match=False)
    assert await passwords.verify(None, password) == Verdict(is_match=False)
    with pytest.raises(ValueError, match="not a password that anyone may have"):
        await passwords.hash(password)


async def test_a_stored_hash_that_is_none_is_an_error_and_no_refusal(passwords: Passwords) -> None:
    with pytest.raises(argon2.exceptions.InvalidHashError):
        await passwords.verify("plain text", SECRET)


async def test_the_event_loop_runs_on_while_a_password_is_hashed(passwords: Passwords) -> None:
    hashing = asyncio.create_task(passwords.hash(SECRET))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 20  # thousands, if the machine is idle; a blocked loop takes two or three


async def test_two_work_and_eight_wait_and_the_eleventh_is_refused(passwords: Passwords, work: Work) -> None:
    callers = [asyncio.create_task(passwords._run(work)) for _ in range(10)]
    await work.begin(2)
    await asyncio.sleep(0.02)  # for a third to begin
    assert work.runs == 2
    with pytest.raises(TooBusy):
        await passwords.hash(SECRET)
    work.may_end.set()
    assert await asyncio.gather(*callers) == ["done"] * 10
    assert await passwords._run(work) == "done"


async def test_a_caller_that_is_cancelled_while_it_waits_gives_its_place_back(
    passwords: Passwords, work: Work
) -> None:
    callers = [asyncio.create_task(passwords._run(work)) for _ in range(10)]
    await work.begin(2)
    for caller in callers[2:]:
        caller.cancel()
    await asyncio.sleep(0)
    others = [asyncio.create_task(passwords._run(work)) for _ in range(8)]
    await asyncio.sleep(0)
    with pytest.raises(TooBusy):
        await passwords._run(work)
    work.may_end.set()
    assert await asyncio.gather(*callers[:2], *others) == ["done"] * 10
    assert work.runs == 10


async def test_who_waits_too_long_is_refused_and_gives_the_place_back(
    passwords: Passwords, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auth.passwords.PATIENCE", 0.1)
    callers = [asyncio.create_task(passwords._run(work)) for _ in range(2)]
    await work.begin(2)
    with pytest.raises(TooBusy):
        await passwords._run(work)
    assert (passwords.working, passwords.waiting) == (2, 0)
    work.may_end.set()
    assert await asyncio.gather(*callers) == ["done"] * 2
    assert work.runs == 2


async def test_work_whose_caller_was_cancelled_keeps_its_place_until_it_ends(
    passwords: Passwords, work: Work
) -> None:
    callers = [asyncio.create_task(passwords._run(work)) for _ in range(10)]
    await work.begin(2)
    callers[0].cancel()
    callers[1].cancel()
    await asyncio.sleep(0)
    with pytest.raises(TooBusy):
        await passwords._run(work)
    work.may_end.set()
    assert await asyncio.gather(*callers[2:]) == ["done"] * 8
    assert await passwords.verify(await passwords.hash(SECRET), SECRET) == Verdict(is_match=True)


async def test_closing_lets_what_waits_finish() -> None:
    passwords = Passwords()
    hashing = [asyncio.create_task(passwords.hash(SECRET)) for _ in range(3)]
    await asyncio.sleep(0)
    await passwords.close()
    assert (passwords.working, passwords.waiting) == (0, 0)
    assert len(set(await asyncio.gather(*hashing))) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives a thread its own niceness")
async def test_the_threads_give_way_to_the_event_loop(passwords: Passwords) -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    assert await passwords._run(niceness) == max(module.NICENESS, niceness())


async def test_elsewhere_the_threads_keep_their_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.delattr(os, "setpriority")
    module._yield_to_the_event_loop()


async def test_a_system_that_refuses_the_priority_is_no_reason_to_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refuse)
    passwords = Passwords()
    assert await passwords._run(lambda: "done") == "done"
    await passwords.close()


@pytest.mark.parametrize(
    "password",
    [
        SECRET,
        "xkcdxkcd9",
        "八文字以上の合言葉",
        "        ok",
        "ada likes tea",
        "plazas are for people",
        "sunshine and 99 balloons",
        "1 password is not enough 4 me!",
        "the password is swordfish 12",
        "my princess, 1999",
        "password4815162342",
        "x" * 1024,
        "\u00e9" * 512,
        "nul \0 is no trouble",
    ],
)
def test_takes_any_characters_of_a_good_length(password: str) -> None:
    assert problem_with(password, username="ada", email="ada@example.org") is None


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("", TOO_SHORT),
        ("seven77", TOO_SHORT),
        ("x" * 1025, TOO_LONG),
        ("é" * 513, TOO_LONG),
        ("\ufb2c" * 200, TOO_LONG),
        ("a lone \udfff surrogate", TOO_LONG),
        ("password", COMMON),
        ("PassWord", COMMON),
        ("iloveyou", COMMON),
        ("password1234", COMMON),
        ("Password2026!", COMMON),
        ("!!princess!!", COMMON),
        ("31-12 Sunshine", COMMON),
        ("trustno1?", COMMON),
        ("1234567890!!", COMMON),
        ("1234567890", COMMON),
        ("ada_lovelace", OWN_NAME),
        ("Ada_Lovelace", OWN_NAME),
        ("ada_lovelace1990!", OWN_NAME),
        ("countess@example.org", OWN_NAME),
        ("countess", OWN_NAME),
        ("countess-ada_lovelace", OWN_NAME),
        ("Plaza2026", OWN_NAME),
        ("plazaplaza", OWN_NAME),
    ],
)
def test_says_what_is_wrong_with_a_new_password(password: str, problem: str) -> None:
    assert problem_with(password, username="ada_lovelace", email="countess@example.org") == problem


def test_an_account_without_an_address_has_no_word_for_it() -> None:
    assert problem_with("a good password", username="ada", email="") is None


def test_the_common_passwords_are_three_thousand_that_are_long_enough() -> None:
    assert len(module._COMMON) == 3000
    assert all(len(password) >= 8 and password == password.casefold() for password in module._COMMON)
