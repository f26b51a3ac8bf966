"""What a served Plaza is held to, and whether a stage of load kept it."""

from collections.abc import Iterator
from typing import Final

from bench.stage import Stage

API_P95: Final = 500.0  # milliseconds
SQL_P95: Final = 100.0
ERRORS: Final = 0.001


def missed(stage: Stage) -> Iterator[str]:
    """Each target that the stage missed, as a sentence."""
    if not stage.total.requests:
        yield "nothing was answered at all"
    if stage.total.p95 >= API_P95:
        yield f"p95 of all requests is {stage.total.p95} ms; the target is below {API_P95:g}"
    if stage.sql_p95 is not None and stage.sql_p95 >= SQL_P95:
        yield f"p95 of all SQL statements is {stage.sql_p95:.1f} ms; the target is below {SQL_P95:g}"
    if stage.total.error_rate >= ERRORS:
        yield f"{stage.total.error_rate:.2%} of all requests failed; the target is below {ERRORS:.1%}"
