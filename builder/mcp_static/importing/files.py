"""Entries from a file or from standard input, in whatever way they were saved."""

from collections.abc import Iterator
from typing import Any

from mcp_static.importing.documents import documents
from mcp_static.importing.opening import name_of, opened
from mcp_static.importing.pages import GIVE_ENTRIES, entries_of, follows, is_entry, total_of
from mcp_static.model.errors import IncompleteSourceError, InputError


def read_file(source: str, *, may_be_empty: bool = False) -> Iterator[tuple[str, Any]]:
    """Every entry of a file, with its place for messages.

    The file is plain, gzip, bzip2 or xz. It has JSON documents, one a line or one after another; each
    is an entry, a page, or a list of either. What cannot be read is given in its place: a JsonError for
    an entry that readers would take differently, an IncompleteSourceError for what may have held
    entries, or should. Raises InputError when nothing can be read, or nothing is there.
    """
    name, read, total = name_of(source), 0, 0
    is_empty = True
    more: str | None = None
    with opened(source) as stream:
        for place, document in documents(stream, name):
            is_empty = False
            if isinstance(document, Exception):
                yield place, document
                continue
            if not is_entry(document):
                more, total = follows(document), max(total, total_of(document))
            for entry in entries_of(document, place):
                read += 1
                yield entry
    if is_empty and not may_be_empty:
        raise InputError(f"{name} has no entries: it is empty.", GIVE_ENTRIES)
    if more is not None:
        yield (
            name,
            IncompleteSourceError(
                f"ends with a page that names a next one (`{more}`); what follows it is missing",
                "Fetch the pages after it as well and give them in their order, or import from the "
                "registry's address.",
            ),
        )
    elif total > read:
        yield (
            name,
            IncompleteSourceError(
                f"says that there are {total:,} entries, and has {read:,}",
                "Fetch the other pages as well, or import from the registry's address.",
            ),
        )
