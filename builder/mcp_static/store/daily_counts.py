"""What was published on which day: counted when a record comes, added up for the statistics.

A change touches the days on which its versions were published, and only they are counted again.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from mcp_static.api.facets import PACKAGE, TRANSPORT, split_facets
from mcp_static.model.times import SECONDS_A_DAY, format_day
from mcp_static.store.facts import Facts

_MONTHS: Final = 120
_NEW: Final = "new"
_SERVERS: Final = "servers"
_VERSIONS: Final = "versions"


@dataclass(slots=True)
class Month:
    """What was published in one calendar month (UTC), as counts; `name` is like `2025-12`.

    The `all_` ones are of this month and all before. A version with packages of two types counts
    for both; what was deleted since counts as well.
    """

    name: str
    servers: int = 0
    versions: int = 0
    all_servers: int = 0
    all_versions: int = 0
    packages: dict[str, int] = field(default_factory=dict)
    transports: dict[str, int] = field(default_factory=dict)


class DailyCounts:
    """The table of counts."""

    def __init__(self, connection: sqlite3.Connection, facts: Facts) -> None:
        self._connection: Final = connection
        self._facts: Final = facts

    def count_all(self) -> None:
        """Count every day of a new store."""
        self._count("v.is_present")

    def count_days(self, days: Iterable[int]) -> None:
        """Count some days (since 1970) again."""
        for day in days:
            self._connection.execute("DELETE FROM daily_counts WHERE day = ?", (day,))
            self._count(
                "v.is_present AND v.published_at >= ? AND v.published_at < ?",
                day * SECONDS_A_DAY,
                (day + 1) * SECONDS_A_DAY,
            )

    def _count(self, condition: str, *parameters: int) -> None:
        rows = self._connection.execute(
            f"SELECT v.published_at / {SECONDS_A_DAY} AS day, b.facets, count(*), "
            "sum(v.ordinal = s.first_ordinal) FROM versions v JOIN bodies b ON b.ordinal = v.ordinal "
            f"JOIN servers s ON s.number = v.server_number WHERE {condition} GROUP BY day, b.facets",
            parameters,
        )
        counts: Counter[tuple[int, str, str]] = Counter()
        for day, facets, versions, servers in rows:
            counts[day, _NEW, _VERSIONS] += versions
            counts[day, _NEW, _SERVERS] += servers
            for facet, word in split_facets(facets):
                counts[day, facet, word] += versions
        self._connection.executemany(
            "INSERT INTO daily_counts VALUES (?, ?, ?, ?)",
            ((*key, count) for key, count in sorted(counts.items()) if count),
        )

    def months(self) -> list[Month]:
        """The last ten years' months, to the snapshot's own, from the first with a publish."""
        found: dict[str, Month] = {}
        rows = self._connection.execute("SELECT day, facet, word, count FROM daily_counts ORDER BY day")
        for day, facet, word, count in rows:
            name = format_day(day)[:7]
            month = found.setdefault(name, Month(name))
            if facet == _NEW and word == _SERVERS:
                month.servers += count
            elif facet == _NEW:
                month.versions += count
            elif facet in {PACKAGE, TRANSPORT}:
                counts = month.packages if facet == PACKAGE else month.transports
                counts[word] = counts.get(word, 0) + count
        last_day = self._facts.counters.registry_time // SECONDS_A_DAY
        return _with_totals(found, format_day(last_day)[:7])


def _with_totals(found: dict[str, Month], last: str) -> list[Month]:
    """The months in order, those without a publish included, with what was there by their end."""
    if not found:
        return []
    names = _calendar(min(found), max(last, *found))
    servers = sum(month.servers for name, month in found.items() if name < names[0])
    versions = sum(month.versions for name, month in found.items() if name < names[0])
    months = [found.get(name, Month(name)) for name in names]
    for month in months:
        month.all_servers = servers = servers + month.servers
        month.all_versions = versions = versions + month.versions
    return months


def _calendar(first: str, last: str) -> list[str]:
    """The months between two, both included; the last ones, when there are too many."""
    end = _ordinal(last)
    start = max(_ordinal(first), end - _MONTHS + 1)
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(start, end + 1)]


def _ordinal(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1
