"""Column types, so that a time or a secret is stored in one way only on both databases."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from service.store.secrets import looks_sealed

_TEXT_LENGTH = len("2026-01-02T03:04:05.000006Z")


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in, aware UTC out; a naive time is refused.

    SQLite holds it as text of fixed width, so that text order is time order; PostgreSQL as
    timestamptz. Both keep microseconds.
    """

    impl = sa.String(_TEXT_LENGTH)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, timestamptz on PostgreSQL."""
        inner = sa.String(_TEXT_LENGTH) if dialect.name == "sqlite" else TIMESTAMP(timezone=True)
        return dialect.type_descriptor(inner)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """What the driver is given."""
        if value is None:
            return None
        if value.tzinfo is None or value.utcoffset() is None:
            raise ValueError("A time without a zone cannot be stored.")
        moment = value.astimezone(UTC)
        if dialect.name != "sqlite":
            return moment
        return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """What the row says, aware and UTC."""
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(UTC)


class Sealed(TypeDecorator[bytes]):
    """Bytes made by `secrets.seal`; anything that is not sealed is refused before it is stored."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """The envelope as it is."""
        if value is not None and not looks_sealed(value):
            raise ValueError("Only sealed bytes can be stored here.")
        return value
