"""Checksum files as `sha256sum` writes them, and the JSON objects that lead to them."""

from collections.abc import Iterator
from typing import Any

import orjson


def checksum_lines(text: bytes) -> Iterator[tuple[str, str]]:
    """Paths and digests, in the order of the file."""
    for line in text.decode(errors="replace").splitlines():
        digest, _, path = line.partition("  ")
        yield path, digest


def json_object(body: bytes | None) -> dict[str, Any] | None:
    """The object that a file holds; None for anything else, or for a missing file."""
    try:
        found = orjson.loads(body or b"")
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
