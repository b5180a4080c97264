"""Who bore a mark first, remembered on disk: for lists that are too long for memory.

Beside the database, not in it: the file is SQLite's own temporary one, and goes with the process.
"""

import hashlib
import os
import sqlite3
from typing import Self


class FirstSeen:
    """A memory of marks. A mark stands in it as a digest under a key of this process."""

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._seen = sqlite3.connect("")  # an empty name: a file that SQLite makes and deletes

    def __enter__(self) -> Self:
        self._seen.execute("CREATE TABLE seen (mark BLOB PRIMARY KEY, said BLOB, line INTEGER)")
        return self

    def __exit__(self, *_: object) -> None:
        self._seen.close()

    def note(self, mark: tuple[str, ...], said: str, line: int) -> tuple[bool, int] | None:
        """None for a new mark, which is remembered. Otherwise whether the same was said of it by
        its first line, and which line that was."""
        key, digest = self._digest(repr(mark)), self._digest(said)
        asked = "SELECT said, line FROM seen WHERE mark = ?"
        found = self._seen.execute(asked, (key,)).fetchone()
        if found is None:
            self._seen.execute("INSERT INTO seen VALUES (?, ?, ?)", (key, digest, line))
            return None
        return found[0] == digest, int(found[1])

    def _digest(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode(), key=self._key, digest_size=16).digest()
