"""What all tables share: naming, keys and time."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    MetaData,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column

E = TypeVar("E", bound=StrEnum)

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Created = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=text("now()"))]
Id = Annotated[int, mapped_column(BigInteger, primary_key=True, server_default=text("next_id()"))]


class Row(DeclarativeBase):
    """A table. Relationships are never loaded by attribute: edges are loaders' work."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {str: Text, int: BigInteger}  # noqa: RUF012 - SQLAlchemy's own form


class Choice(TypeDecorator[E]):
    """Text that is one of an enum's names; names equal values, so any member is its own text."""

    impl = Text
    cache_ok = True

    def __init__(self, enum: type[E]) -> None:
        super().__init__()
        self.enum = enum
        # Looked up four times a post and its author: asking the enum for each would be seen.
        self.members: dict[str | None, E | None] = {None: None, **{member.value: member for member in enum}}

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], E | None]:
        return self.members.__getitem__


def one_of(column: str, enum: type[StrEnum]) -> CheckConstraint:
    """The check that goes with a `Choice` column."""
    names = ", ".join(f"'{member}'" for member in enum)
    return CheckConstraint(f"{column} in ({names})", name=f"{column}_choice")


def reference(target: str, **options: Any) -> Any:
    """A foreign key whose row leaves with the row it points at."""
    return mapped_column(BigInteger, ForeignKey(target, ondelete="CASCADE"), **options)
