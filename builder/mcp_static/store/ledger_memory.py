"""What the ledger knows of servers and versions, kept between builds."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from mcp_static.model.ledger import ServerState, VersionState
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import parse_name
from mcp_static.model.status import StatusRecord
from mcp_static.store.prefix_lists import namespace_key, server_key


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

    def version_chain_length(self, version: str) -> int:
        """See `Memory`."""
        (last,) = self._connection.execute(
            "SELECT max(version_position) FROM versions WHERE version = ?", (version,)
        ).fetchone()
        return 0 if last is None else int(last) + 1

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
        status=version.status.status.value,
        status_message=version.status.status_message,
        published_at=version.published_at,
        updated_at=version.updated_at,
        status_changed_at=version.status_changed_at,
        event=version.event,
        is_latest=version.is_latest,
        commit_id=version.commit,
        first_blob=version.first_blob,
        accepted_blob=version.accepted_blob,
        document_size=version.body_size,
        accepted_size=version.accepted_size,
        entry_size=version.entry_size,
    )


def _version_state(row: _VersionRow, server: ServerState) -> VersionState:
    status = StatusRecord.model_construct(status=Status(row.status), status_message=row.status_message)
    return VersionState(
        ordinal=row.ordinal,
        path=row.path.decode(errors="surrogateescape"),
        published_at=row.published_at,
        server=server,
        version=row.version,
        version_position=row.version_position,
        is_valid=bool(row.is_valid),
        status=status,
        status_changed_at=row.status_changed_at,
        updated_at=row.updated_at,
        event=row.event,
        is_latest=bool(row.is_latest),
        commit=row.commit_id,
        first_blob=row.first_blob,
        accepted_blob=row.accepted_blob,
        body_size=row.document_size,
        accepted_size=row.accepted_size,
        entry_size=row.entry_size,
    )
