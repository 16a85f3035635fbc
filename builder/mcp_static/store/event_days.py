"""Days with update events: where the events of each day begin, and how many there are."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Final

from mcp_static.api.chains import PAGE_SIZE
from mcp_static.model.ledger import Day
from mcp_static.model.times import day_of
from mcp_static.store.facts import Facts


class EventDays:
    """The table of days, given as days since 1970."""

    def __init__(self, connection: sqlite3.Connection, facts: Facts) -> None:
        self._connection: Final = connection
        self._facts: Final = facts

    def add(self, days: Mapping[int, Day]) -> None:
        """Add the events that a replay has recorded."""
        self._connection.executemany(
            "INSERT INTO days VALUES (?, ?, ?) "
            "ON CONFLICT (day) DO UPDATE SET events = events + excluded.events",
            ((day, events.first_event, events.events) for day, events in days.items()),
        )

    def on(self, day: int) -> Day:
        """The events of a day; a day without any begins where the day before it ended."""
        row = self._connection.execute(
            "SELECT first_event, events FROM days WHERE day = ?", (day,)
        ).fetchone()
        return Day(*row) if row is not None else Day(self._events_before(day), 0)

    def _events_before(self, day: int) -> int:
        row = self._connection.execute(
            "SELECT first_event + events FROM days WHERE day < ? ORDER BY day DESC LIMIT 1", (day,)
        ).fetchone()
        return int(row[0]) if row else 0

    def of_event(self, event: int) -> int:
        """The day on which an event happened."""
        (day,) = self._connection.execute(
            "SELECT max(day) FROM days WHERE first_event <= ?", (event,)
        ).fetchone()
        return int(day)

    def span(self) -> range:
        """The days that have pages: from the first with an event to the snapshot's own."""
        (first,) = self._connection.execute("SELECT min(day) FROM days").fetchone()
        if first is None:
            return range(0)
        return range(first, day_of(self._facts.counters.registry_time) + 1)

    def pages(self, day: int) -> int:
        """How many pages a day has; one at least."""
        return max(1, -(-self.on(day).events // PAGE_SIZE))

    def last_update_of_pages(self, day: int) -> Iterator[tuple[int, int]]:
        """For pages of a day that have entries: the page's number, and its latest `updatedAt`."""
        events = self.on(day)
        return self._connection.execute(
            "SELECT (event - ?) / ? AS page, max(updated_at) FROM versions "
            "WHERE is_present AND event >= ? AND event < ? GROUP BY page",
            (events.first_event, PAGE_SIZE, events.first_event, events.first_event + events.events),
        )
