"""Where a record is in `registry-data/`, and what a path there means.

    registry-data/servers/<shard>/<namespace>/<server>/<version>/server.json
                                 …[/<server>]/identity.json
                                 …[/<server>][/<version>]/takedown.json

A path segment is percent-encoded outside `A-Za-z0-9._+-` and at most 200 bytes long.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote_from_bytes, unquote_to_bytes

from mcp_static.model.names import Namespace, ServerName, is_layout_file, name_problem
from mcp_static.model.versions import LATEST, escaped_version

DATA_ROOT: Final = "registry-data"
SERVERS_ROOT: Final = f"{DATA_ROOT}/servers"
MAX_SEGMENT_BYTES: Final = 200
MAX_ESCAPED_BYTES: Final = 240
"""The folder of a version's chain; file systems hold 255 bytes."""

RecordFile = Literal[
    "server.json", "status.json", "proof.json", "accepted.json", "status.accepted.json"
]
RECORD_FILES: Final[tuple[RecordFile, ...]] = (
    "server.json",
    "status.json",
    "proof.json",
    "accepted.json",
    "status.accepted.json",
)

IDENTITY_FILE: Final = "identity.json"
"""Who has proven the names that its folder holds: that of a namespace or a server."""

TAKEDOWN_FILE: Final = "takedown.json"
"""The operator's word on all that its folder holds: that of a namespace, a server or a version."""

_PLAIN: Final = re.compile(r"[A-Za-z0-9._+-]*[A-Za-z0-9+_-]")
"""What needs no encoding and, unless it is a device, can be a file name everywhere."""
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""Names that Windows opens as devices, with any extension, so that no checkout can hold them."""
_GITS_OWN: Final = ".git"
"""What the names begin with that Git keeps for itself: it takes no tree with a folder `.git`, and as
`.gitmodules` and the like nothing but a file (git/git, Documentation/fsck-msgids.adoc)."""


@dataclass(frozen=True, slots=True)
class Location:
    """What a record's path says: whose it is, which version, and which of its files."""

    name: ServerName
    version: str
    file: RecordFile


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of the layout: a namespace's, a server's in it, or that of a version of the server.

    `server` and `version` are empty where the folder is further up.
    """

    namespace: Namespace
    server: str = ""
    version: str = ""

    @property
    def folder(self) -> str:
        """The folder's path."""
        segments = filter(None, (self.namespace.text, self.server, self.version))
        encoded = "/".join(encode_segment(segment) for segment in segments)
        return f"{SERVERS_ROOT}/{self.namespace.shard}/{encoded}"


def encode_segment(text: str) -> str:
    """One path segment: percent-encoded outside `A-Za-z0-9._+-`.

    Text that no file name can hold as UTF-8 (an unpaired surrogate) raises UnicodeEncodeError.
    """
    if _PLAIN.fullmatch(text):
        return text
    return quote_from_bytes(text.encode(), safe="+").replace("~", "%7E")


def segment_problem(text: str) -> str | None:
    """Say why `text` cannot be a file name everywhere; None if it can.

    Such a name would leave its folder, hide another file, or exist on some systems only.
    """
    if text.lower().startswith(_GITS_OWN):
        return f"{text!r} begins like the names that Git keeps for itself"
    if len(text) <= MAX_SEGMENT_BYTES and _PLAIN.fullmatch(text) and not _DEVICE.fullmatch(text):
        return None
    if text in {"", ".", ".."}:
        return f"{text!r} is not a file name"
    if "/" in text or "\\" in text:
        return f"{text!r} has a slash, which would make it a path"
    if _CONTROL.search(text):
        return f"{text!r} has a control character"
    if text != text.strip():
        return f"{text!r} begins or ends with white space"
    if _DEVICE.fullmatch(text):
        return f"{text!r} is a device on Windows, where no file can have that name"
    try:
        encoded = encode_segment(text)
    except UnicodeEncodeError:
        return f"{text!a} has an unpaired surrogate"
    if len(encoded) > MAX_SEGMENT_BYTES:
        return f"is {len(encoded)} bytes long in a path; {MAX_SEGMENT_BYTES} are allowed"
    return None


def version_problem(text: str) -> str | None:
    """Say why `text` cannot be a version in a path and an address, or None when it can."""
    if text.casefold() == LATEST:
        return "'latest' is the address of whichever version is newest"
    if is_layout_file(text):
        return f"{text!r} ends in '.json', like the files of the layout"
    problem = segment_problem(text)
    if problem is None and len(escaped_version(text)) > MAX_ESCAPED_BYTES:
        return f"is longer than {MAX_ESCAPED_BYTES} bytes once all but a-z, 0-9, '.' and '-' is escaped"
    return problem


def named_version_problem(version: str) -> str | None:
    """Say what is wrong with what follows the `@` of a `NAME@VERSION`; None if nothing is.

    The sentence reads on from the whole text.
    """
    if not version:
        return "has no version after the @"
    problem = version_problem(version)
    return f"has no valid version: {problem}" if problem else None


def record_path(name: ServerName, version: str, file: RecordFile = "server.json") -> str:
    """Where the layout keeps this file of this version."""
    return f"{Place(name.namespace, name.server, version).folder}/{file}"


def parse_location(path: str) -> Location | None:
    """Read a path of `registry-data/servers/`; None when the layout has no such path."""
    parts = path.split("/")
    if len(parts) != 7 or parts[0] != DATA_ROOT or parts[1] != "servers":
        return None
    file = next((known for known in RECORD_FILES if known == parts[6]), None)
    if file is None:
        return None
    place = _parse_folder("/".join(parts[:6]))
    if place is None:
        return None
    return Location(ServerName(place.namespace, place.server), place.version, file)


def parse_takedown_path(path: str) -> Place | None:
    """What a path of a `takedown.json` applies to; None when the layout has no such path."""
    folder, _, file = path.rpartition("/")
    return _parse_folder(folder) if file == TAKEDOWN_FILE else None


def parse_identity_path(path: str) -> Place | None:
    """Whose a path of an `identity.json` is; None when the layout has no such path."""
    folder, _, file = path.rpartition("/")
    place = _parse_folder(folder) if file == IDENTITY_FILE else None
    return None if place is None or place.version else place


def _parse_folder(folder: str) -> Place | None:
    parts = folder.split("/")
    if not 4 <= len(parts) <= 6 or parts[:2] != [DATA_ROOT, "servers"]:
        return None
    try:
        namespace, *below = (unquote_to_bytes(part).decode() for part in parts[3:])
    except UnicodeError:
        return None
    server = below[0] if below else "x"
    if name_problem(f"{namespace}/{server}") or segment_problem(namespace) or segment_problem(server):
        return None
    if len(below) == 2 and version_problem(below[1]):
        return None
    place = Place(Namespace(namespace), *below)
    return place if place.folder == folder else None


def location_problem(path: str) -> str:
    """Say why `parse_location` gives None for a path of `registry-data/servers/`."""
    parts = path.split("/")
    if len(parts) != 7:
        return f"is not at {SERVERS_ROOT}/<shard>/<namespace>/<server>/<version>/"
    try:
        namespace, server, version = (unquote_to_bytes(part).decode() for part in parts[3:6])
    except UnicodeError:
        return "has a path that is not UTF-8"
    name = f"{namespace}/{server}"
    problem = name_problem(name) or segment_problem(namespace) or segment_problem(server)
    if problem:
        return f"is under a name that {problem}"
    if problem := version_problem(version):
        return f"is under a version that is not valid: {problem}"
    return f"belongs at {record_path(ServerName(Namespace(namespace), server), version)}"
