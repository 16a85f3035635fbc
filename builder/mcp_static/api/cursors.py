"""Cursors: self-contained places in a walk, made of `A-Za-z0-9._-` alone.

    <chain>.<position>            all.100   updated.2025-12-01.0   version.1.0.0.100
    <chain>.<position>--<filters> the same, with the filters of the walk it belongs to

Clients append cursors to addresses unencoded, and some drop or change their filters after page
one, so the cursor carries them and they override those of the request.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from mcp_static.api.limits import MAX_QUERY_BYTES
from mcp_static.api.messages import INVALID_CURSOR
from mcp_static.model.times import parse_day

CURSOR_PATTERN: Final = (
    r"(all|latest|everything|updated\.[0-9]{4}-[0-9]{2}-[0-9]{2}|version\.[a-z0-9._-]+)"
    r"\.(0|[1-9][0-9]{0,11})(?:--([A-Za-z0-9_-]+))?"
)
"""A whole cursor: chain, position, packed filters."""
FILTERS: Final = ("search", "version", "updated_since", "include_deleted")
"""The filters of a walk, in the order in which a cursor packs them."""

_CURSOR: Final = re.compile(CURSOR_PATTERN)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A chain, the position to go on from, and the filters of the walk."""

    chain: str
    position: int
    filters: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        text = f"{self.chain.replace('/', '.')}.{self.position}"
        if self.filters:
            packed = urlencode(self.filters).encode()
            text += "--" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()
        return text


def parse_cursor(text: str) -> Cursor:
    """Read a cursor; raises ValueError for anything this project never issued."""
    match = _CURSOR.fullmatch(text) if len(text) <= MAX_QUERY_BYTES else None
    if not match:
        raise _foreign()
    chain, position, packed = match.groups()
    if chain.startswith("updated."):
        parse_day(chain.removeprefix("updated."))
    if chain.startswith(("updated.", "version.")):
        chain = chain.replace(".", "/", 1)
    filters: tuple[tuple[str, str], ...] = ()
    if packed:
        filters = _unpack(packed)
    cursor = Cursor(chain, int(position), filters)
    if str(cursor) != text:
        raise _foreign()
    return cursor


def _foreign() -> ValueError:
    return ValueError(INVALID_CURSOR)


def _unpack(packed: str) -> tuple[tuple[str, str], ...]:
    try:
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        pairs = parse_qsl(raw.decode(), strict_parsing=True, errors="strict")
    except (binascii.Error, ValueError):
        raise _foreign() from None
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names) or not set(names) <= set(FILTERS):
        raise _foreign()
    return tuple(pairs)
