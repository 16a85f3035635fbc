"""A document of the output: its path, its bytes, and the checksum part that lists it."""

import gzip
from dataclasses import dataclass
from typing import Any, Final

from mcp_static.model.strictjson import dump_json

CHECKSUM_ORDINALS: Final = 1000
GZIP_LEVEL: Final = 5

MISCELLANEOUS: Final = "registry"
"""The checksum part of the documents that belong to no ordinal and no day."""
CHECKSUMS: Final = "checksums"
"""The part of the checksum parts themselves, which the index lists."""
UNLISTED: Final = "unlisted"
"""The part of what no checksum can list: the index of checksums and the snapshot that names it."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the output. For compressed ones `body` is the plain text."""

    path: str
    body: bytes | None
    part: str
    is_gzip: bool = False

    def file_bytes(self) -> bytes:
        """What is written to the file; the same plain text always gives the same bytes."""
        assert self.body is not None
        return gzip_member(self.body) if self.is_gzip else self.body


def json_document(path: str, value: Any) -> Document:
    """A document of the registry as a whole, in JSON."""
    return Document(path, dump_json(value) + b"\n", MISCELLANEOUS)


def gzip_member(body: bytes) -> bytes:
    """One gzip member without name or time (RFC 1952), so members can be concatenated."""
    return gzip.compress(body, GZIP_LEVEL, mtime=0)


def part_of_ordinal(ordinal: int) -> str:
    """The checksum part that lists what belongs to an ordinal."""
    return f"entries-{ordinal // CHECKSUM_ORDINALS}"
