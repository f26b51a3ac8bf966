"""Scalars of our own: text that is safe to store and show, secrets, and moments."""

from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Final, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from domain.text import UnsafeText, clean

# What is new is read by many: found here, a moment takes a third of the time.
_MOMENTS_MAX: Final = 1 << 14

SafeText = NewType("SafeText", str)
Secret = NewType("Secret", str)


def _parse_text(value: object) -> str:
    if not isinstance(value, str):
        raise GraphQLError("SafeText is a string.")
    try:
        return clean(value)
    except UnsafeText as error:
        raise GraphQLError(f"The text holds {error.reason}.") from None


def _parse_secret(value: object) -> str:
    if not isinstance(value, str):
        raise GraphQLError("Secret is a string.")
    return value


def _parse_moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise GraphQLError("DateTime is a string such as 2026-01-31T12:00:00Z.") from None
    if moment.tzinfo is None:
        raise GraphQLError("DateTime needs a time zone, such as Z for UTC.")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise GraphQLError("DateTime is out of range.") from None


_of_seconds = lru_cache(_MOMENTS_MAX)(partial(datetime.fromtimestamp, tz=UTC))


def _moment(value: datetime | float) -> datetime:
    """Of a datetime, or of seconds since 1970 as the rows of pages have them."""
    if type(value) is float:
        return _of_seconds(value)
    assert isinstance(value, datetime)
    # Its text is left to whoever writes the JSON: made one by one they took four times as long.
    return value if value.tzinfo is UTC else value.astimezone(UTC)


SCALARS: dict[object, ScalarDefinition] = {
    SafeText: strawberry.scalar(
        name="SafeText",
        description=(
            "Text fit to store and to show. What is sent is normalised to NFC, and invisible direction marks and "
            "tags are dropped. Refused are control characters other than line feed and tab, lone surrogates, "
            "noncharacters, and more than four combining marks on a letter. Markup is plain text here: "
            "escape it when you render."
        ),
        specified_by_url="https://www.rfc-editor.org/rfc/rfc9839.html#name-unicode-assignables",
        serialize=str,
        parse_value=_parse_text,
    ),
    Secret: strawberry.scalar(
        name="Secret",
        description=(
            "A password or a token: any characters, taken exactly as they are sent, and never stored, shown or "
            "logged."
        ),
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8265.html#section-4",
        serialize=str,
        parse_value=_parse_secret,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC, to the microsecond, such as 2026-01-31T12:00:00.123456Z.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=_moment,
        parse_value=_parse_moment,
    ),
}
