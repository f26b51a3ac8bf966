"""Whatever clients call their operations, there are only so many series."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.operation import Operation
from server.logging import RequestNotes
from server.telemetry.metrics import Metrics
from server.telemetry.names import LONGEST_NAME, MOST_FOR_ANYBODY, MOST_NAMES, OTHER, Labels, Names
from tests.server.telemetry.serving import Watched

# A name's: three outcomes, fourteen of the histogram's, two of SQL; and one for each code it meets.
SERIES_OF_A_NAME: Final = 3 + 14 + 2


def test_a_hundred_thousand_names_leave_as_many_series_as_a_hundred() -> None:
    metrics = Metrics()
    kinds = ("query", "mutation", "subscription")
    for number in range(100_000):
        errors = ("INTERNAL",) if number % 7 == 0 else ("NOT_FOUND",) if number % 5 == 0 else ()
        note = RequestNotes("r", Operation(f"Junk{number}", kinds[number % 3]), viewer_id=1, errors=errors)
        metrics.operations.done(note, 0.001)
    families = [family for family in metrics.registry.collect() if family.name.startswith("plaza_")]
    samples = [each for family in families for each in family.samples if "operation" in each.labels]
    assert len({each.labels["operation"] for each in samples}) == MOST_NAMES + 1
    assert len(samples) <= (MOST_NAMES + len(kinds)) * (SERIES_OF_A_NAME + 2)
    assert sum(each.value for each in samples if each.name == "plaza_requests_total") == 100_000


Asked = tuple[str | None, str | None, bool]


@given(
    st.lists(
        st.tuples(st.text(max_size=150) | st.none(), st.sampled_from(["query", "mutation", None]), st.booleans())
    )
)
def test_a_name_that_was_told_once_is_told_for_ever(asked: list[Asked]) -> None:
    names = Names()
    first = {
        (name, kind): names.labels(Operation(name, kind), signed_in=signed_in) for name, kind, signed_in in asked
    }
    own = {each: labels for each, labels in first.items() if labels.operation != OTHER}
    for signed_in in (False, True):
        assert {each: names.labels(Operation(*each), signed_in=signed_in) for each in own} == own
    assert all(len(labels.operation) <= LONGEST_NAME for labels in first.values())


def test_whoever_is_not_signed_in_leaves_places_to_who_is() -> None:
    names = Names()

    def kept(name: str, number: int, *, signed_in: bool) -> int:
        asked = [Operation(f"{name}{each}", "query") for each in range(number)]
        return sum(names.labels(operation, signed_in=signed_in).operation != OTHER for operation in asked)

    assert kept("Junk", 1000, signed_in=False) == MOST_FOR_ANYBODY
    assert kept("Home", 1000, signed_in=True) == MOST_NAMES - MOST_FOR_ANYBODY


def test_a_name_is_known_to_all_once_somebody_signed_in_has_used_it() -> None:
    names = Names()
    for number in range(MOST_FOR_ANYBODY):
        names.labels(Operation(f"Junk{number}", "query"), signed_in=False)
    home = Operation("Home", "query")
    assert names.labels(home, signed_in=False).operation == OTHER
    assert names.labels(home, signed_in=True).operation == "Home"
    assert names.labels(home, signed_in=False).operation == "Home"


@pytest.mark.parametrize(
    ("operation", "labels"),
    [
        (Operation("Home", "query"), Labels("Home", "query")),
        (Operation(None, "mutation"), Labels("anonymous", "mutation")),
        (Operation("Home", None), Labels("invalid", "none")),
        (Operation("N" * 101, "query"), Labels("other", "query")),
    ],
)
def test_labels(operation: Operation, labels: Labels) -> None:
    assert Names().labels(operation, signed_in=False) == labels


async def test_a_document_that_is_refused_takes_no_name(plaza: Watched) -> None:
    await plaza.ask("query Refused { nothing }")
    await plaza.ask("query Refused { viewer { id } ", operationName="Refused")
    told = await plaza.scrape()
    assert told.values("operation") == {"invalid"}
