"""The executors answer the same, and the engine's is the quicker one by far."""

from dataclasses import replace

from bench.executions import cases
from bench.executor import missed, speeds, table


def test_every_case_is_faster_and_told_of() -> None:
    found = speeds(rounds=1, seconds=0.02)
    # How much faster is not asked of a machine that does other things, and where coverage is measured.
    assert [each.case.name for each in found if each.ratio > 1] == [case.name for case in cases()]
    assert len(table(found).splitlines()) == 2 + len(found)


def test_a_target_that_was_missed_is_said() -> None:
    (found, *_) = speeds(rounds=1, seconds=0.001)
    least = found.case.least
    assert list(missed([replace(found, ratio=least)])) == []
    assert list(missed([replace(found, ratio=least - 1)])) == [
        f"{found.case.name}: {least - 1:.1f} times as fast; the target is {least:g}"
    ]
