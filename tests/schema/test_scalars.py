"""Scalars of our own, in answers."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from schema.scalars import SCALARS

OFFSETS = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)
# A day from the calendar's ends, beyond which there is no UTC.
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC) | OFFSETS)


@given(MOMENTS)
def test_a_moment_is_told_in_utc_as_python_tells_it(moment: datetime) -> None:
    tell = SCALARS[datetime].serialize
    assert tell is not None
    assert tell(moment) == moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
