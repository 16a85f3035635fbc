"""Pages of entries: what they hold, whether more follow, and how many there ought to be.

The standard's page is `{"servers": [...], "metadata": {"nextCursor": ..., "count": ...}}`. Until
September 2025 the cursor was `next_cursor`; other registries, and tools that save what they were
answered, have names of their own.
"""

from collections.abc import Iterator
from typing import Any, Final

from mcp_static.model.errors import IncompleteSourceError
from mcp_static.model.reading import Part, fold_name
from mcp_static.net.reasons import reason_of

_METADATA: Final = (
    "metadata",
    "meta",
    "pagination",
    "paging",
    "pageInfo",
    "page_info",
    "page",
    "links",
)
_WRAPPERS: Final = ("data", "items", "results", "entries", "response", "result", "body", "value")
"""What else a list or a page is wrapped into, PowerShell's `value` among them."""
_DEEPEST: Final = 4
_CURSORS: Final = ("nextcursor",)
_NEXT: Final = (*_CURSORS, "next", "nextpage", "nextpagetoken", "nexttoken", "continuationtoken")
_MORE: Final = ("hasmore", "hasnext", "hasnextpage")
_TOTALS: Final = ("total", "totalcount", "totalitems", "totalresults", "totalservers")
GIVE_ENTRIES: Final = "Give standard entries, as /v0.1/servers or data/export/ have them."


def entries_of(document: Any, place: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The entries of a document, with their places: of a page, a list of either, or the one that it is.

    A part that is none of these is given as an IncompleteSourceError.
    """
    if isinstance(document, list):
        for index, member in enumerate(document):
            inner = f"{place}[{index}]"
            if depth < _DEEPEST and (isinstance(member, list) or is_page(member)):
                yield from entries_of(member, inner, depth + 1)
            else:
                yield inner, member
    elif is_page(document):
        yield from _of_page(document, place, depth)
    elif isinstance(document, dict) and not is_entry(document):
        member = _wrapped(document)
        if document and document.keys() <= set(_METADATA):
            return  # what `jq` leaves of a page beside its entries
        if member is not None and depth < _DEEPEST:
            yield from entries_of(document[member], f"{place}.{member}", depth + 1)
        else:
            yield place, _no_page(document)
    elif isinstance(document, str):
        yield place, IncompleteSourceError("is a text", "If there is JSON in it, unpack it: `jq -r`.")
    else:
        yield place, document


def is_page(document: Any) -> bool:
    """Whether a document is a page, whatever its `servers` are."""
    return isinstance(document, dict) and "servers" in document and "server" not in document


def _of_page(page: Part, place: str, depth: int) -> Iterator[tuple[str, Any]]:
    servers = page["servers"]
    if servers is None:  # what Go makes of an empty list
        servers = []
    if not isinstance(servers, list):
        yield place, IncompleteSourceError("has `servers` that are no array", GIVE_ENTRIES)
        return
    yield from entries_of(servers, place, depth + 1)
    count = _number(page, ("count",))
    if count > len(servers):
        yield (
            place,
            IncompleteSourceError(
                f"says that it has {count:,} entries, and has {len(servers):,}", "Fetch it again."
            ),
        )


def _wrapped(document: Part) -> str | None:
    """The member that holds the entries of a wrapper; None if none does, or more than one might."""
    found = [key for key in _WRAPPERS if isinstance(document.get(key), list | dict)]
    return found[0] if len(found) == 1 else None


def _no_page(document: Part) -> Any:
    """A fault for what holds other things than entries; what holds nothing is judged as an entry."""
    is_server = document.keys() & {"version", "description", "packages", "remotes"}
    if not is_server and (reason := reason_of(document)):
        return IncompleteSourceError(
            f"is an answer with an error, not a page: {reason}",
            "Fetch it again; `curl --fail` keeps no such answer.",
        )
    if any(isinstance(value, list | dict) and value for value in document.values()):
        names = ", ".join(f"`{key[:40]}`" for key in list(document)[:5])
        return IncompleteSourceError(
            f"is neither an entry nor a page of entries: it has {names}",
            GIVE_ENTRIES,
        )
    return document


def next_cursor(page: Any) -> str | None:
    """The cursor of the page that follows; None if none does.

    Raises IncompleteSourceError if one does, and there is no cursor to ask for it with.
    """
    for part in _parts(page):
        for key, value in part.items():
            if fold_name(key) in _CURSORS and value not in _NONE:
                if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
                    return str(value)
                raise IncompleteSourceError(f"has a `{key}` that is no text")
    if (name := _follows(page)) is not None:
        raise IncompleteSourceError(f"says with `{name}` that more follows, and has no `nextCursor`")
    return None


def follows(document: Any) -> str | None:
    """The member with which a document's last page says that another follows; None if none does."""
    for page in _last_pages(document):
        for part in _parts(page):
            for key, value in part.items():
                if fold_name(key) in _CURSORS and value not in _NONE:
                    return key
        if (name := _follows(page)) is not None:
            return name
    return None


def is_entry(document: Any) -> bool:
    """Whether a document can be nothing but an entry, so that it says nothing about pages."""
    return isinstance(document, dict) and not is_page(document) and bool(document.keys() & _ENTRY)


_ENTRY: Final = frozenset({"server", "name"})


def _last_pages(document: Any) -> Iterator[Part]:
    """The page that ends a document, and what it is wrapped into."""
    for _ in range(_DEEPEST):
        if isinstance(document, dict) and not is_entry(document):
            yield document
            inner = None if is_page(document) else _wrapped(document)
            document = document[inner] if inner is not None else None
        elif isinstance(document, list) and document:
            document = document[-1]


_NONE: Final[tuple[Any, ...]] = (None, "", False, [], {})


def _follows(page: Any) -> str | None:
    for part in _parts(page):
        for key, value in part.items():
            folded = fold_name(key)
            if (folded in _NEXT and value not in _NONE) or (folded in _MORE and value is True):
                return key
    return None


def total_of(document: Any) -> int:
    """How many entries there are in all, as the last page says; 0 if it does not."""
    return max((_number(page, _TOTALS) for page in _last_pages(document)), default=0)


def least_of(page: Part) -> int:
    """How many entries there are at least, as a page says: in all, or in itself."""
    return _number(page, (*_TOTALS, "count"))


def _number(page: Any, names: tuple[str, ...]) -> int:
    return max(
        (
            value
            for part in _parts(page)
            for key, value in part.items()
            if fold_name(key) in names and isinstance(value, int) and not isinstance(value, bool)
        ),
        default=0,
    )


def _parts(page: Any) -> Iterator[Part]:
    """A page itself, and the parts of it that are about pages."""
    if not isinstance(page, dict) or is_entry(page):
        return
    yield page
    for key in _METADATA:
        if isinstance(part := page.get(key), dict):
            yield part
