"""GraphQL operations that an operator trusts, and which clients asked for what kind of operation."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Created, Moment, Row


class TrustedOperation(Row):
    """Never deleted: an id that was given out means this text for good, and nothing once it is retired.

    `revision` is that of the list when this row last changed; running processes ask for what is newer.
    """

    __tablename__ = "trusted_operations"
    __table_args__ = (
        CheckConstraint("length(id) between 1 and 256", name="id_length"),
        CheckConstraint("length(text) between 1 and 16384", name="text_length"),
        Index(None, "revision"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    # Of what the text says, however it is laid out.
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    names: Mapped[str]
    revision: Mapped[int]
    imported_at: Mapped[Created]
    retired_at: Mapped[Moment | None]
    last_used_on: Mapped[date | None] = mapped_column(Date)


class ClientUse(Row):
    """How many operations of a kind a client asked for on a day."""

    __tablename__ = "client_uses"
    __table_args__ = (CheckConstraint("count > 0", name="count_positive"),)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    client: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
