"""What browse pages list, looked up by prefix: all servers, all namespaces, and the servers of one
namespace. Deleted servers are in none.
"""

import sqlite3
from typing import Final

from mcp_static.model.names import is_index_file
from mcp_static.store.documents import DocumentTable
from mcp_static.store.prefix_lists import PrefixIndex, after
from mcp_static.store.schema import LEADING

SERVERS: Final = "browse/servers"
NAMESPACES: Final = "browse/namespaces"
WITHIN: Final = "browse/within/"
"""Before a namespace: the folder of its own browse pages."""

_PAGE: Final = "/index.html"
_SUFFIX: Final = "~"
"""After a prefix whose folder would otherwise be where a page is; no key has a tilde."""


class PrefixIndexes:
    """Gives the index whose pages are in a folder of the output."""

    def __init__(self, connection: sqlite3.Connection, documents: DocumentTable) -> None:
        self._connection: Final = connection
        self._documents: Final = documents

    def at(self, root: str) -> PrefixIndex:
        """The index of `SERVERS`, of `NAMESPACES`, or of `WITHIN` a namespace."""
        if root == SERVERS:
            return _ColumnIndex(self._connection, self._documents, root, "s.browse_key")
        if root == NAMESPACES:
            return _NamespaceIndex(self._connection, self._documents, root, "s.namespace_key")
        namespace = f"{root.removeprefix(WITHIN)}/"
        return _ColumnIndex(self._connection, self._documents, root, "s.name", namespace)


def list_folder(root: str, prefix: str) -> str:
    """The folder of the list of a prefix."""
    if not prefix:
        return root
    return f"{root}/{prefix}{_SUFFIX if is_index_file(prefix) else ''}"


class _ColumnIndex:
    """Keys found, after some text, in a column of the servers that are shown."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        documents: DocumentTable,
        root: str,
        column: str,
        before: str = "",
    ) -> None:
        self._connection = connection
        self._documents = documents
        self._root = root
        self._column = column
        self._before = before

    def keys(self, prefix: str, limit: int, beyond: str = "") -> list[str]:
        return self._select(
            f"SELECT {self._column} FROM {LEADING} WHERE {self._column} >= ? AND {self._column} < ? "
            f"ORDER BY {self._column} LIMIT ?",
            self._before + max(prefix, beyond),
            self._before + after(prefix),
            limit,
        )

    def last(self, prefix: str) -> str:
        return self._select(
            f"SELECT {self._column} FROM {LEADING} WHERE {self._column} >= ? AND {self._column} < ? "
            f"ORDER BY {self._column} DESC LIMIT 1",
            self._before + prefix,
            self._before + after(prefix),
        )[0]

    def is_shown(self, prefix: str) -> bool:
        return self._documents.digest(f"{list_folder(self._root, prefix)}{_PAGE}") is not None

    def shown_below(self, prefix: str) -> list[str]:
        start = f"{self._root}/{prefix}"
        paths = self._documents.paths_between(start, after(start))
        first = f"{self._root}{_PAGE}"
        folders = (path.removesuffix(_PAGE) for path in paths if path != first)
        found = (path.removeprefix(f"{self._root}/").removesuffix(_SUFFIX) for path in folders)
        return [one for one in found if len(one) > len(prefix)]

    def _select(self, query: str, *parameters: object) -> list[str]:
        rows = self._connection.execute(query, parameters)
        return [key.removeprefix(self._before) for (key,) in rows]


class _NamespaceIndex(_ColumnIndex):
    """Each namespace is one key, whatever it has: so the query skips from each to the next."""

    def keys(self, prefix: str, limit: int, beyond: str = "") -> list[str]:
        following = (
            f"SELECT s.namespace_key FROM {LEADING} WHERE s.namespace_key {{}} "
            "AND s.namespace_key < ?2 ORDER BY s.namespace_key LIMIT 1"
        )
        first, next_one = following.format(">= ?1"), following.format("> found.key")
        return self._select(
            f"WITH RECURSIVE found (key) AS (SELECT ({first}) UNION ALL "
            f"SELECT ({next_one}) FROM found WHERE found.key IS NOT NULL) "
            "SELECT key FROM found WHERE key IS NOT NULL LIMIT ?3",
            max(prefix, beyond),
            after(prefix),
            limit,
        )
