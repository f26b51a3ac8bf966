"""A stage of load keeps its targets or says which it missed."""

from dataclasses import replace

import pytest

from bench.stage import Figures, Stage
from bench.targets import missed

KEPT = Stage(
    users=10,
    seconds=60,
    total=Figures(requests=10_000, failures=9, p50=20, p95=499, p99=900),
    operations={},
    errors={},
    cpu=0.5,
    database_cpu=None,
    memory=0,
    sql=[1.0] * 96 + [101.0] * 4,
)


def test_a_stage_just_below_every_target_missed_none() -> None:
    assert list(missed(KEPT)) == []


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (replace(KEPT, total=replace(KEPT.total, p95=500)), "500 ms"),
        (replace(KEPT, total=replace(KEPT.total, failures=10)), "0.10% of all requests failed"),
        (replace(KEPT, total=Figures(0, 0, 0, 0, 0)), "nothing was answered"),
        (replace(KEPT, sql=[1.0] * 90 + [101.0] * 10), "SQL statements is 101.0 ms"),
    ],
)
def test_each_target_that_was_missed_is_said(stage: Stage, said: str) -> None:
    (sentence,) = missed(stage)
    assert said in sentence


def test_what_was_not_measured_misses_nothing() -> None:
    assert list(missed(replace(KEPT, sql=None))) == []
