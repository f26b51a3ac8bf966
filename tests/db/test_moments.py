"""Moments in seconds are those of PostgreSQL, to the microsecond."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis.strategies import datetimes, just
from sqlalchemy import DateTime, bindparam, select

from db.models import Post
from db.moments import in_seconds, seconds_of
from db.reads import read
from schema.context import Services
from schema.scalars import SCALARS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WIDEST = timedelta(days=272 * 365)
MOMENT = in_seconds(bindparam("moment", type_=DateTime(timezone=True)))


def shown(seconds: float) -> datetime:
    serialize = SCALARS[datetime].serialize
    assert serialize
    moment: datetime = serialize(seconds)
    return moment


async def test_a_moment_that_postgresql_tells_in_seconds_is_shown_as_it_is(services: Services) -> None:
    statement = read(float, select(MOMENT))
    # Each with other digits, over all the years in which seconds tell every microsecond.
    for number in range(-250, 250):
        moment = EPOCH + number * WIDEST / 250 + timedelta(microseconds=number * 7919)
        (seconds,) = await services.stores.reads.fetch(statement, moment=moment)
        assert type(seconds) is float
        assert shown(seconds) == moment
        assert seconds_of(moment) == seconds


@given(datetimes(datetime(1698, 1, 1), datetime(2242, 1, 1), timezones=just(UTC)))
def test_seconds_of_a_moment_tell_it(moment: datetime) -> None:
    assert shown(seconds_of(moment)) == moment


@pytest.mark.parametrize("value", [None, "2026", 7])
def test_what_is_no_moment_stays_as_it_is(value: object) -> None:
    assert seconds_of(value) is value


def test_a_column_that_is_no_moment_stays_as_it_is() -> None:
    text: object = Post.text
    assert in_seconds(text) is text
