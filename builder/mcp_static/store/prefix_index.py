"""The shelves that browse pages are made of, looked up in a state: servers, namespaces, and the
servers of one namespace. What is deleted stands on none.
"""

from typing import Final

from mcp_static.model.names import is_index_file
from mcp_static.store.prefix_lists import PrefixIndex, after
from mcp_static.store.store import Store

SERVERS: Final = "browse/servers"
NAMESPACES: Final = "browse/namespaces"
WITHIN: Final = "browse/within/"
"""Before a namespace: the folder of its own browse pages."""

_PAGE: Final = "/index.html"
_BESIDE: Final = "~"
"""After a prefix whose folder would lie where a page does."""
_LEADING: Final = (
    "servers s CROSS JOIN versions v ON v.server = s.number AND v.is_latest AND v.is_public"
)


def prefix_index_at(store: Store, root: str) -> PrefixIndex:
    """The shelf whose pages lie in a folder."""
    if root == SERVERS:
        return _ColumnIndex(store, root, "s.shelf")
    if root == NAMESPACES:
        return _NamespaceIndex(store, root, "s.owner")
    return _ColumnIndex(store, root, "s.name", f"{root.removeprefix(WITHIN)}/")


def list_folder(root: str, prefix: str) -> str:
    """The folder of the list of a prefix; no key has a tilde."""
    if not prefix:
        return root
    return f"{root}/{prefix}{_BESIDE if is_index_file(prefix) else ''}"


class _ColumnIndex:
    """A shelf whose keys stand, after some text, in a column of the servers that are shown."""

    def __init__(self, store: Store, root: str, column: str, before: str = "") -> None:
        self._store = store
        self._root = root
        self._column = column
        self._before = before

    def keys(self, prefix: str, limit: int, beyond: str = "") -> list[str]:
        return self._select(
            f"SELECT {self._column} FROM {_LEADING} WHERE {self._column} >= ? AND {self._column} < ? "
            f"ORDER BY {self._column} LIMIT ?",
            self._before + max(prefix, beyond),
            self._before + after(prefix),
            limit,
        )

    def last(self, prefix: str) -> str:
        return self._select(
            f"SELECT {self._column} FROM {_LEADING} WHERE {self._column} >= ? AND {self._column} < ? "
            f"ORDER BY {self._column} DESC LIMIT 1",
            self._before + prefix,
            self._before + after(prefix),
        )[0]

    def is_shown(self, prefix: str) -> bool:
        return self._store.digest(f"{list_folder(self._root, prefix)}{_PAGE}") is not None

    def shown_below(self, prefix: str) -> list[str]:
        start = f"{self._root}/{prefix}"
        rows = self._store.connection.execute(
            "SELECT path FROM documents WHERE path > ? AND path < ?", (start, after(start))
        )
        own = f"{self._root}{_PAGE}"
        folders = (path.removesuffix(_PAGE) for (path,) in rows if path != own)
        found = (path.removeprefix(f"{self._root}/").removesuffix(_BESIDE) for path in folders)
        return [one for one in found if len(one) > len(prefix)]

    def _select(self, query: str, *parameters: object) -> list[str]:
        rows = self._store.connection.execute(query, parameters)
        return [key.removeprefix(self._before) for (key,) in rows]


class _NamespaceIndex(_ColumnIndex):
    """Each namespace is one key, whatever it has: so the query leaps from each to the next."""

    def keys(self, prefix: str, limit: int, beyond: str = "") -> list[str]:
        following = (
            f"SELECT s.owner FROM {_LEADING} WHERE s.owner {{}} AND s.owner < ?2 "
            "ORDER BY s.owner LIMIT 1"
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
