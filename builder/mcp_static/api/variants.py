"""What a build makes for one kind of host: variants of documents, and files of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mcp_static.api.chains import PAGES_FOLDER, pages_folder, updated_chain
from mcp_static.api.documents import Document, gzip_member
from mcp_static.api.paths import API_FOLDER, CHECKSUMS_FOLDER, SEARCH_FOLDER, content_path
from mcp_static.api.snapshot import PLAIN, HostFacts
from mcp_static.model.times import parse_day
from mcp_static.settings import Settings

COMPRESSED: Final = frozenset({"json", "xml", "yaml", "txt", "tsv", "html", "css", "js", "svg"})
"""The extensions of text, which is worth compressing."""
WORTH_COMPRESSING: Final = 1400
"""What fits into one packet arrives no sooner when it is compressed."""
_SELDOM: Final = (
    f"{CHECKSUMS_FOLDER}/",
    f"{SEARCH_FOLDER}/entries/",
    f"{SEARCH_FOLDER}/latest/",
)
"""What hardly anybody asks a server for, so that a publish need not write it twice."""
_DAY_BEGINS: Final = "/0.json"
_UPDATED: Final = f"{PAGES_FOLDER}/updated/"


class Variant(StrEnum):
    """A copy of a document under another name, for hosts that cannot make it themselves."""

    HTML = "html"
    """`P.html` next to `P.json`, for hosts that look for nothing else at the address `P`; and
    `P/index.html` where `P` is a folder as well.
    """
    SINCE = "since"
    """`updated/<day>/since.json`, where a client that asks since that day begins: the day before.

    Its time may have any offset, so the day that it names may be one later than the day in UTC.
    """
    GZIP = "gzip"
    """`FILE.gz` next to a file, for hosts that send what is compressed beforehand."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How large an output is; sizes in bytes."""

    files: int
    total: int
    largest: int
    largest_path: str = ""

    def in_words(self) -> str:
        """Files and size, for people."""
        return f"{self.files:,} files and {self.total / 1048576:,.1f} MiB"


@dataclass(frozen=True, slots=True)
class Target:
    """What a build is for. `documents` gives the host's own files from settings and first day.

    `require` raises InputError when an output is too large for the host.
    """

    host: HostFacts = PLAIN
    variants: tuple[Variant, ...] = ()
    documents: Callable[[Settings, str | None], Iterator[Document]] | None = None
    require: Callable[[Extent], None] | None = None

    @property
    def name(self) -> str:
        """The name of the host."""
        return self.host.name


PLAIN_TARGET: Final = Target()


def files_of(
    document: Document, variants: tuple[Variant, ...], digest: bytes
) -> Iterator[tuple[str, bytes | None]]:
    """The files of a document and of its variants; None for those that must not exist.

    `digest` is the SHA-256 of the document, or of what it was.
    """
    path = content_path(document.path, digest)
    yield path, None if document.body is None else document.file_bytes()
    if Variant.HTML in variants:
        for page in _html_paths(document.path):
            yield page, document.body
    if Variant.SINCE in variants:
        since = _since_path(document.path)
        if since:
            yield since, document.body
    if Variant.GZIP in variants and _is_text(document):
        yield f"{path}.gz", _compressed(document.body)


def twins_of(path: str) -> Iterator[str]:
    """The other files that a build for some host may make of a document, by the name of its file."""
    yield from _html_paths(path)
    since = _since_path(path)
    if since:
        yield since
    if path.rpartition(".")[2] in COMPRESSED:
        yield f"{path}.gz"


def _html_paths(path: str) -> Iterator[str]:
    if not path.startswith(f"{API_FOLDER}/"):
        return
    address = path.removesuffix(".json")
    if not address.endswith("/versions/index"):  # the name is taken, by the list above it
        yield f"{address}.html"
    if address.endswith(("/servers", "/versions")):  # a folder, which some look into first
        yield f"{address}/index.html"


def _since_path(path: str) -> str | None:
    if not (path.startswith(_UPDATED) and path.endswith(_DAY_BEGINS)):
        return None
    day = parse_day(path.removeprefix(_UPDATED).removesuffix(_DAY_BEGINS))
    return f"{pages_folder(updated_chain(day + 1))}/since.json"


def _is_text(document: Document) -> bool:
    is_seldom = document.path.startswith(_SELDOM)
    kind = document.path.rpartition(".")[2]
    return kind in COMPRESSED and not document.is_gzip and not is_seldom


def _compressed(body: bytes | None) -> bytes | None:
    if body is None or len(body) < WORTH_COMPRESSING:
        return None
    packed = gzip_member(body)
    return packed if len(packed) < len(body) else None
