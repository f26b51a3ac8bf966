"""Rate limits that must hold while Redis is away."""

from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Moment, Row


class StoredBucket(Row):
    """A bucket as `db.buckets` means it: the moment at which it is full again. Unlogged: a crash may forget it."""

    __tablename__ = "stored_buckets"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    key: Mapped[str] = mapped_column(primary_key=True)
    full_at: Mapped[Moment]
