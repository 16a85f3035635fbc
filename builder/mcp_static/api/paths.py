"""What a document is, where each kind lies in the output, and how it is cut into parts."""

import gzip
import re
from dataclasses import dataclass
from typing import Any, Final

from mcp_static.api.chains import pages_folder, updated_chain
from mcp_static.model.strictjson import dump_json

API_FOLDER: Final = "v0.1"
"""The API's documents: the address `/v0.1/P` is the file `v0.1/P.json`."""
API_ALIASES: Final = ("v0", API_FOLDER)
"""The first segments of an address that mean the API."""
SERVERS_FOLDER: Final = f"{API_FOLDER}/servers"
COMPLETE_LIST: Final = f"{SERVERS_FOLDER}.json"
"""Every latest entry, for hosts that cannot read queries; elsewhere its address gives a page."""
FIXED_DOCUMENTS: Final = ("health", "ping", "version")
"""The API's documents beside servers, by their last segment."""
DELETED_FOLDER: Final = "data/deleted"
"""Deleted entries, in the shape of `v0.1`."""
_DELETED_SERVERS: Final = f"{DELETED_FOLDER}/servers"

SNAPSHOT: Final = "data/snapshot.json"
"""What this output is, and where its parts begin; written last, read first."""
CHECKSUMS_FOLDER: Final = "data/checksums"
CHECKSUM_INDEX: Final = f"{CHECKSUMS_FOLDER}/index.txt"
EXPORTS_FOLDER: Final = "data/export"
EXPORT_INDEX: Final = f"{EXPORTS_FOLDER}/index.json"
SEARCH_FOLDER: Final = "data/search"
SEARCH_INDEX: Final = f"{SEARCH_FOLDER}/index.json"
MISSING_PAGE: Final = "404.html"
"""What people see at an address where nothing is; programs get JSON."""
PROGRAMS_PATTERN: Final = r"v[0-9]|data(?:/|$)"
"""Where programs ask: a regular expression for the beginning of a path."""

HOST_FOLDER: Final = "host"
"""Configuration and programs for the host; read there, never served."""
HOST_FILES_PATTERN: Final = r"host(?:/|$)|\.[^/]*$"
"""What a host reads itself and never serves, in either case of letters: its folder, and dot files
such as `.nojekyll`. A regular expression for the beginning of a path."""

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
    return f"{_DELETED_SERVERS if deleted else SERVERS_FOLDER}/{name}/versions/{version}.json"


def versions_path(name: str, *, deleted: bool = False) -> str:
    """The file of a server's list of versions."""
    return f"{_DELETED_SERVERS if deleted else SERVERS_FOLDER}/{name}/versions.json"


def export_path(number: int) -> str:
    """The file of one export part."""
    return f"{EXPORTS_FOLDER}/{number}.ndjson.gz"


def is_export(path: str) -> bool:
    """Whether a file is an export part."""
    return path.startswith(f"{EXPORTS_FOLDER}/") and path.endswith(".gz")


def search_path(number: int, *, latest: bool = False) -> str:
    """The file of one search part, of every entry or of each server's latest."""
    return f"{SEARCH_FOLDER}/{'latest' if latest else 'entries'}/{number}.tsv"


def cards_path(number: int) -> str:
    """The file of one card part: what the search page reads."""
    return f"{SEARCH_FOLDER}/cards/{number}.tsv"


def day_index_path(day: int) -> str:
    """The file that tells which page of a day a time lies in."""
    return f"{pages_folder(updated_chain(day))}/index.json"


def checksum_path(part: str) -> str:
    """The file of one checksum part."""
    return f"{CHECKSUMS_FOLDER}/{part}.txt"


def fixed_path(name: str) -> str:
    """The file of one of the `FIXED_DOCUMENTS`."""
    return f"{API_FOLDER}/{name}.json"


def is_inside(path: str) -> bool:
    """Whether a path cannot lead out of the folder that it is relative to."""
    return not any(part in {"", ".", ".."} or "\0" in part or "\\" in part for part in path.split("/"))


def is_for_host(path: str) -> bool:
    """Whether a file is there for the host alone: never served, uploaded or asked for."""
    return _HOST_FILES.match(path) is not None


def is_for_programs(path: str) -> bool:
    """Whether programs ask at a path, so that an error there is JSON and no page."""
    return _PROGRAMS.match(path) is not None


_HOST_FILES: Final = re.compile(HOST_FILES_PATTERN, re.IGNORECASE)
_PROGRAMS: Final = re.compile(PROGRAMS_PATTERN)
