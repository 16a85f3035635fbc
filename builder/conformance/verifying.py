"""A registry, stored or served, held against its own checksums, down from `snapshot.json`.

data/snapshot.json → data/checksums/index.txt → its parts → every document
"""

import gzip
import hashlib
import random
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import orjson
import requests

from builder import __version__
from builder.model.errors import InputError, ServiceError

SNAPSHOT: Final = "data/snapshot.json"
_SECONDS: Final = 30
_AT_ONCE: Final = 8
_ALIKE: Final = frozenset({"v0.1/servers.json"})
"""Documents whose address gives something else on hosts that read queries: a page."""

Read = Callable[[str], bytes | None]
"""Gives a document by its path in the output, or None when it is not there."""


@dataclass(slots=True)
class Verification:
    """What a verification found: `wrong` has each document that is not as it should be, and why."""

    commit: str
    listed: int = 0
    compared: int = 0
    wrong: list[tuple[str, str]] = field(default_factory=list)


def folder_reader(root: Path) -> Read:
    """Reads an output folder."""

    def read(path: str) -> bytes | None:
        try:
            return (root / path).read_bytes()
        except OSError:
            return None

    return read


def address_of(path: str) -> str:
    """The address, below a registry's, at which a host serves a document of the output."""
    parts = path.split("/")
    if parts[0] == "v0.1" and path.endswith(".json"):
        parts[-1] = parts[-1].removesuffix(".json")
        if parts[1:2] == ["servers"] and len(parts) > 3:
            parts[2:4] = ["/".join(parts[2:4])]  # the name is one segment
    return "/".join(quote(part, safe="") for part in parts)


def served_reader(session: requests.Session, url: str) -> Read:
    """Reads a served registry; raises ServiceError when it does not answer."""

    def read(path: str) -> bytes | None:
        address = f"{url.rstrip('/')}/{address_of(path)}"
        headers = {"User-Agent": f"mcp-static/{__version__} (verify)"}
        try:
            answer = session.get(address, headers=headers, timeout=_SECONDS)
        except requests.RequestException as error:
            raise ServiceError(
                f"{address} could not be asked: {type(error).__name__}.",
                "Check the address, and that the registry is up.",
            ) from None
        if answer.status_code >= 500:
            raise ServiceError(f"{address} answers {answer.status_code}.", "Try again in a while.")
        return answer.content if answer.status_code == 200 else None

    return read


def verify(read: Read, sample: int | None, advance: Callable[[], None]) -> Verification:
    """Compare documents with the checksums: `sample` of them by chance, or None for all.

    Raises InputError when there is no snapshot to begin with, and ServiceError when the registry
    changed meanwhile, so that nothing can be said.
    """
    snapshot = read(SNAPSHOT)
    facts = _object(snapshot)
    checksums = facts.get("checksums") if facts else None
    if facts is None or not isinstance(checksums, dict):
        raise InputError(
            f"There is no {SNAPSHOT} that can be read.",
            "Give a built folder, or a static registry's URL.",
        )
    found = Verification(str(facts.get("commit")))
    index = read(str(checksums.get("path")))
    if index is None or _digest(index) != checksums.get("sha256"):
        found.wrong.append((str(checksums.get("path")), "is not what the snapshot says"))
    documents = list(_documents(read, index or b"", found))
    documents += _exports(read, facts)
    found.listed = len(documents)
    chosen = documents
    if sample is not None and sample < len(documents):
        chosen = random.SystemRandom().sample(documents, sample)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for path, why in pool.map(lambda document: _compared(read, *document), chosen):
            found.compared += 1
            advance()
            if why:
                found.wrong.append((path, why))
    if read(SNAPSHOT) != snapshot:
        raise ServiceError("The registry changed meanwhile.", "Run it again.")
    found.wrong.sort()
    return found


def _documents(read: Read, index: bytes, found: Verification) -> Iterator[tuple[str, str]]:
    """Every document with its digest, from the parts that the index lists."""
    for part, digest in _lines(index):
        body = read(part)
        if body is None or _digest(body) != digest:
            found.wrong.append((part, "is missing" if body is None else "is not what the index says"))
            continue
        yield from ((path, wanted) for path, wanted in _lines(body) if path not in _ALIKE)


def _exports(read: Read, facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The export parts, known by the digest of their plain text."""
    index = _object(read(str(facts.get("exports"))))
    for part in index.get("parts", []) if index else []:
        yield str(part.get("path")), str(part.get("sha256"))


def _lines(text: bytes) -> Iterator[tuple[str, str]]:
    """Paths and digests of a file as `sha256sum` writes them."""
    for line in text.decode(errors="replace").splitlines():
        digest, _, path = line.partition("  ")
        yield path, digest


def _compared(read: Read, path: str, digest: str) -> tuple[str, str]:
    """A document's path, and what is wrong with it, if anything is."""
    body = read(path)
    if body is None:
        return path, "is missing"
    if path.endswith(".gz") and body[:2] == b"\x1f\x8b":  # some servers have unpacked it
        try:
            body = gzip.decompress(body)
        except (OSError, EOFError, zlib.error):
            return path, "cannot be unpacked"
    return path, "" if _digest(body) == digest else "is not what its checksum says"


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _object(body: bytes | None) -> dict[str, Any] | None:
    try:
        document = orjson.loads(body or b"")
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None
