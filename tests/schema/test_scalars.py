"""Scalars of our own, in answers."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo

from hypothesis import given
from hypothesis import strategies as st

from engine import replies
from schema.scalars import SCALARS
from tests.conftest import Api
from tests.factories import Make

OFFSETS = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)
# A day from the calendar's ends, beyond which there is no UTC.
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC) | OFFSETS)


@given(MOMENTS)
def test_a_moment_is_told_in_utc_as_python_tells_it(moment: datetime) -> None:
    tell = SCALARS[datetime].serialize
    assert tell is not None
    text = moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    assert replies.json({"at": tell(moment)}) == f'{{"at":"{text}"}}'.encode()


def test_the_two_hours_of_one_name_in_autumn_are_told_apart() -> None:
    class Autumn(tzinfo):
        """An hour that comes twice, as where clocks are put back."""

        def utcoffset(self, moment: datetime | None, /) -> timedelta:
            return timedelta(hours=1 if moment and moment.fold else 2)

        def dst(self, moment: datetime | None, /) -> timedelta:
            return timedelta(0)

        def tzname(self, moment: datetime | None, /) -> str:
            return "autumn"

    tell = SCALARS[datetime].serialize
    assert tell is not None
    told = [tell(datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=Autumn())) for fold in (0, 1)]
    assert told == [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]


async def test_who_asks_in_the_process_is_told_text_as_well(api: Api, make: Make) -> None:
    ada = await make.user("ada")
    post = await make.post(ada)
    told = await api("query ($id: ID!) { post(id: $id) { createdAt } }", id=post.gid)
    moment = datetime.fromisoformat(told["createdAt"])
    assert told["createdAt"].endswith("Z")
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=1)
