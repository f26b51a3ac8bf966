"""Identifiers: 53-bit, sortable by time, made in the database and decodable anywhere.

41 bits of milliseconds since 2026-01-01 UTC above a 12-bit sequence: 4,096 a millisecond, for 69 years.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
SEQUENCE_BITS: Final = 12
_MILLISECOND: Final = timedelta(milliseconds=1)


def id_at(moment: datetime, sequence: int = 0) -> int:
    """The identifier that a row made at `moment` (aware) would have; `sequence` is 0–4095.

    Moments before 2026 give negative numbers, which no row may have.
    """
    return (moment - EPOCH) // _MILLISECOND << SEQUENCE_BITS | sequence


def moment_of(identifier: int) -> datetime:
    """When the row with this identifier was made, to the millisecond, in UTC."""
    return EPOCH + (identifier >> SEQUENCE_BITS) * _MILLISECOND
