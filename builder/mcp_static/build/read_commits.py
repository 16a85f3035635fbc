"""From a commit's changed paths to what the ledger takes: blobs read, rules held, bodies rendered."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from mcp_static.api.entries import server_bytes
from mcp_static.api.facets import facets_of
from mcp_static.api.search_text import one_line, searched_words
from mcp_static.git.blobs import BlobReader
from mcp_static.git.history import CommitChange, PathChange
from mcp_static.model.commit_records import (
    AcceptedChange,
    ActChange,
    Body,
    ServerChange,
    StatusChange,
)
from mcp_static.model.layout import (
    SERVERS_ROOT,
    TAKEDOWN_FILE,
    Location,
    location_problem,
    parse_location,
    parse_takedown_path,
)
from mcp_static.model.moderation_log import LOG_ROOT, is_log_path
from mcp_static.model.remotes import near_addresses
from mcp_static.model.status import ACTIVE, StatusRecord
from mcp_static.model.takedown import unreadable_takedown
from mcp_static.model.takedowns import TakedownChange, scope_of
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.run import read_record, structural_findings
from mcp_static.rules.sidecars import parse_accepted, parse_act, parse_lifecycle, parse_takedown

_NOTES: Final = ("/accepted.json", "/status.accepted.json")
"""What the merge alone writes: by which proof it took a record."""

_IGNORED: Final = ("proof.json",)
"""Files next to a record that the check reads and the build does not."""


_READ: Final = (f"{SERVERS_ROOT}/", f"{LOG_ROOT}/")


class CommitRecords(NamedTuple):
    """One commit as the ledger takes it, and the paths with the reasons to leave them out.

    A reason of None says that the path is as it should be, now; so does a server change with a body.
    """

    id: str
    time: int
    servers: list[ServerChange]
    statuses: list[StatusChange]
    accepted: list[AcceptedChange]
    takedowns: list[TakedownChange]
    acts: list[ActChange]
    reasons: list[tuple[str, str | None]]


def read_commits(commits: Sequence[CommitChange], blobs: BlobReader) -> Iterator[CommitRecords]:
    """Read and judge everything that some commits changed, in one round of blobs."""
    contents = blobs.read(_blobs(commits), MAX_FILE_BYTES)
    for commit in commits:
        records = CommitRecords(commit.id, commit.time, [], [], [], [], [], [])
        for change in commit.changes:
            content = next(contents) if _is_read(change) else None
            if commit.is_by_merger or not _is_claimed(records, change):
                _take(records, change, content)
        yield records


def _is_claimed(records: CommitRecords, change: PathChange) -> bool:
    """Whether a path is a note of the merge that the merge has not written; it then is named."""
    if not change.path.endswith(_NOTES) or change.blob is None or parse_location(change.path) is None:
        return False
    reason = "was not written by the merge ([merge] identity), so that it is not believed"
    records.reasons.append((change.path, reason))
    return True


def _blobs(commits: Iterable[CommitChange]) -> Iterator[str]:
    for commit in commits:
        for change in commit.changes:
            if _is_read(change):
                assert change.blob is not None
                yield change.blob


def _is_read(change: PathChange) -> bool:
    return change.blob is not None and change.kind == "file" and change.path.startswith(_READ)


def _take(records: CommitRecords, change: PathChange, content: bytes | None) -> None:
    path = change.path
    if change.kind != "file" and change.blob is not None:
        records.reasons.append((path, f"is a {change.kind}, not a file"))
        if path.endswith("/server.json"):
            records.servers.append(_change(change, parse_location(path)))
        if path.endswith(f"/{TAKEDOWN_FILE}"):
            _take_takedown(records, path, b"", is_gone=False)
        return
    if path.startswith(f"{LOG_ROOT}/"):
        _take_act(records, change, content)
        return
    if not path.startswith(f"{SERVERS_ROOT}/"):
        return
    location = parse_location(path)
    if path.endswith("/server.json"):
        _take_server(records, change, location, content)
    elif path.endswith(f"/{TAKEDOWN_FILE}"):
        _take_takedown(records, path, content or b"", is_gone=change.blob is None)
    elif location is None or location.file in _IGNORED:
        return
    elif location.file == "status.json":
        _take_status(records, path, content)
    elif location.file == "accepted.json":
        _take_accepted(records, change, content)


def _take_server(
    records: CommitRecords, change: PathChange, location: Location | None, content: bytes | None
) -> None:
    path = change.path
    if location is None or content is None:
        reason = location_problem(path) if location is None and content is not None else None
        records.reasons.append((path, reason))
        records.servers.append(_change(change, location))
        return
    record = read_record(content, location)
    findings = structural_findings(record)
    if findings:
        reason = "; ".join(f"{finding.sentence} [{finding.id}]" for finding in findings)
        records.reasons.append((path, reason))
        records.servers.append(_change(change, location))
        return
    document = record.document
    card = "\t".join(one_line(document.get(key)) for key in ("title", "description"))
    body = Body(server_bytes(document), _words(document), facets_of(document), card)
    records.servers.append(_change(change, location, body, near_addresses(document)))


def _change(
    change: PathChange,
    location: Location | None,
    body: Body | None = None,
    remotes: tuple[str, ...] = (),
) -> ServerChange:
    blob = _blob_id(change)
    if location is None:
        return ServerChange(change.path, "", "", blob)
    return ServerChange(change.path, str(location.name), location.version, blob, body, remotes)


def _blob_id(change: PathChange) -> bytes | None:
    return None if change.blob is None else bytes.fromhex(change.blob)


def _words(document: dict[str, object]) -> str:
    return searched_words(*(document.get(key) for key in ("name", "title", "description")))


def _beside(path: str) -> str:
    return path.rpartition("/")[0] + "/server.json"


def _take_status(records: CommitRecords, path: str, content: bytes | None) -> None:
    status = ACTIVE if content is None else parse_lifecycle(content)
    if isinstance(status, StatusRecord):
        records.reasons.append((path, None))
        records.statuses.append(StatusChange(path, _beside(path), status))
    else:
        records.reasons.append((path, status))


def _take_accepted(records: CommitRecords, change: PathChange, content: bytes | None) -> None:
    path = change.path
    accepted = None if content is None else parse_accepted(content)
    if isinstance(accepted, str):
        records.reasons.append((path, accepted))
    else:
        records.reasons.append((path, None))
        records.accepted.append(AcceptedChange(path, _beside(path), _blob_id(change), accepted))


def _take_takedown(records: CommitRecords, path: str, content: bytes, *, is_gone: bool) -> None:
    """Add a takedown; one that cannot be read still holds, so that no slip publishes anything."""
    place = parse_takedown_path(path)
    if place is None:
        reason = None if is_gone else "is not in the folder of a namespace, a server or a version"
        records.reasons.append((path, reason))
        return
    scope = scope_of(place)
    if is_gone:
        records.reasons.append((path, None))
        records.takedowns.append(TakedownChange(path, scope, None))
        return
    found = parse_takedown(content, place)
    if isinstance(found, str):
        records.reasons.append((path, f"hides everything below it, though it cannot be read: {found}"))
        wide = not place.server and read_record(content).document.get("subdomains") is True
        takedown = unreadable_takedown(records.time, subdomains=wide)
        records.takedowns.append(TakedownChange(path, scope, takedown, is_readable=False))
    else:
        records.reasons.append((path, None))
        records.takedowns.append(TakedownChange(path, scope, found))


def _take_act(records: CommitRecords, change: PathChange, content: bytes | None) -> None:
    if not is_log_path(change.path):
        reason = None if content is None else "is not called like a file of the moderation log"
        records.reasons.append((change.path, reason))
        return
    act = None if content is None else parse_act(content, change.path)
    if isinstance(act, str):
        records.reasons.append((change.path, act))
        records.acts.append(ActChange(change.path, _blob_id(change)))
    else:
        records.reasons.append((change.path, None))
        records.acts.append(ActChange(change.path, _blob_id(change), act))
