"""Column types that read the same on every database.

Instants are whole microseconds since 1970 in a BIGINT: they sort, they compare, and no database shifts their zone.
Ids are UUIDs, kept as 16 bytes where the database has no type of its own.
"""

import json
from collections.abc import Callable, Mapping
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


_SPELL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class Instant(TypeDecorator[datetime]):
    """A point in time, stored as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], int | None]:
        """Store an aware instant; a naive one raises, since nobody knows what it means."""
        del dialect
        return _stored_instant

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[int | None], datetime | None]:
        """Read an aware instant in UTC."""
        del dialect, coltype
        return _read_instant


class Id(TypeDecorator[UUID]):
    """A UUID: 16 bytes on SQLite, the database's own type elsewhere."""

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Choose the column's type for this database."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(LargeBinary(16))
        return dialect.type_descriptor(Uuid(as_uuid=True))

    def bind_processor(self, dialect: Dialect) -> Callable[[UUID | None], bytes | None] | None:
        """Store the id; the driver of PostgreSQL takes it as it is."""
        return _stored_id if dialect.name == "sqlite" else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[bytes | None], UUID | None] | None:
        """Read the id."""
        del coltype
        return _read_id if dialect.name == "sqlite" else None


class Json(TypeDecorator[Mapping[str, Any]]):
    """A small JSON value, kept as text with sorted keys so that equal values are equal bytes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Store the value; None stays NULL."""
        del dialect
        return None if value is None else _SPELL(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read the value."""
        del dialect
        return None if value is None else json.loads(value)


def account_key() -> Column[UUID]:
    """Return the column that leads the key of everything that belongs to an account."""
    return Column("account_id", Id, primary_key=True)


def _stored_instant(value: datetime | None) -> int | None:
    return None if value is None else to_microseconds(value)


def _read_instant(value: int | None) -> datetime | None:
    return None if value is None else from_microseconds(value)


def _stored_id(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes


def _read_id(value: bytes | None) -> UUID | None:
    return None if value is None else UUID(bytes=value)
