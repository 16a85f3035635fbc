"""The moderation log, as the store keeps it."""

import sqlite3
from collections.abc import Iterator
from typing import Final, NamedTuple

from mcp_static.model.moderation_log import LogEntry


class LoggedAct(NamedTuple):
    """An act, and the commit that brought it."""

    act: LogEntry
    commit: str


class ModerationLog:
    """The table of acts. A path keeps its first valid bytes, as those of records do."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection: Final = connection

    def put(self, path: str, blob: bytes, commit: str, act: LogEntry | None) -> bool:
        """Keep what is at a path; False if it once had other bytes, so that these do not count.

        An `act` of None represents bytes that cannot be read.
        """
        row = self._connection.execute("SELECT blob FROM acts WHERE path = ?", (path,)).fetchone()
        if row is not None and row[0] != blob:
            return False
        if row is not None:
            self._connection.execute("UPDATE acts SET is_present = 1 WHERE path = ?", (path,))
        elif act is not None:
            values = (path, blob, True, commit, act.model_dump_json())
            self._connection.execute("INSERT INTO acts VALUES (?, ?, ?, ?, ?)", values)
        return True

    def remove(self, path: str) -> None:
        """Note that nothing is at a path any longer."""
        self._connection.execute("UPDATE acts SET is_present = 0 WHERE path = ?", (path,))

    def newest_first(self) -> Iterator[LoggedAct]:
        """The whole log, the newest act first."""
        rows = self._connection.execute(
            "SELECT content, commit_id FROM acts WHERE is_present ORDER BY path DESC"
        )
        return (LoggedAct(LogEntry.model_validate_json(act), commit) for act, commit in rows)
