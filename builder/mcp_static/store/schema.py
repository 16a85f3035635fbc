"""The tables of the store."""

from typing import Final

FORMAT: Final = "11"
"""Changes with the tables below, or with what they hold; a store of another format is rebuilt."""

TABLES: Final = """
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE servers (
  number INTEGER PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL,
  first_ordinal INTEGER NOT NULL, duplicate_of TEXT, browse_key TEXT NOT NULL,
  namespace_key TEXT NOT NULL
);
CREATE TABLE versions (
  ordinal INTEGER PRIMARY KEY, path BLOB NOT NULL, server_number INTEGER, version TEXT NOT NULL,
  version_position INTEGER NOT NULL, is_valid INTEGER NOT NULL, is_duplicate INTEGER NOT NULL,
  is_present INTEGER NOT NULL, is_public INTEGER NOT NULL, status TEXT NOT NULL,
  status_message TEXT, takedown TEXT, own_status TEXT, own_message TEXT,
  published_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  status_changed_at INTEGER NOT NULL, event INTEGER, is_latest INTEGER NOT NULL,
  commit_id TEXT NOT NULL, first_blob BLOB NOT NULL, accepted_blob BLOB NOT NULL,
  document_size INTEGER NOT NULL, accepted_size INTEGER NOT NULL, entry_size INTEGER NOT NULL
);
CREATE TABLE bodies (
  ordinal INTEGER PRIMARY KEY, document BLOB NOT NULL, words TEXT NOT NULL, facets TEXT NOT NULL,
  card TEXT NOT NULL, checksum INTEGER NOT NULL
);
CREATE TABLE takedowns (
  path TEXT PRIMARY KEY, scope TEXT NOT NULL, is_quarantine INTEGER NOT NULL, content TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE acts (
  path TEXT PRIMARY KEY, blob BLOB NOT NULL, is_present INTEGER NOT NULL, commit_id TEXT NOT NULL,
  content TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE remotes (near TEXT NOT NULL, ordinal INTEGER NOT NULL);
CREATE TABLE accepted (ordinal INTEGER PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE daily_counts (
  day INTEGER NOT NULL, facet TEXT NOT NULL, word TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (day, facet, word)
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
CREATE INDEX versions_server ON versions (server_number);
CREATE INDEX versions_chain ON versions (version, version_position);
CREATE INDEX versions_event ON versions (event) WHERE is_present;
CREATE INDEX versions_leading ON versions (server_number) WHERE is_latest AND is_public;
CREATE UNIQUE INDEX servers_name ON servers (name);
CREATE INDEX servers_folded ON servers (folded, number);
CREATE INDEX servers_browse_key ON servers (browse_key);
CREATE INDEX servers_namespace_key ON servers (namespace_key, name);
CREATE INDEX servers_namespace_length ON servers (instr(name, '/'), name);
CREATE INDEX servers_punycode ON servers (name) WHERE instr(folded, 'xn--');
CREATE INDEX versions_published ON versions (published_at);
CREATE INDEX documents_part ON documents (part);
CREATE INDEX takedowns_scope ON takedowns (scope);
CREATE INDEX takedowns_quarantine ON takedowns (is_quarantine) WHERE is_quarantine;
CREATE INDEX remotes_url ON remotes (near);
"""

LEADING: Final = (
    "servers s CROSS JOIN versions v ON v.server_number = s.number AND v.is_latest AND v.is_public"
)
"""Each server that is shown, with the version that represents it; looked up from the server."""
