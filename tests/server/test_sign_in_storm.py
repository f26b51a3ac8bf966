"""A hundred sign-ins at once on a real server hold up nobody who reads."""

import pytest

from bench.storm import LOGINS, measured

pytestmark = pytest.mark.long

# Milliseconds. Hashes on the event loop, or as many threads as people, make everybody wait for seconds. The 100 ms
# that are meant hold on a quiet machine, and `make figures` asks for them.
MOST = 1000.0


def test_feeds_are_answered_while_a_hundred_sign_in_at_once() -> None:
    figures = measured(300)
    print(
        f"p95 of feeds {figures.quiet_p95:.1f} ms before, {figures.beside_p95:.1f} ms beside something that hashes"
    )
    print(f"p95 of feeds {figures.stormy_p95:.1f} ms in the storm")
    print(f"first answers: {dict(figures.first_answers)}; all signed in after {figures.seconds:.1f} s")
    if figures.quiet_p95 > MOST / 4:
        pytest.skip("too much else goes on here: feeds are slow before anybody signs in")
    assert figures.wrong_logins == []
    assert not figures.refused_feeds
    assert [len(figures.logins), {answers[-1].code for answers in figures.logins}] == [LOGINS, {""}]
    assert figures.first_answers["RATE_LIMITED"] > 0
    assert figures.stormy_p95 < MOST
