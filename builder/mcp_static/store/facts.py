"""Single values of the store: what it was built from, the state of the ledger, and counts."""

import sqlite3
from dataclasses import asdict, dataclass
from typing import Final

from mcp_static.model.ledger import Counters


@dataclass(frozen=True, slots=True)
class BuildInputs:
    """What an output was built from; any difference other than the commit means a full build."""

    commit: str
    builder: str
    settings: str
    host: str


class Facts:
    """The table of single values."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection: Final = connection

    def get(self, key: str) -> str | None:
        """One value, None when it is not set."""
        row = self._connection.execute("SELECT value FROM facts WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def number(self, key: str) -> int:
        """A value that is a number; 0 when it is not set."""
        return int(self.get(key) or 0)

    def set(self, **facts: object) -> None:
        """Set values."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO facts VALUES (?, ?)",
            [(key, str(value)) for key, value in facts.items()],
        )

    @property
    def counters(self) -> Counters:
        """The state of the ledger when the store was written."""
        return Counters(**{name: self.number(name) for name in Counters.__dataclass_fields__})

    def set_counters(self, counters: Counters) -> None:
        """Note the state of the ledger."""
        self.set(**asdict(counters))

    @property
    def inputs(self) -> BuildInputs:
        """What the output was built from."""
        return BuildInputs(**{name: self.get(name) or "" for name in BuildInputs.__dataclass_fields__})
