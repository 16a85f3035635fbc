"""The tables of the builder's state, and how an entry is read from them."""

import sqlite3
from typing import Final
from zlib import crc32

from mcp_static.api.entries import EntryMeta, entry_bytes, provenance_bytes
from mcp_static.model.lifecycle import Status

FORMAT: Final = "3"
"""Changes with the tables below; a state of another format is made anew."""

TABLES: Final = """
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE servers (
  number INTEGER PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL,
  first_ordinal INTEGER NOT NULL, twin_of TEXT, shelf TEXT NOT NULL, owner TEXT NOT NULL
);
CREATE TABLE versions (
  ordinal INTEGER PRIMARY KEY, path BLOB NOT NULL, server INTEGER, version TEXT NOT NULL,
  version_position INTEGER NOT NULL, is_valid INTEGER NOT NULL, is_twin INTEGER NOT NULL,
  is_present INTEGER NOT NULL, is_public INTEGER NOT NULL, status TEXT NOT NULL, message TEXT,
  published_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, status_changed_at INTEGER NOT NULL,
  event INTEGER, is_latest INTEGER NOT NULL, commit_id TEXT NOT NULL,
  body_size INTEGER NOT NULL, accepted_size INTEGER NOT NULL, entry_size INTEGER NOT NULL
);
CREATE TABLE bodies (
  ordinal INTEGER PRIMARY KEY, server BLOB NOT NULL, words TEXT NOT NULL, kinds TEXT NOT NULL,
  card TEXT NOT NULL, checksum INTEGER NOT NULL
);
CREATE TABLE remotes (url TEXT NOT NULL, ordinal INTEGER NOT NULL);
CREATE TABLE accepted (ordinal INTEGER PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE tallies (
  day INTEGER NOT NULL, kind TEXT NOT NULL, word TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (day, kind, word)
) WITHOUT ROWID;
CREATE TABLE days (day INTEGER PRIMARY KEY, first_event INTEGER NOT NULL, events INTEGER NOT NULL);
CREATE TABLE documents (
  path TEXT PRIMARY KEY, part TEXT NOT NULL, digest BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE left_out (path TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE pending (path TEXT PRIMARY KEY) WITHOUT ROWID;
"""
INDEXES: Final = """
CREATE UNIQUE INDEX versions_path ON versions (path);
CREATE INDEX versions_server ON versions (server);
CREATE INDEX versions_chain ON versions (version, version_position);
CREATE INDEX versions_event ON versions (event) WHERE is_present;
CREATE INDEX versions_leading ON versions (server) WHERE is_latest AND is_public;
CREATE UNIQUE INDEX servers_name ON servers (name);
CREATE INDEX servers_folded ON servers (folded, number);
CREATE INDEX servers_shelf ON servers (shelf);
CREATE INDEX servers_owner ON servers (owner, name);
CREATE INDEX versions_published ON versions (published_at);
CREATE INDEX documents_part ON documents (part);
CREATE INDEX remotes_url ON remotes (url);
"""

ENTRY_COLUMNS: Final = (
    "v.ordinal, v.status, v.message, v.status_changed_at, v.published_at, v.updated_at, "
    "v.is_latest, v.commit_id, b.server, a.content, b.checksum"
)
ENTRY_TABLES: Final = (
    "versions v JOIN bodies b ON b.ordinal = v.ordinal LEFT JOIN accepted a ON a.ordinal = v.ordinal"
)

EntryRow = tuple[int, str, str | None, int, int, int, int, str, bytes, bytes | None, int]


def render_entry(row: EntryRow, namespace: str) -> bytes:
    """The entry of one row of `ENTRY_COLUMNS`; raises sqlite3.DatabaseError when it is damaged.

    Most of the database is bodies, so a checksum of each finds what a failing disk, or somebody,
    has changed in it, where SQLite itself sees nothing wrong.
    """
    (ordinal, status, message, status_changed, published, updated, latest, commit, server, accepted,
     checksum) = row  # fmt: skip
    if crc32(server) != checksum:
        raise sqlite3.DatabaseError(f"the body of entry {ordinal} is not what was written")
    meta = EntryMeta(Status(status), message, status_changed, published, updated, bool(latest))
    provenance = provenance_bytes(commit, accepted) if namespace else None
    return entry_bytes(server, meta, namespace, provenance)
