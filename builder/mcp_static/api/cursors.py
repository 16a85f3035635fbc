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

from mcp_static.model.times import parse_day

MAX_CURSOR_LENGTH: Final = 16 * 1024

_CURSOR: Final = re.compile(
    r"(?P<chain>all|latest|everything|updated\.\d{4}-\d\d-\d\d|version\.[a-z0-9._-]+)"
    r"\.(?P<position>0|[1-9]\d{0,11})(?:--(?P<filters>[A-Za-z0-9_-]+))?",
    re.ASCII,
)
_FILTER_NAMES: Final = ("search", "version", "updated_since", "include_deleted")


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
    """Read a cursor; raises ValueError for anything this project never gave out."""
    match = _CURSOR.fullmatch(text) if len(text) <= MAX_CURSOR_LENGTH else None
    if not match:
        raise ValueError("is no cursor of this registry")
    chain = match["chain"]
    if chain.startswith("updated."):
        parse_day(chain.removeprefix("updated."))
    if chain.startswith(("updated.", "version.")):
        chain = chain.replace(".", "/", 1)
    filters: tuple[tuple[str, str], ...] = ()
    if match["filters"]:
        filters = _unpack(match["filters"])
    cursor = Cursor(chain, int(match["position"]), filters)
    if str(cursor) != text:
        raise ValueError("is no cursor of this registry")
    return cursor


def _unpack(packed: str) -> tuple[tuple[str, str], ...]:
    try:
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        pairs = parse_qsl(raw.decode(), strict_parsing=True, errors="strict")
    except (binascii.Error, ValueError):
        raise ValueError("is no cursor of this registry") from None
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names) or not set(names) <= set(_FILTER_NAMES):
        raise ValueError("is no cursor of this registry")
    return tuple(pairs)
