"""One write that must not be possible."""

from dataclasses import dataclass

from tests.store.schema.rows import Row


@dataclass(frozen=True)
class Forbidden:
    """A write, what has to be there first, and the name under which it is refused."""

    by: str
    table: str
    row: Row
    first: tuple[tuple[str, Row] | str, ...] = ()
