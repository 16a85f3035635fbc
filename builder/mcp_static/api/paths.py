"""What a document is, where each kind lies in the output, and how it is cut into parts."""

import gzip
from dataclasses import dataclass
from typing import Any, Final

from mcp_static.api.chains import updated_chain
from mcp_static.model.strictjson import dump_json

CHECKSUM_ORDINALS: Final = 1000
EXPORT_POSITIONS: Final = 1000
SEARCH_POSITIONS: Final = 10_000
MAX_LIST_BYTES: Final = 10 * 1024 * 1024
"""Clients refuse larger bodies (VS Code's and the official SDK's limit)."""
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
        """What is written to the file; the same plain text always gives the same."""
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


def version_path(name: str, version: str, *, deleted: bool = False) -> str:
    """The file of one version (or of `latest`) of a server."""
    return f"{_root(deleted)}/{name}/versions/{version}.json"


def versions_path(name: str, *, deleted: bool = False) -> str:
    """The file of a server's list of versions."""
    return f"{_root(deleted)}/{name}/versions.json"


def _root(deleted: bool) -> str:
    return "data/deleted/servers" if deleted else "v0.1/servers"


def export_path(number: int) -> str:
    """The file of one export part."""
    return f"data/export/{number}.ndjson.gz"


def is_export(path: str) -> bool:
    """Whether a file is an export part."""
    return path.startswith("data/export/") and path.endswith(".gz")


def search_path(number: int, *, latest: bool = False) -> str:
    """The file of one search part, of every entry or of each server's latest."""
    return f"data/search/{'latest' if latest else 'entries'}/{number}.tsv"


def cards_path(number: int) -> str:
    """The file of one card part: what the search page reads."""
    return f"data/search/cards/{number}.tsv"


def day_index_path(day: int) -> str:
    """The file that tells which page of a day a time lies in."""
    return f"data/pages/{updated_chain(day)}/index.json"


def checksum_path(part: str) -> str:
    """The file of one checksum part."""
    return f"data/checksums/{part}.txt"
