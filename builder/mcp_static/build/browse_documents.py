"""Browse pages: every server by its name, every namespace by its domain, without a search."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from mcp_static.api.documents import MISCELLANEOUS, Document
from mcp_static.build.context import RenderContext, Span
from mcp_static.model.names import parse_name
from mcp_static.pages.server_view import Card, card_of
from mcp_static.pages.site import page_file
from mcp_static.store.prefix_index import NAMESPACES, SERVERS, WITHIN, list_folder
from mcp_static.store.prefix_lists import Branch, Leaf, node_at, nodes_below, touched
from mcp_static.store.store import Store

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


def browse_pages(context: RenderContext, span: Span) -> Iterator[Document]:
    """The pages at and below an address such as `browse/servers/a`, in a new output."""
    root, prefix = _split(span.key)
    for found in nodes_below(context.store.prefixes.at(root), prefix):
        yield from browse_page(context, Span(0, 0, f"{root}/{found}"))


def browse_page(context: RenderContext, span: Span) -> Iterator[Document]:
    """The page at an address, or its absence; the servers of a namespace begin on its own page."""
    root, prefix = _split(span.key)
    if root.startswith(WITHIN) and not prefix:
        return
    path = browse_path(root, prefix)
    part = f"names-{prefix[:2]}" if len(prefix) > 1 else MISCELLANEOUS
    node = node_of(context, root, prefix)
    if node is None:
        yield Document(page_file(path), None, part)
        return
    namespace = root.removeprefix(WITHIN) if root.startswith(WITHIN) else ""
    is_of_namespaces = root == NAMESPACES
    values = {
        "shows": "namespaces" if is_of_namespaces else "servers",
        "namespace": namespace,
        "prefix": _label(prefix),
        "steps": browse_steps(root, node),
        "servers": [] if is_of_namespaces else _servers(context, root, node),
        "namespaces": list(_namespaces(context, node)) if is_of_namespaces else [],
    }
    subject = "Namespaces" if is_of_namespaces else "Servers"
    where = f" of {namespace}" if namespace else ""
    ending = f" that begin with {_label(prefix)}." if prefix else ", from A to Z."
    description = f"{subject}{where} in {context.site.title}{ending}"
    yield context.layout.page("browse", path, description, part, **values)


def node_of(context: RenderContext, root: str, prefix: str = "") -> Leaf | Branch | None:
    """What is listed at a prefix of an index."""
    return node_at(context.store.prefixes.at(root), prefix)


def browse_steps(root: str, node: Leaf | Branch | None) -> list[Step]:
    """The links that lead on from a list."""
    if not isinstance(node, Branch):
        return []
    return [
        Step(_label(prefix), quote(browse_path(root, prefix), safe="/")) for prefix in node.prefixes
    ]


def _servers(context: RenderContext, root: str, node: Leaf | Branch) -> list[Card]:
    if not node.keys:
        return []
    if root == SERVERS:
        entries = context.store.entries.with_browse_keys(node.keys)
    else:
        names = [f"{root.removeprefix(WITHIN)}/{key}" for key in node.keys]
        entries = context.store.entries.with_names(names)
    return [card_of(entry.document, entry.meta) for entry in entries]


def _namespaces(context: RenderContext, node: Leaf | Branch) -> Iterator[NamespaceLine]:
    for key in node.keys:
        for namespace in context.store.entries.namespaces_with_key(key):
            names = context.store.prefixes.at(f"{WITHIN}{namespace}").keys("", _MANY + 1)
            count = f"{len(names)} server{'' if len(names) == 1 else 's'}"
            if len(names) > _MANY:
                count = f"more than {_MANY} servers"
            yield NamespaceLine(namespace, f"/servers/{quote(namespace, safe='')}/", count)


def addresses_of(store: Store, name: str) -> Iterator[str]:
    """The addresses of the browse pages that a change of a server can have touched."""
    server = parse_name(name)
    browse_key, namespace_key = store.entries.browse_keys(name)
    within = f"{WITHIN}{server.namespace}"
    for root, key in ((SERVERS, browse_key), (NAMESPACES, namespace_key), (within, server.server)):
        for prefix in touched(store.prefixes.at(root), key):
            yield f"{root}/{prefix}"


def browse_path(root: str, prefix: str) -> str:
    """The address of the list of a prefix, below the registry's, not encoded."""
    return f"/{list_folder(root, prefix)}/"


def _split(address: str) -> tuple[str, str]:
    """The folder of an index's pages, and the prefix."""
    root, _, prefix = address.rpartition("/")
    return root, prefix


def _label(prefix: str) -> str:
    """A prefix as people read it: after the comma come the owners of servers of one name."""
    name, comma, owner = prefix.partition(",")
    return f"{name} by {owner or '…'}" if comma else name
