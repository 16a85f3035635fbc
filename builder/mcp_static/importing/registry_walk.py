"""Entries from another registry over its read API (v0.1), a page at a time, resumable.

The walk's progress is kept in the repository's own Git folder, so an interrupted walk goes on
where it stopped, and a later one asks only for what was updated since.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from mcp_static import __version__
from mcp_static.api.source_entries import key_of
from mcp_static.importing.pages import least_of, next_cursor
from mcp_static.importing.received import Received, ReceivedPage, append_page, line_of
from mcp_static.importing.registry_pages import Page, RegistryPages, registry_client
from mcp_static.importing.static_source import every_version
from mcp_static.model.errors import IncompleteSourceError, ServiceError
from mcp_static.model.registry_address import registry_address
from mcp_static.net.client import Authorization
from mcp_static.settings.network import NetworkSettings

_MOST_OLD_PAGES: Final = 50
"""So many pages in a row with no entry, or none that is new, and a list has no end."""
_MOST_PAGES: Final = 50_000
"""Five million entries: a list that goes on after that has no end either."""
_LONGEST_CURSOR: Final = 4_096


class RegistryWalk:
    """Walks a registry; `received` gives what came.

    With `most_bytes`, it takes no more than that.
    """

    def __init__(
        self,
        url: str,
        choices: tuple[object, ...],
        folder: Path,
        authorization: Authorization | None = None,
        network: NetworkSettings | None = None,
        most_bytes: int | None = None,
    ) -> None:
        self._network: Final = network
        self._most_bytes: Final = most_bytes
        self._url: Final = registry_address(url)
        self._authorization: Final = authorization
        # What was left out under other choices has to be offered again under these.
        key = hashlib.sha256(repr((self._url, choices, __version__, "pages")).encode()).hexdigest()[:16]
        self._received: Final = Received(folder / "mcp-static" / f"import-{key}")

    def pages(self) -> Iterator[int]:
        """Walk on to the end, giving how many entries each page brought.

        Raises InputError and ServiceError when the registry cannot be reached, or does not answer as
        the API does; what was received until then is kept for the next call, which asks for the page
        that failed again.
        """
        state = self._received.state()
        if state.get("complete"):
            return
        with (
            registry_client(self._authorization, self._network) as client,
            self._received.to_append() as stream,
        ):
            pages = RegistryPages(client, self._url, str(state.get("since") or ""))
            yield from self._walk(pages, stream, state)

    def _walk(self, pages: RegistryPages, stream: BinaryIO, state: dict[str, Any]) -> Iterator[int]:
        course = _Course(self._url, self.received() if state.get("cursor") else ())
        pages.limit = state.get("limit", pages.limit)
        while True:
            page = pages.fetch(state.get("cursor"))
            cursor = self._cursor_after(page)
            if cursor is None and not state.get("cursor") and pages.reads_no_query(page):
                for address, entries in every_version(pages.client, self._url, page.entries):
                    self._append(stream, address, entries)
                    yield len(entries)
                self._received.save(state | {"size": stream.tell(), "complete": True})
                return
            course.note(page, cursor)
            size = self._append(stream, page.address, page.entries)
            state |= {"cursor": cursor, "size": size, "limit": pages.limit}
            state["complete"] = cursor is None
            if cursor is None and not state.get("since"):
                state["shortfall"] = course.shortfall(least_of(page.document))
            self._received.save(state)
            yield len(page.entries)
            if cursor is None:
                return

    def _append(self, stream: BinaryIO, address: str, entries: list[Any]) -> int:
        size = append_page(stream, address, entries)
        if self._most_bytes is not None and size > self._most_bytes:
            raise _strange(self._url, f"it serves more than {self._most_bytes >> 20} MiB")
        return size

    def _cursor_after(self, page: Page) -> str | None:
        try:
            return next_cursor(page.document)
        except IncompleteSourceError as error:
            raise _strange(self._url, f"{page.address} {error}") from None

    def received(self) -> Iterator[ReceivedPage]:
        """Every page that came, with its entries as they were served."""
        return self._received.pages()

    @property
    def shortfall(self) -> str:
        """What the registry has and did not give, reading on from its address; empty if nothing."""
        return str(self._received.state().get("shortfall") or "")

    @property
    def imported_into(self) -> str:
        """The commit that the last finished import has led to; empty when there was none."""
        return str(self._received.state().get("commit") or "")

    def forget(self) -> None:
        """Begin at the beginning."""
        self._received.forget()

    def finish(self, newest: str, commit: str) -> None:
        """Note that everything up to this `updatedAt` has been imported, which led to that commit."""
        since = max(newest, str(self._received.state().get("since") or ""))
        self._received.save({"since": since, "commit": commit})
        self._received.drop_pages()

    def ask_again(self, commit: str) -> None:
        """Note that a part could not be read: the next walk begins where this one did."""
        since = str(self._received.state().get("since") or "")
        self._received.save({"since": since, "commit": commit})
        self._received.drop_pages()


class _Course:
    """What a walk has met, to tell a list that has no end."""

    def __init__(self, url: str, earlier: Iterator[ReceivedPage] | tuple[()]) -> None:
        self._url: Final = url
        self._cursors: Final[set[str]] = set()
        self._keys: Final[set[int]] = set()
        self._entries = 0
        self._pages = 0
        self._old = 0
        for page in earlier:
            self._take(json.loads(entry) for _, entry in page.entries)

    def note(self, page: Page, cursor: str | None) -> None:
        """Note a page and the cursor after it; raises ServiceError where there is no end to them."""
        if cursor is not None and len(cursor) > _LONGEST_CURSOR:
            raise _strange(self._url, f"it gave a cursor of {len(cursor):,} characters")
        if cursor is not None and cursor in self._cursors:
            raise _strange(self._url, f"it gave the cursor {cursor[:100]!r} a second time")
        self._cursors.add(cursor or "")
        has_new = self._take(page.entries)
        self._pages += 1
        if self._pages == _MOST_PAGES:
            raise _strange(self._url, f"its list has more than {self._pages:,} pages")
        self._old = 0 if has_new else self._old + 1
        if self._old == _MOST_OLD_PAGES:
            kind = "with nothing new" if page.entries else "that are empty"
            raise _strange(self._url, f"it gave {self._old} pages {kind} in a row")

    def _take(self, entries: Iterable[Any]) -> bool:
        """Count entries, and tell whether any of them is new."""
        before = len(self._keys)
        for entry in entries:
            self._keys.add(hash(key_of(entry) or line_of(entry)))
            self._entries += 1
        return len(self._keys) > before

    def shortfall(self, least: int) -> str:
        """What is missing of the entries that there are at least, in words; empty if nothing is."""
        if least <= self._entries:
            return ""
        return f"says that it has {least:,} entries, gave {self._entries:,}, and no cursor for more"


def _strange(url: str, message: str) -> ServiceError:
    return ServiceError(
        f"{url} does not answer as a registry should: {message}.",
        "Check the address; if it is right, try again later. What was received is kept.",
    )
