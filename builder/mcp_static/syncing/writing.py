"""A plan as commits: what sync writes, by the identity of the merge, with the times of the sources."""

import hashlib
from collections.abc import Iterator
from typing import Any

from mcp_static.check.accepted import accepted_bytes
from mcp_static.git.writing import NewCommit
from mcp_static.model.layout import record_path
from mcp_static.model.names import ServerName
from mcp_static.model.proofs import ProofId
from mcp_static.model.remotes import claimed_addresses
from mcp_static.model.status import ACTIVE, StatusFile, StatusRecord
from mcp_static.proofs.results import holds
from mcp_static.proofs.source_registry import taken_facts
from mcp_static.publishing.proposing import status_bytes
from mcp_static.syncing.messages import changes_message, version_message
from mcp_static.syncing.plan import Incoming, NewStatus, Plan
from mcp_static.syncing.reading import Served
from mcp_static.syncing.registry_state import Known


def commits_of(plan: Plan, now: int) -> Iterator[NewCommit]:
    """The commits of a plan, in their order; none for a plan that changes nothing.

    The first is dated now and has all changes of statuses, if only none: what follows is dated by the
    sources, so that each version keeps its `publishedAt`, and still counts as updated now for whoever
    asks what was updated since their last visit.
    """
    if plan.is_empty:
        return
    files = _status_files(plan)
    for adoption in plan.adoptions:
        path = record_path(adoption.known.name, adoption.known.version, "accepted.json")
        document = adoption.known.document
        files[path] = _note(adoption.served, adoption.source, document, now)
    yield NewCommit(now, changes_message(files, len(plan.incoming)), files)
    for incoming in plan.incoming:
        yield NewCommit(
            incoming.served.entry.published_at,
            version_message(incoming.name, incoming.version),
            _files_of(incoming, now),
        )


def _status_files(plan: Plan) -> dict[str, bytes]:
    files = {}
    for adoption in plan.adoptions:
        known = adoption.known
        if known.status is not None and not known.has_owners_status:
            status = NewStatus(known, known.lifecycle, adoption.source)
            files[_status_path(known)] = _status_content(status)
    for new in plan.statuses:
        files[_status_path(new.known)] = _status_content(new)
    return files


def _status_path(known: Known) -> str:
    return record_path(known.name, known.version, "status.json")


def _status_content(new: NewStatus) -> bytes:
    known = new.known
    return status_of_sync(known.name, known.version, new.status, new.source, known.status_content)


def status_of_sync(
    name: ServerName, version: str, status: StatusRecord, source: str, replaced: bytes | None
) -> bytes:
    """A `status.json` that says it is sync's, and in the name of which source."""
    return status_bytes(
        StatusFile.model_construct(
            status=status.status,
            status_message=status.status_message,
            name=str(name),
            version=version,
            replaces=hashlib.sha256(replaced).hexdigest() if replaced is not None else None,
            proof=None,
            by="sync",
            source=source,
        )
    )


def _files_of(incoming: Incoming, now: int) -> dict[str, bytes]:
    """What is committed of a version: its record, the note of how it came, and its status if any."""
    name, version = incoming.name, incoming.version
    source, entry = incoming.source.address, incoming.served.entry
    files = {
        record_path(name, version): incoming.content,
        record_path(name, version, "accepted.json"): _note(
            incoming.served, source, entry.server, now, incoming.approved_by
        ),
    }
    if entry.status != ACTIVE:
        path = record_path(name, version, "status.json")
        files[path] = status_of_sync(name, version, entry.status, source, None)
    return files


def _note(
    served: Served, source: str, document: dict[str, Any], now: int, approved_by: str = ""
) -> bytes:
    facts = taken_facts(source, served.digest, served.entry.published_at)
    if approved_by:
        facts["approvedBy"] = approved_by
    proof = holds(ProofId.SOURCE_REGISTRY, "It is served there.", **facts)
    return accepted_bytes(proof, None, "", None, now, claimed_addresses(document))
