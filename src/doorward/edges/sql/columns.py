"""Column types that read the same on every database.

Instants are whole microseconds since 1970 in a BIGINT: they sort, they compare, and no database shifts their zone.
Ids are UUIDs, kept as 16 bytes where the database has no type of its own.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Dialect, LargeBinary, MetaData, String, Text, Uuid
from sqlalchemy.types import TypeDecorator

from doorward.kernel.time import from_microseconds, to_microseconds

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

CODE = String(40)
"""A word of ours: a state, a kind, a reason code."""
NAME = String(200)
"""A name that people typed (behaviour: up to 200 characters)."""
HASH = LargeBinary(32)
"""A SHA-256 or keyed hash."""


class Instant(TypeDecorator[datetime]):
    """A point in time, stored as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Store an aware instant; a naive one raises, since nobody knows what it means."""
        del dialect
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Read an aware instant in UTC."""
        del dialect
        return None if value is None else from_microseconds(value)


class Id(TypeDecorator[UUID]):
    """A UUID: 16 bytes on SQLite, the database's own type elsewhere."""

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Choose the column's type for this database."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(LargeBinary(16))
        return dialect.type_descriptor(Uuid(as_uuid=True))

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """Store the id."""
        return value.bytes if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        """Read the id."""
        return UUID(bytes=bytes(value)) if value is not None and dialect.name == "sqlite" else value


class Json(TypeDecorator[Mapping[str, Any]]):
    """A small JSON value, kept as text with sorted keys so that equal values are equal bytes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Store the value; None stays NULL."""
        del dialect
        return None if value is None else json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read the value."""
        del dialect
        return None if value is None else json.loads(value)


def account_key() -> Column[UUID]:
    """Give the column that leads the key of everything that belongs to an account."""
    return Column("account_id", Id, primary_key=True)
