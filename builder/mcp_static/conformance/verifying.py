"""A registry, stored or served, compared with its own checksums, down from `snapshot.json`.

data/snapshot.json → data/checksums/index.txt → its parts → every document
"""

import gzip
import hashlib
import random
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from mcp_static.api.abilities import Ability
from mcp_static.api.checksums import checksum_lines, json_object
from mcp_static.api.paths import (
    API_FOLDER,
    COMPLETE_LIST,
    SERVERS_FOLDER,
    SNAPSHOT,
    is_for_host,
)
from mcp_static.api.snapshot import host_of, read_snapshot
from mcp_static.build.progress import Progress
from mcp_static.conformance.served import ServedRegistry
from mcp_static.model.errors import ServiceError
from mcp_static.model.reading import part_of, text_of
from mcp_static.reports.findings import Finding, Level

_AT_ONCE: Final = 8
_MISSING: Final = "is missing"
_SAMPLED_PAGES: Final = 5

ReadList = Callable[[str], bytes | None]
"""Gives a page of the list by its cursor, empty for the first, or None when it is not there."""
Read = Callable[[str], bytes | None]
"""Gives a document by its path in the output, or None when it is not there."""


@dataclass(slots=True)
class Verification:
    """What a verification found; `problems` has each document that is not as it should be."""

    commit: str
    listed: int = 0
    compared: int = 0
    stale: int = 0
    """Documents of which a cache had an older copy."""
    problems: list[Finding] = field(default_factory=list)


def folder_reader(root: Path) -> Read:
    """Reads an output folder."""

    def read(path: str) -> bytes | None:
        try:
            return (root / path).read_bytes()
        except OSError:
            return None

    return read


def verify(
    read: Read,
    sample: int | None,
    progress: Progress,
    read_list: ReadList | None = None,
    served: ServedRegistry | None = None,
) -> Verification:
    """Compare documents with the checksums: a random `sample` of them, or all if None.

    With `read_list` the registry is served: its list is walked as well, a few pages or all, and
    compared with the snapshot's counts; files for the host alone are left out. Without, it is a
    folder, whose compressed and renamed variants are compared, too. What `served` gives from a cache
    and is not as it should be is asked for once more, past the cache.

    Raises InputError when there is no snapshot that this version reads, and ServiceError when the
    registry changed meanwhile, so that nothing can be said.
    """
    read_now = served.read_fresh if served is not None else read
    snapshot = read_now(SNAPSHOT)
    facts = read_snapshot(snapshot, "The registry")
    checksums = facts["checksums"]
    found = Verification(str(facts["commit"]))
    index = _read_as(str(checksums["path"]), str(checksums["sha256"]), read, read_now)
    if index is None or _digest(index) != checksums["sha256"]:
        found.problems.append(_problem(str(checksums["path"]), "does not match the snapshot"))
    documents = list(_documents(read, read_now, index or b"", found))
    if read_list is not None:
        # An unknown host may have no address for the list as a file.
        unknown = {COMPLETE_LIST} if host_of(facts).honours is None else set()
        documents = [row for row in documents if not (is_for_host(row[0]) or row[0] in unknown)]
        _walk(read_list, facts, None if sample is None else _SAMPLED_PAGES, found)
    documents += _exports(read_now, facts)
    found.listed = len(documents)
    chosen = documents
    if sample is not None and sample < len(documents):
        chosen = random.SystemRandom().sample(documents, sample)
    progress.stage("Comparing documents", len(chosen))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for problems in pool.map(lambda document: list(_compared(read, *document)), chosen):
            found.compared += 1
            progress.advance()
            found.problems += problems
        if served is not None:
            found.problems = _seen_anew(served, dict(documents), found)
            found.problems += _clashing(served)
        if read_list is None:
            variants = (copy for path, digest in chosen for copy in _variants(path, digest))
            for problems in pool.map(lambda copy: list(_compared(read, *copy)), variants):
                found.problems += [problem for problem in problems if problem.message != _MISSING]
    if read_now(SNAPSHOT) != snapshot:
        raise ServiceError("The registry changed meanwhile.", "Run it again.")
    found.problems.sort(key=lambda problem: (problem.path, problem.message))
    return found


def _read_as(path: str, digest: str, read: Read, read_now: Read) -> bytes | None:
    """A document, read anew if it does not match its digest."""
    body = read(path)
    return body if body is not None and _digest(body) == digest else read_now(path)


def _seen_anew(served: ServedRegistry, digests: dict[str, str], found: Verification) -> list[Finding]:
    """The problems that remain where the documents are read past caches; the others are counted."""
    remaining = []
    for problem in found.problems:
        digest = digests.get(problem.path or "")
        again = (
            [problem] if digest is None else list(_compared(served.read_fresh, problem.path, digest))
        )
        if again and digest is not None and served.may_be_stale(problem.path):
            message = f"{again[0].message}; it came from a cache that could not be passed, so it may be"
            again = [replace(problem, level=Level.WARNING, message=f"{message} an older copy")]
        found.stale += not again or again[0].level is Level.WARNING
        remaining += again
    return remaining


