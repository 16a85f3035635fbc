"""Chains as the store knows them: which entries are in each, and at which position."""

import sqlite3
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from mcp_static.api import chains
from mcp_static.store.entries import COLUMNS, TABLES, Entry
from mcp_static.store.facts import Facts


class StoredChain(NamedTuple):
    """A chain: its name, the column that gives positions, and the condition for being in it."""

    name: str
    column: Literal["ordinal", "server_number", "version_position", "event"]
    condition: Literal["v.is_public", "v.is_present", "v.is_latest AND v.is_public"]
    version: str | None = None


ALL: Final = StoredChain(chains.ALL, "ordinal", "v.is_public")
EVERYTHING: Final = StoredChain(chains.EVERYTHING, "ordinal", "v.is_present")
LATEST: Final = StoredChain(chains.LATEST_CHAIN, "server_number", "v.is_latest AND v.is_public")
UPDATES: Final = StoredChain("updated", "event", "v.is_present")
"""All update events in order; the chains of single days are parts of it."""


def version_chain(version: str) -> StoredChain:
    """The chain of one version string."""
    return StoredChain(chains.version_chain(version), "version_position", "v.is_public", version)


class ChainTable:
    """Looks up entries and positions of chains."""

    def __init__(self, connection: sqlite3.Connection, facts: Facts) -> None:
        self._connection: Final = connection
        self._facts: Final = facts

    def length(self, chain: StoredChain) -> int:
        """How many positions a chain has, occupied or not."""
        counters = self._facts.counters
        match chain.column:
            case "ordinal":
                return counters.next_ordinal
            case "server_number":
                return counters.next_server
            case "event":
                return counters.next_event
        (last,) = self._connection.execute(
            "SELECT max(version_position) FROM versions WHERE version = ?", (chain.version,)
        ).fetchone()
        return 0 if last is None else int(last) + 1

    def version_lengths(self) -> Iterator[tuple[str, int]]:
        """Every version string that a server ever had, with the length of its chain."""
        return self._connection.execute(
            "SELECT version, max(version_position) + 1 FROM versions "
            "WHERE server_number IS NOT NULL GROUP BY version"
        )

    def entries(self, chain: StoredChain, first: int, last: int) -> list[tuple[int, Entry]]:
        """The entries at positions from `first` to `last`, with their positions, in order."""
        column, condition, values = _parts(chain)
        rows = self._connection.execute(
            f"SELECT {COLUMNS} FROM {TABLES} WHERE {condition} AND {column} BETWEEN ? AND ? "
            f"ORDER BY {column}",
            (*values, first, last),
        )
        return [(getattr(entry, chain.column), entry) for entry in map(Entry._make, rows)]

    def next_position(self, chain: StoredChain, start: int) -> int | None:
        """The first position from `start` on that has an entry."""
        column, condition, values = _parts(chain)
        return self._one(
            f"SELECT {column} FROM versions v WHERE {condition} AND {column} >= ? "
            f"ORDER BY {column} LIMIT 1",
            *values,
            start,
        )

    def previous_position(self, chain: StoredChain, end: int) -> int | None:
        """The last position before `end` that has an entry."""
        column, condition, values = _parts(chain)
        return self._one(
            f"SELECT {column} FROM versions v WHERE {condition} AND {column} < ? "
            f"ORDER BY {column} DESC LIMIT 1",
            *values,
            end,
        )

    def ordinal_at(self, chain: StoredChain, position: int) -> int:
        """The ordinal that the page beginning at a position is counted to; 0 if there is none."""
        match chain.column:
            case "ordinal":
                return position
            case "server_number":
                query = "SELECT first_ordinal FROM servers WHERE number = ?"
                return self._one(query, position) or 0
        query = "SELECT ordinal FROM versions WHERE version = ? AND version_position = ?"
        return self._one(query, chain.version, position) or 0

    def _one(self, query: str, *parameters: object) -> int | None:
        row = self._connection.execute(query, parameters).fetchone()
        return None if row is None or row[0] is None else int(row[0])


def _parts(chain: StoredChain) -> tuple[str, str, tuple[str, ...]]:
    """Column, condition and its values, for queries over `versions v`."""
    if chain.version is None:
        return f"v.{chain.column}", chain.condition, ()
    return f"v.{chain.column}", f"v.version = ? AND {chain.condition}", (chain.version,)
