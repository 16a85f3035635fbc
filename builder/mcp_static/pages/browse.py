"""Browse pages: every server by its name, every namespace by its domain, without a search."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from mcp_static.api.paths import MISCELLANEOUS, Document
from mcp_static.model.names import parse_name
from mcp_static.pages.server_view import Card
from mcp_static.pages.site import Layout, page_file
from mcp_static.store.prefix_index import NAMESPACES, SERVERS, WITHIN, list_folder, prefix_index_at
from mcp_static.store.prefix_lists import Branch, Leaf, after, node_at, nodes_below, touched
from mcp_static.store.store import Store

Cards = Callable[[str, Sequence[object]], list[Card]]
"""The servers for which an SQL condition over `v` holds, with its parameters."""

_MANY: Final = 99


@dataclass(frozen=True, slots=True)
class Step:
    """A link to the list of a prefix."""

    label: str
    path: str


@dataclass(frozen=True, slots=True)
class NamespaceLine:
    """A namespace in a list; `count` is the number of its servers in words."""

    name: str
    path: str
    count: str


class BrowseRenderer:
    """Renders browse pages from a state; a pure function of it."""

    def __init__(self, store: Store, layout: Layout, cards: Cards) -> None:
        self._store = store
        self._layout = layout
        self._cards = cards

    def below(self, address: str) -> Iterator[Document]:
        """The pages at and below an address such as `browse/servers/a`, in a new output."""
        root, prefix = split_address(address)
        for place in nodes_below(prefix_index_at(self._store, root), prefix):
            yield from self.at(f"{root}/{place}")

    def at(self, address: str) -> Iterator[Document]:
        """The page at an address, or its absence; the servers of a namespace begin on its own page."""
        root, prefix = split_address(address)
        if root.startswith(WITHIN) and not prefix:
            return
        path = browse_path(root, prefix)
        part = f"names-{prefix[:2]}" if len(prefix) > 1 else MISCELLANEOUS
        node = node_at(prefix_index_at(self._store, root), prefix)
        if node is None:
            yield Document(page_file(path), None, part)
            return
        namespace = root.removeprefix(WITHIN) if root.startswith(WITHIN) else ""
        shows = "namespaces" if root == NAMESPACES else "servers"
        where = f" of {namespace}" if namespace else ""
        description = (
            f"{'Namespaces' if root == NAMESPACES else 'Servers'}{where} in {self._layout.site.title}"
        )
        values = {
            "shows": shows,
            "namespace": namespace,
            "prefix": _label(prefix),
            "steps": self.steps(root, node),
            "servers": [] if root == NAMESPACES else self._servers(root, node),
            "namespaces": self._namespaces(node) if root == NAMESPACES else [],
        }
        ending = f" that begin with {_label(prefix)}." if prefix else ", from A to Z."
        yield self._layout.page("browse", path, description + ending, part, **values)

    def steps(self, root: str, node: Leaf | Branch | None) -> list[Step]:
        """The links that lead on from a list."""
        if not isinstance(node, Branch):
            return []
        return [Step(_label(prefix), _encoded(browse_path(root, prefix))) for prefix in node.prefixes]

    def _servers(self, root: str, node: Leaf | Branch) -> list[Card]:
        if not node.keys:
            return []
        if root == SERVERS:
            marks = ",".join("?" * len(node.keys))
            where = f"s.shelf IN ({marks}) ORDER BY s.shelf"
            return self._cards(where, node.keys)
        names = [f"{root.removeprefix(WITHIN)}/{key}" for key in node.keys]
        marks = ",".join("?" * len(names))
        return self._cards(f"s.name IN ({marks}) ORDER BY s.name", names)

    def _namespaces(self, node: Leaf | Branch) -> list[NamespaceLine]:
        return [line for owner in node.keys for line in self._of_owner(owner)]

    def _of_owner(self, owner: str) -> Iterator[NamespaceLine]:
        """The namespaces of a domain: one, or more that differ in case."""
        name = ""
        while True:
            row = self._store.connection.execute(
                "SELECT s.name FROM servers s CROSS JOIN versions v ON v.server = s.number AND "
                "v.is_latest AND v.is_public WHERE s.owner = ? AND s.name > ? ORDER BY s.name LIMIT 1",
                (owner, name),
            ).fetchone()
            if row is None:
                return
            namespace = row[0].partition("/")[0]
            keys = prefix_index_at(self._store, f"{WITHIN}{namespace}").keys("", _MANY + 1)
            count = f"{len(keys)} server{'' if len(keys) == 1 else 's'}"
            if len(keys) > _MANY:
                count = f"more than {_MANY} servers"
            yield NamespaceLine(namespace, f"/servers/{quote(namespace, safe='')}/", count)
            name = after(f"{namespace}/")


def addresses_of(store: Store, name: str) -> Iterator[str]:
    """The addresses of the browse pages that a change of a server can have touched."""
    server = parse_name(name)
    keys = store.connection.execute("SELECT shelf, owner FROM servers WHERE name = ?", (name,))
    browse_key, owner = keys.fetchone()
    within = f"{WITHIN}{server.namespace}"
    for root, key in ((SERVERS, browse_key), (NAMESPACES, owner), (within, server.server)):
        for prefix in touched(prefix_index_at(store, root), key):
            yield f"{root}/{prefix}"


def split_address(address: str) -> tuple[str, str]:
    """The folder of a shelf's pages, and the prefix."""
    root, _, prefix = address.rpartition("/")
    return root, prefix


def browse_path(root: str, prefix: str) -> str:
    """The address of the list of a prefix, below the registry's, not encoded."""
    return f"/{list_folder(root, prefix)}/"


def _encoded(path: str) -> str:
    return quote(path, safe="/")


def _label(prefix: str) -> str:
    """A prefix as people read it: after the comma come the owners of servers of one name."""
    name, comma, owner = prefix.partition(",")
    return f"{name} by {owner or '…'}" if comma else name
