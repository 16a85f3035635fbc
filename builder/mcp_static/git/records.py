"""A commit as records: the files under `registry-data/servers/`, as that commit has them."""

from collections.abc import Iterator

import git

from mcp_static.git.blobs import BlobReader
from mcp_static.git.trees import entries_of
from mcp_static.model.layout import SERVERS_ROOT, Location, parse_location

_BATCH = 512


def read_records(
    repository: git.Repo, commit: str, files: frozenset[str], limit: int
) -> Iterator[tuple[Location, bytes]]:
    """Every file with one of these names that is where the layout puts it, with its content.

    Of a file larger than `limit` bytes only the first `limit + 1` are read.
    """
    batch: list[tuple[Location, str]] = []
    with BlobReader(repository) as blobs:
        for path, blob in entries_of(repository, commit, f"{SERVERS_ROOT}/", recursive=True):
            location = parse_location(path)
            if location is not None and location.file in files and blob.mode.startswith("100"):
                batch.append((location, blob.id))
            if len(batch) == _BATCH:
                yield from _read(blobs, batch, limit)
                batch.clear()
        yield from _read(blobs, batch, limit)


def _read(
    blobs: BlobReader, batch: list[tuple[Location, str]], limit: int
) -> Iterator[tuple[Location, bytes]]:
    contents = blobs.read((blob for _, blob in batch), limit)
    for (location, _), content in zip(batch, contents, strict=True):
        yield location, content
