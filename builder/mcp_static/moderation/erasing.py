"""Erasing bytes from all of history, so that nobody who clones the registry has them.

A tombstone takes the place of each record: one that is as valid as the record was. So the replay of
history finds the same versions and the same events, and every ordinal, cursor and time stays.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import orjson

from mcp_static.git.blobs import BlobReader
from mcp_static.git.commits import last_change
from mcp_static.git.repository import Repository, require_whole_history, resolve_commit
from mcp_static.git.rewriting import Replace, rewrite_history, store_blob
from mcp_static.git.writing import current_branch, require_clean
from mcp_static.model.errors import InputError
from mcp_static.model.layout import Location, Place, parse_location
from mcp_static.model.moderation_log import Act
from mcp_static.model.server import CURRENT_SCHEMA_DATE, SCHEMA_URL
from mcp_static.model.status import StatusRecord
from mcp_static.model.versions import folded_version
from mcp_static.moderation.decisions import Decision, Grounds, commit_decision, decision
from mcp_static.moderation.places import as_spelled, title_of
from mcp_static.moderation.takedowns import take_down
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.run import read_record, structural_findings
from mcp_static.rules.sidecars import parse_lifecycle

_SCHEMA: Final = SCHEMA_URL.format(date=CURRENT_SCHEMA_DATE)
_INVALID: Final = b"{}\n"
_DESCRIPTION: Final = "Erased by the operator of this registry."


def erase(repository: Repository, place: Place, why: Grounds) -> tuple[Decision, str]:
    """Erase a server, or one version of it, from all branches and tags, and take it down.

    Gives the decision and the new head of the current branch. Raises InputError for what was never
    there, a shallow clone, and uncommitted changes.
    """
    require_whole_history(repository)
    require_clean(repository)
    current_branch(repository)
    head = resolve_commit(repository, "HEAD")
    place = as_spelled(repository, head, place)
    if not place.server:
        raise InputError("A whole namespace cannot be erased.", "Erase its servers one by one.")
    if last_change(repository, head, place.folder) is None:
        raise InputError(f"The registry never had {title_of(place)}.", "Nothing was changed.")
    taken_down = take_down(repository, head, place, why)  # refuses grounds that cannot be written
    made = decision(Act.ERASE, title_of(place), why, taken_down.files)
    with _tombstones(repository, place) as replace:
        rewrite_history(repository, replace)
    return made, commit_decision(repository, made)


@contextmanager
def _tombstones(repository: Repository, place: Place) -> Iterator[Replace]:
    known: dict[tuple[str, str], str | None] = {}
    stones = _Stones()
    with BlobReader(repository) as blobs:

        def replace(path: str, blob: str) -> str | None:
            location = parse_location(path)
            if location is None or not _is_in(location, place):
                return blob
            if (path, blob) not in known:
                content = next(blobs.read([blob], MAX_FILE_BYTES))
                stone = stones.of(location, content)
                known[path, blob] = None if stone is None else store_blob(repository, stone)
            return known[path, blob]

        yield replace


def _is_in(location: Location, place: Place) -> bool:
    if location.name.folded != f"{place.namespace.text}/{place.server}".casefold():
        return False
    return not place.version or folded_version(location.version) == folded_version(place.version)


class _Stones:
    """What takes the place of files; None for what is left out, as nothing else depends on it."""

    def __init__(self) -> None:
        self._messages: Final[dict[str, int]] = {}

    def of(self, location: Location, content: bytes) -> bytes | None:
        if location.file == "server.json":
            return _server_stone(content, location)
        return self._status_stone(content) if location.file == "status.json" else None

    def _status_stone(self, content: bytes) -> bytes:
        """Another message for each that there was, so that the same changes of status are events."""
        status = parse_lifecycle(content)
        if not isinstance(status, StatusRecord):
            return _INVALID
        message = status.status_message
        if message is not None:
            message = f"Erased ({self._messages.setdefault(message, len(self._messages) + 1)})."
        record = StatusRecord(status=status.status, statusMessage=message)
        return record.model_dump_json(by_alias=True, exclude_none=True).encode() + b"\n"


def _server_stone(content: bytes, location: Location) -> bytes:
    if structural_findings(read_record(content, location)):
        return _INVALID
    document = {
        "$schema": _SCHEMA,
        "name": str(location.name),
        "description": _DESCRIPTION,
        "version": location.version,
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
