"""Adopting a registry: the identities that its `accepted.json` files name, for all names at once."""

from typing import Final

from mcp_static.git.blobs import BlobReader
from mcp_static.git.records import read_records
from mcp_static.git.repository import Repository
from mcp_static.git.trees import entries_of
from mcp_static.model.identity import MAX_IDENTITY_BYTES, Memory, read_memory
from mcp_static.model.layout import SERVERS_ROOT, Place, parse_identity_path
from mcp_static.proofs.memory import Proven, identity_files, read_proven
from mcp_static.rules.file import MAX_FILE_BYTES

_NOTES: Final = frozenset({"accepted.json", "status.accepted.json"})


def adopted_files(repository: Repository, commit: str) -> dict[str, bytes]:
    """The `identity.json` files that a commit lacks, by path, or that have to know more."""
    written = written_memories(repository, commit)
    proven = [
        found
        for location, content in read_records(repository, commit, _NOTES, MAX_FILE_BYTES)
        if (found := read_proven(location.name, content)) is not None
    ]
    return identity_files(written.get, sorted(proven, key=_time))


def _time(proven: Proven) -> int:
    return proven.time


def written_memories(repository: Repository, commit: str) -> dict[Place, Memory]:
    """Every `identity.json` of a commit, read, by the namespace or server whose it is."""
    places = [
        (place, blob.id)
        for path, blob in entries_of(repository, commit, f"{SERVERS_ROOT}/", recursive=True)
        if (place := parse_identity_path(path)) is not None and blob.mode.startswith("100")
    ]
    with BlobReader(repository) as blobs:
        contents = blobs.read((blob for _, blob in places), MAX_IDENTITY_BYTES)
        return {
            place: read_memory(content) for (place, _), content in zip(places, contents, strict=True)
        }