def _clashing(served: ServedRegistry) -> Iterator[Finding]:
    """A finding if one ETag stands for several contents: a change would be answered with 304."""
    clashes = list(served.clashes())
    if clashes:
        tag, paths = clashes[0]
        message = (
            f"and {paths[1]} differ, and have the one ETag {tag[:80]}: what changes is answered with "
            f"304 ({len(clashes)} such). The host makes ETags of the times of files, which were lost "
            "on the way there"
        )
        fix = "Deploy with what keeps them, see docs/hosts.md, or set hosting.keeps_file_times = false."
        yield Finding("etag", Level.ERROR, message, fix, path=paths[0])


def _documents(
    read: Read, read_now: Read, index: bytes, found: Verification
) -> Iterator[tuple[str, str]]:
    """Every document with its digest, from the parts that the index lists."""
    for part, digest in checksum_lines(index):
        body = _read_as(part, digest, read, read_now)
        if body is None or _digest(body) != digest:
            message = _MISSING if body is None else "does not match the index"
            found.problems.append(_problem(part, message))
            continue
        yield from checksum_lines(body)


def _exports(read: Read, facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The export parts, known by the digest of their plain text."""
    index = json_object(read(str(facts["exports"])))
    for part in index.get("parts", []) if index else []:
        yield str(part.get("path")), str(part.get("sha256"))


def _compared(read: Read, path: str, digest: str) -> Iterator[Finding]:
    """What is wrong with a document, if anything is."""
    body = read(path)
    if body is None:
        yield _problem(path, _MISSING)
        return
    if path.endswith(".gz") and body[:2] == b"\x1f\x8b":  # some servers have unpacked it
        try:
            body = gzip.decompress(body)
        except (OSError, EOFError, zlib.error):
            yield _problem(path, "cannot be unpacked")
            return
    if _digest(body) != digest:
        yield _problem(path, "does not match its checksum")


def _variants(path: str, digest: str) -> Iterator[tuple[str, str]]:
    """The copies of a document that some hosts have, with the same content."""
    if not path.endswith(".gz"):
        yield f"{path}.gz", digest
    if path.startswith(f"{API_FOLDER}/"):
        yield f"{path.removesuffix('.json')}.html", digest


def _lengths(facts: dict[str, Any]) -> frozenset[int]:
    """How many entries the served list may have: every version, or each server's latest.

    A host about which nothing is known may serve either.
    """
    counts, honours = facts["counts"], host_of(facts).honours
    if honours is None:
        return frozenset({int(counts["versions"]), int(counts["servers"])})
    return frozenset({int(counts["versions" if Ability.CURSORS in honours else "servers"])})


def _has_no_list(facts: dict[str, Any]) -> bool:
    """Whether the list is too long for clients on a host that cannot cut it into pages."""
    honours = host_of(facts).honours
    return honours is not None and Ability.CURSORS not in honours and not facts["completeList"]


def _walk(read: ReadList, facts: dict[str, Any], pages: int | None, found: Verification) -> None:
    """Walk the list as a client does, and count what it meets."""
    if _has_no_list(facts):
        return
    lengths = _lengths(facts)
    met: set[tuple[str, str]] = set()
    cursor, number = "", 0
    while pages is None or number < pages:
        page = _page(json_object(read(cursor)))
        if page is None:
            found.problems.append(
                _problem(SERVERS_FOLDER, f"is not a list{f' at the cursor {cursor}' if cursor else ''}")
            )
            return
        keys, following = page
        twice = next((name for name, version in keys if (name, version) in met), None)
        if twice is not None:
            found.problems.append(_problem(SERVERS_FOLDER, f"has {twice} twice"))
            return
        met.update(keys)
        cursor, number = following, number + 1
        if not cursor:
            if len(met) not in lengths:
                expected = " or ".join(map(str, sorted(lengths)))
                found.problems.append(
                    _problem(SERVERS_FOLDER, f"has {len(met)} entries, and the snapshot {expected}")
                )
            return


def _page(document: dict[str, Any] | None) -> tuple[list[tuple[str, str]], str] | None:
    """The names and versions of a page of the list, and the next cursor; None if it is not a page."""
    entries = document.get("servers") if document else None
    metadata = document.get("metadata") if document else None
    if not isinstance(entries, list) or not isinstance(metadata, dict):
        return None
    servers = [part_of(entry, "server") for entry in entries if isinstance(entry, dict)]
    keys = [(text_of(server, "name") or "", text_of(server, "version") or "") for server in servers]
    if len(keys) != len(entries) or not all(name and version for name, version in keys):
        return None
    return keys, str(metadata.get("nextCursor") or "")


def _problem(path: str, message: str) -> Finding:
    return Finding("list" if path == SERVERS_FOLDER else "checksum", Level.ERROR, message, path=path)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
