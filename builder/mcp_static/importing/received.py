"""What a walk has received so far, kept in a file: an interrupted one goes on where it stopped."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

_PAGE: Final = b"#"
"""Begins a line with the address of a page; the lines below it are its entries."""


@dataclass(slots=True)
class ReceivedPage:
    """A page's address, and its entries as JSON, each with its place."""

    address: str
    entries: list[tuple[str, bytes]] = field(default_factory=list)


class Received:
    """The files of one walk in a folder: the pages, and how far it has come."""

    def __init__(self, folder: Path) -> None:
        self._folder: Final = folder
        self._pages: Final = folder / "pages.ndjson"
        self._progress: Final = folder / "progress.json"

    def state(self) -> dict[str, Any]:
        """How far the walk has come; empty at its beginning."""
        try:
            value = orjson.loads(self._progress.read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            return {}
        return value if isinstance(value, dict) else {}

    def save(self, state: dict[str, Any]) -> None:
        """Note how far it has come, in one step."""
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._progress.with_suffix(".new")
        fresh.write_bytes(orjson.dumps(state))
        fresh.replace(self._progress)

    def to_append(self) -> BinaryIO:
        """The pages' file, cut back to what is known to be whole; close it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        stream = self._pages.open("ab")
        stream.truncate(self.state().get("size", 0))
        return stream

    def pages(self) -> Iterator[ReceivedPage]:
        """Every page, in the order in which they came."""
        page = ReceivedPage("")
        with self._pages.open("rb") as lines:
            for line in lines:
                if line.startswith(_PAGE):
                    if page.address:
                        yield page
                    page = ReceivedPage(line[1:].decode().strip())
                else:
                    page.entries.append((f"{page.address}[{len(page.entries)}]", line))
        if page.address:
            yield page

    def drop_pages(self) -> None:
        """Forget the pages, not how far the walk has come."""
        self._pages.unlink(missing_ok=True)

    def forget(self) -> None:
        """Forget everything."""
        self._progress.unlink(missing_ok=True)
        self.drop_pages()


def append_page(stream: BinaryIO, address: str, entries: Iterable[Any]) -> int:
    """Add a page, and give the size of the file with it; it is on the disk by then."""
    stream.write(b"".join([_PAGE, address.encode(), b"\n", *map(line_of, entries)]))
    stream.flush()
    os.fsync(stream.fileno())
    return stream.tell()


def line_of(entry: Any) -> bytes:
    """An entry as a line; null for one that is nested too deeply to be an entry."""
    try:
        return json.dumps(entry).encode() + b"\n"
    except RecursionError:
        return b"null\n"
