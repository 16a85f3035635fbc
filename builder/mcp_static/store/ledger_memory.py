"""What the ledger knows about servers and versions, kept between builds."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from mcp_static.model.lifecycle import Status
from mcp_static.model.names import parse_name
from mcp_static.model.standing import ServerState, VersionState
from mcp_static.model.status import StatusRecord
from mcp_static.model.takedown import Takedown
from mcp_static.model.takedowns import PlacedTakedown
from mcp_static.store.prefix_lists import namespace_key, server_key

_AFTER_SLASH: Final = "0"
"""The character after a slash: names between a namespace with the one and the other are in it."""


class _ServerRow(NamedTuple):
    number: int
    name: str
    folded: str
    first_ordinal: int
    duplicate_of: str | None
    browse_key: str
    namespace_key: str


class _VersionRow(NamedTuple):
    ordinal: int
    path: bytes
    server_number: int | None
    version: str
    version_position: int
    is_valid: bool
    is_duplicate: bool
    is_present: bool
    is_public: bool
    status: str
    status_message: str | None
    takedown: str | None
    own_status: str | None
    own_message: str | None
    published_at: int
    updated_at: int
    status_changed_at: int
    event: int | None
    is_latest: bool
    commit_id: str
    first_blob: bytes
    accepted_blob: bytes
    document_size: int
    accepted_size: int
    entry_size: int


class LedgerMemory:
    """The tables of servers and versions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection: Final = connection

    def find_version(self, path: str) -> VersionState | None:
        """See `Memory`."""
        rows = list(self._versions("path = ?", path_bytes(path)))
        if not rows:
            return None
        (row,) = rows
        if row.server_number is None:
            return VersionState(row.ordinal, path, row.published_at)
        versions = self._server(row.server_number).versions
        return next(version for version in versions if version.path == path)

    def find_server(self, name: str) -> ServerState | None:
        """See `Memory`."""
        row = self._connection.execute("SELECT number FROM servers WHERE name = ?", (name,)).fetchone()
        return None if row is None else self._server(row[0])

    def find_holder(self, folded: str) -> str | None:
        """See `Memory`."""
        row = self._connection.execute(
            "SELECT name FROM servers WHERE folded = ? ORDER BY number LIMIT 1", (folded,)
        ).fetchone()
        return None if row is None else str(row[0])

    def find_spelling(self, namespace: str) -> str | None:
        """See `Memory`."""
        row = self._connection.execute(
            "SELECT name FROM servers WHERE folded > ? AND folded < ? AND duplicate_of IS NULL LIMIT 1",
            (f"{namespace}/", f"{namespace}{_AFTER_SLASH}"),
        ).fetchone()
        return None if row is None else str(row[0]).partition("/")[0]

    def servers_of(self, namespace: str, *, subdomains: bool) -> list[str]:
        """See `Memory`."""
        first = f"{namespace}." if subdomains else f"{namespace}/"  # a slash comes after a dot
        rows = self._connection.execute(
            "SELECT name FROM servers WHERE folded > ? AND folded < ? ORDER BY number",
            (first, f"{namespace}{_AFTER_SLASH}"),
        )
        return [name for (name,) in rows]

    def version_chain_length(self, version: str) -> int:
        """See `Memory`."""
        (last,) = self._connection.execute(
            "SELECT max(version_position) FROM versions WHERE version = ?", (version,)
        ).fetchone()
        return 0 if last is None else int(last) + 1

    def has_takedowns(self) -> bool:
        """See `TakedownMemory`."""
        return self._connection.execute("SELECT 1 FROM takedowns LIMIT 1").fetchone() is not None

    def quarantines(self) -> list[PlacedTakedown]:
        """See `TakedownMemory`."""
        return self._takedowns("is_quarantine")

    def takedowns_on(self, scope: str) -> list[PlacedTakedown]:
        """See `TakedownMemory`."""
        return self._takedowns("scope = ?", scope)

    def _takedowns(self, condition: str, *values: str) -> list[PlacedTakedown]:
        rows = self._connection.execute(
            f"SELECT path, scope, content FROM takedowns WHERE {condition} ORDER BY path", values
        )
        return [
            PlacedTakedown(path, scope, Takedown.model_validate_json(content))
            for path, scope, content in rows
        ]

    def put_takedowns(self, changed: Mapping[str, PlacedTakedown | None]) -> None:
        """Keep which takedowns are in force, and (None) no longer are, by the paths of their files."""
        self._connection.executemany(
            "DELETE FROM takedowns WHERE path = ?", ((path,) for path in changed)
        )
        self._connection.executemany(
            "INSERT INTO takedowns VALUES (?, ?, ?, ?)",
            (
                (path, scope, takedown.ends_at is not None, takedown.model_dump_json())
                for path, scope, takedown in filter(None, changed.values())
            ),
        )

    def _versions(self, condition: str, value: object) -> Iterator[_VersionRow]:
        rows = self._connection.execute(
            f"SELECT {_names(_VersionRow)} FROM versions WHERE {condition}", (value,)
        )
        return map(_VersionRow._make, rows)

    def _server(self, number: int) -> ServerState:
        row = _ServerRow._make(
            self._connection.execute(
                f"SELECT {_names(_ServerRow)} FROM servers WHERE number = ?", (number,)
            ).fetchone()
        )
        server = ServerState(number, row.name, row.first_ordinal, row.duplicate_of)
        for found in self._versions("server_number = ? ORDER BY ordinal", number):
            version = _version_state(found, server)
            server.add(version)
            if version.is_latest:
                server.latest = version
        return server

    def put(self, servers: Iterable[ServerState], versions: Iterable[VersionState]) -> None:
        """Keep what a replay has changed."""
        self._connection.executemany(
            f"INSERT OR IGNORE INTO servers {_values(_ServerRow)}", map(_server_row, servers)
        )
        self._connection.executemany(
            f"INSERT OR REPLACE INTO versions {_values(_VersionRow)}",
            map(_version_row, versions),
        )


