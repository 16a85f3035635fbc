"""Facets of a server: facts that people filter by, read off its record."""

import re
from collections.abc import Iterator
from typing import Any, Final

from mcp_static.model.reading import objects_in

PACKAGE: Final = "package"
LOCATION: Final = "location"
TRANSPORT: Final = "transport"

_WORD: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")


def facets_of(document: dict[str, Any]) -> str:
    """The facets of a `server.json`, sorted, joined by spaces, such as `location:local package:npm`.

    `package:` is a registry type, `transport:` a transport's type, `location:` is `local` for what
    runs on the user's machine and `remote` for what is reached by an address. Words that no facet
    could have are left out.
    """
    return " ".join(sorted({f"{kind}:{word}" for kind, word in _facets(document)}))


def split_facets(facets: str) -> Iterator[tuple[str, str]]:
    """The facets in a text that `facets_of` gave, each as its kind and its word."""
    for text in facets.split():
        kind, _, word = text.partition(":")
        yield kind, word


def _facets(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for package in objects_in(document.get("packages")):
        yield LOCATION, "local"
        yield from _word(PACKAGE, package.get("registryType"))
        transport = package.get("transport")
        if isinstance(transport, dict):
            yield from _word(TRANSPORT, transport.get("type"))
    for remote in objects_in(document.get("remotes")):
        yield LOCATION, "remote"
        yield from _word(TRANSPORT, remote.get("type"))


def _word(kind: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and _WORD.fullmatch(value):
        yield kind, value
