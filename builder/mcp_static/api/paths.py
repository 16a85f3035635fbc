"""Where everything is in the output, and what each path is for."""

import re
from typing import Final

from mcp_static.api.chains import pages_folder, updated_chain

API_FOLDER: Final = "v0.1"
"""The API's documents: the address `/v0.1/P` is the file `v0.1/P.json`."""
API_ALIASES: Final = ("v0", API_FOLDER)
"""The first segments of an address that mean the API."""
SERVERS_FOLDER: Final = f"{API_FOLDER}/servers"
COMPLETE_LIST: Final = f"{SERVERS_FOLDER}.json"
"""Every latest entry, for hosts that cannot read queries; elsewhere its address gives a page."""
FIXED_DOCUMENTS: Final = ("health", "ping", "version")
"""The API's documents other than those of servers, by their last segment."""
DELETED_FOLDER: Final = "data/deleted"
"""Deleted entries, in the shape of `v0.1`."""
_DELETED_SERVERS: Final = f"{DELETED_FOLDER}/servers"

SNAPSHOT: Final = "data/snapshot.json"
"""What this output is, and where its parts begin; written last, read first."""
CHECKSUMS_FOLDER: Final = "data/checksums"
CHECKSUM_INDEX: Final = f"{CHECKSUMS_FOLDER}/index.txt"
"""The document; its file is named by its content, and the snapshot says how."""
EXPORTS_FOLDER: Final = "data/export"
EXPORT_INDEX: Final = f"{EXPORTS_FOLDER}/index.json"
SEARCH_FOLDER: Final = "data/search"
SEARCH_INDEX: Final = f"{SEARCH_FOLDER}/index.json"
MISSING_PAGE: Final = "404.html"
"""What people see at an address that does not exist; programs get JSON."""
PROGRAMS_PATTERN: Final = r"v[0-9]|data(?:/|$)"
"""Where programs ask: a regular expression for the beginning of a path."""

HOST_FOLDER: Final = "host"
"""Configuration and programs for the host; read there, never served."""
HOST_FILES_PATTERN: Final = (
    r"host(?:/|$)|\.[^/]*$|_headers$|(?:firebase|vercel|staticwebapp\.config)\.json$"
)
"""What a host reads itself and never serves, in either case of letters: its folder, dot files such as
`.nojekyll`, and the settings of platforms. A regular expression for the beginning of a path."""

EXPORT_POSITIONS: Final = 1000
"""Positions of `everything` that an export part covers."""
SEARCH_POSITIONS: Final = 10_000
"""Positions, or servers, that a search part covers."""

_PARTS: Final = (f"{EXPORTS_FOLDER}/", f"{SEARCH_FOLDER}/", f"{CHECKSUMS_FOLDER}/")
_INDEXES: Final = frozenset({EXPORT_INDEX, SEARCH_INDEX})
_DIGITS: Final = 32
"""Of a SHA-256, those that a name has: so many that nobody finds two contents that share them."""
IMMUTABLE_PATTERN: Final = (
    r"assets/|data/(?:checksums|export|search)/(?:[a-z]+/)?[a-z0-9-]+-[0-9a-f]{32}\."
)
"""What is named by its content: a regular expression for the beginning of a path."""


def version_path(name: str, version: str, *, deleted: bool = False) -> str:
    """The file of one version (or of `latest`) of a server."""
    return f"{_DELETED_SERVERS if deleted else SERVERS_FOLDER}/{name}/versions/{version}.json"


def versions_path(name: str, *, deleted: bool = False) -> str:
    """The file of a server's list of versions."""
    return f"{_DELETED_SERVERS if deleted else SERVERS_FOLDER}/{name}/versions.json"


def export_path(number: int) -> str:
    """The file of one export part."""
    return f"{EXPORTS_FOLDER}/{number}.ndjson.gz"


def content_path(path: str, digest: bytes) -> str:
    """The file of a document, whose SHA-256 this is.

    Parts that an index names by their digest have it in their names, so that no cache can pair an old
    part with a new index. Every other document is where its path says.
    """
    if not path.startswith(_PARTS) or path in _INDEXES:
        return path
    folder, _, name = path.rpartition("/")
    stem, dot, ending = name.partition(".")
    return f"{folder}/{stem}-{digest.hex()[:_DIGITS]}{dot}{ending}"


def is_immutable(path: str) -> bool:
    """Whether a file is named by its content, and so may be kept for ever."""
    return _IMMUTABLE.match(path) is not None


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
    """The file that tells which page of a day a time falls on."""
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
    """Whether programs ask at a path, so that an error there is JSON rather than a page."""
    return _PROGRAMS.match(path) is not None


_IMMUTABLE: Final = re.compile(IMMUTABLE_PATTERN)
_HOST_FILES: Final = re.compile(HOST_FILES_PATTERN, re.IGNORECASE)
_PROGRAMS: Final = re.compile(PROGRAMS_PATTERN)