def path_bytes(path: str) -> bytes:
    """A path as Git has it, whatever its bytes are."""
    return path.encode(errors="surrogateescape")


def _names(row: type[_ServerRow | _VersionRow]) -> str:
    return ", ".join(row._fields)


def _values(row: type[_ServerRow | _VersionRow]) -> str:
    return f"({_names(row)}) VALUES ({','.join('?' * len(row._fields))})"


def _server_row(server: ServerState) -> _ServerRow:
    name = parse_name(server.name)
    return _ServerRow(
        server.number,
        server.name,
        name.folded,
        server.first_ordinal,
        server.duplicate_of,
        server_key(name),
        namespace_key(name.namespace),
    )


def _version_row(version: VersionState) -> _VersionRow:
    takedown = version.takedown
    return _VersionRow(
        ordinal=version.ordinal,
        path=path_bytes(version.path),
        server_number=version.server.number if version.server else None,
        version=version.version,
        version_position=version.version_position,
        is_valid=version.is_valid,
        is_duplicate=version.is_duplicate,
        is_present=version.is_present,
        is_public=version.is_present and not version.is_deleted,
        status=version.shown_status.status.value,
        status_message=version.shown_status.status_message,
        takedown=takedown.model_dump_json() if takedown else None,
        own_status=version.status.status.value if takedown else None,
        own_message=version.status.status_message if takedown else None,
        published_at=version.published_at,
        updated_at=version.updated_at,
        status_changed_at=version.status_changed_at,
        event=version.event,
        is_latest=version.is_latest,
        commit_id=version.commit.hex(),
        first_blob=version.first_blob,
        accepted_blob=version.accepted_blob,
        document_size=version.body_size,
        accepted_size=version.accepted_size,
        entry_size=version.entry_size,
    )


def _version_state(row: _VersionRow, server: ServerState) -> VersionState:
    status, message, takedown = row.status, row.status_message, None
    if row.takedown is not None:
        assert row.own_status is not None  # both are written together
        status, message = row.own_status, row.own_message
        takedown = Takedown.model_validate_json(row.takedown)
    return VersionState(
        ordinal=row.ordinal,
        path=row.path.decode(errors="surrogateescape"),
        published_at=row.published_at,
        server=server,
        version=row.version,
        version_position=row.version_position,
        is_valid=bool(row.is_valid),
        status=StatusRecord.model_construct(status=Status(status), status_message=message),
        takedown=takedown,
        status_changed_at=row.status_changed_at,
        updated_at=row.updated_at,
        event=row.event,
        is_latest=bool(row.is_latest),
        commit=bytes.fromhex(row.commit_id),
        first_blob=row.first_blob,
        accepted_blob=row.accepted_blob,
        body_size=row.document_size,
        accepted_size=row.accepted_size,
        entry_size=row.entry_size,
    )
