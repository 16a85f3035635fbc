"""A registry asked over its read API (v0.1) for what people look for, within bounds.

The address is the user's own choice; what is answered there may be anything.
"""

import time
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import quote, urlencode

import orjson

from mcp_static.api.paths import SERVERS_FOLDER
from mcp_static.browsing.entry import Entry
from mcp_static.model.errors import ServiceError, UnansweredError
from mcp_static.model.reading import Part, objects_in, part_of, text_of
from mcp_static.net.client import Client
from mcp_static.net.limits import BUSY
from mcp_static.settings.network import NetworkSettings

_SECONDS: Final = 20.0
_MAX_BYTES: Final = 32 << 20
_RETRIES: Final = 2
_PAGE: Final = 100
_MOST_PAGES: Final = 50
_MOST_SECONDS: Final = 60.0
"""A registry that does not search is looked through: so many pages, for so long."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What was found, names first; whether that is all, and how many entries were looked at."""

    entries: tuple[Entry, ...]
    is_whole: bool
    looked_at: int


class BrowsedRegistry:
    """A registry at an address, asked from a network; close it, or use it as a context manager.

    Every method raises UnansweredError where nothing answers, ServiceError where no registry does, and
    OperatorError where a sign-in is wanted.
    """

    def __init__(self, address: str, network: NetworkSettings | None = None) -> None:
        self.address: Final = address
        self._client: Final = Client(
            max_bytes=_MAX_BYTES, seconds=_SECONDS, retries=_RETRIES, network=network
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def search(self, text: str, most: int) -> SearchResult:
        """The latest versions of servers in whose name, title or description a text occurs.

        The registry is asked for them, and each answer is looked at as well: some hosts read no query.
        """
        found: dict[str, Entry] = {}
        looked_at, cursors, cursor = 0, {""}, ""
        end = time.monotonic() + _MOST_SECONDS
        for _ in range(_MOST_PAGES):
            page = self._page(text, cursor)
            entries = [Entry(part) for part in objects_in(page["servers"])]
            looked_at += len(entries)
            for entry in entries:
                if entry.rank(text) is not None and entry.name and not entry.is_deleted:
                    _keep(found, entry)
            cursor = text_of(part_of(page, "metadata"), "nextCursor") or ""
            if cursor in cursors or len(found) > most or time.monotonic() > end:
                break
            cursors.add(cursor)
        is_whole = not cursor and len(found) <= most
        ranked = sorted(found.values(), key=lambda entry: entry.rank(text) or 0)
        return SearchResult(tuple(ranked[:most]), is_whole, looked_at)

    def _page(self, text: str, cursor: str) -> Part:
        query = {"version": "latest", "limit": str(_PAGE)}
        query |= {"search": text} if text else {}
        query |= {"cursor": cursor} if cursor else {}
        page = self._read(f"{SERVERS_FOLDER}?{urlencode(query)}")
        if page is not None and page.get("servers", "") is None:
            return page | {"servers": []}  # how Go writes an empty list
        if page is None or not isinstance(page.get("servers"), list):
            raise self._strange(f"it has no list of servers at /{SERVERS_FOLDER}")
        return page

    def entry(self, name: str, version: str = "latest") -> Entry | None:
        """A version of a server; None where the registry has none of that name."""
        document = self._read(f"{_path(name)}/versions/{quote(version, safe='')}")
        entry = Entry(document) if document is not None else None
        if entry is not None and not entry.name:
            raise self._strange("what it sent is not an entry")
        return entry

    def versions(self, name: str) -> tuple[Entry, ...]:
        """The listed versions of a server, in the registry's order; none for a name that it lacks."""
        document = self._read(f"{_path(name)}/versions") or {}
        entries = (Entry(part) for part in objects_in(document.get("servers")))
        return tuple(entry for entry in entries if entry.version)

    def _read(self, path: str) -> Part | None:
        """The JSON object at a path; None for 404 and 410."""
        url = f"{self.address}/{path}"
        answer = self._client.get(url)
        self._client.require_signed_in(url, answer)
        if answer.status in {404, 410}:
            return None
        if answer.status in BUSY:
            raise UnansweredError(f"{self.address} is busy or failing: it answered {answer.status}.")
        if not answer.is_ok:
            raise self._strange(f"it answered {answer.status}")
        try:
            document: Any = orjson.loads(answer.body)
            orjson.dumps(document)  # refuses what is nested deeper than anything here can print
        except (orjson.JSONDecodeError, orjson.JSONEncodeError):
            raise self._strange("what it sent is not JSON, or is nested too deeply") from None
        if not isinstance(document, dict):
            raise self._strange("what it sent is not a JSON object")
        return document

    def _strange(self, message: str) -> ServiceError:
        return ServiceError(
            f"{self.address} does not answer as a registry should: {message}.",
            "Check the address; it is the one that clients are given.",
        )


def _path(name: str) -> str:
    return f"{SERVERS_FOLDER}/{quote(name, safe='')}"


def _keep(found: dict[str, Entry], entry: Entry) -> None:
    """Add an entry, unless a better one of the same server is there: of some registries, all come."""
    known = found.get(entry.name)
    if known is None or (entry.is_latest and not known.is_latest):
        found[entry.name] = entry
