"""How deprecations must be announced: in words that machines read too, and long enough ahead."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from graphql import GraphQLSchema

from engine.deprecations import Deprecation, deprecated
from schema.deprecations import Announcement
from server.contract.changes import element

# GitHub gives three months, Shopify twelve: clients of ours are also apps, which people update when they like.
NOTICE: Final = timedelta(days=183)


def earliest(today: date) -> date:
    """The first day of a month that gives clients their time."""
    at = today + NOTICE
    return at if at.day == 1 else date(at.year + at.month // 12, at.month % 12 + 1, 1)


def misannounced(released: GraphQLSchema, current: GraphQLSchema, today: date) -> Iterator[str]:
    """What is wrong with the deprecations of the current schema."""
    before = {each.coordinate: Announcement.read(each.reason) for each in deprecated(released)}
    leaving = {each.coordinate for each in deprecated(current)}
    for each in deprecated(current):
        announced = Announcement.read(each.reason)
        if announced is None:
            yield _misworded(each, today)
            continue
        if element(current, announced.use) is None:
            yield f"`{each.coordinate}` names `{announced.use}` to use instead, which the schema does not have."
        elif announced.use in leaving:
            yield f"`{each.coordinate}` names `{announced.use}` to use instead, which is deprecated itself."
        promised = before.get(each.coordinate)
        if promised is not None and announced.last_day < promised.last_day:
            yield f"`{each.coordinate}` was promised until {promised.last_day}: it can stay longer, not shorter."
        if promised is None and announced.last_day < today + NOTICE:
            yield (
                f"`{each.coordinate}` leaves clients less than {NOTICE.days} days: "
                f'write "Remove after {earliest(today)}; …" or a later day.'
            )


def _misworded(deprecation: Deprecation, today: date) -> str:
    return (
        f'The reason of `{deprecation.coordinate}` must end like "Remove after {earliest(today)}; use User.name." '
        f'(a day, and the coordinate to use instead); it says "{deprecation.reason}".'
    )
