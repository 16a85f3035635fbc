"""`accepted.json`: what the merge notes of a publish."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from mcp_static.api.entries import MAX_ACCEPTED_BYTES
from mcp_static.forges.forge import Account
from mcp_static.model.errors import JsonError
from mcp_static.model.layout import RecordFile
from mcp_static.model.proofs import Facts
from mcp_static.model.strictjson import parse_json
from mcp_static.model.times import format_time
from mcp_static.reports.findings import Finding

_ROOM: Final = 64
"""Bytes for the name of the list, and what separates it."""

ACCEPTED_FILES: Final[Mapping[bool, RecordFile]] = {
    True: "accepted.json",
    False: "status.accepted.json",
}
"""The file that notes the acceptance of a publish, and of a status."""


@dataclass(frozen=True, slots=True)
class AcceptedNote:
    """What a merge noted of a record: which head of which pull request it came from."""

    head: str
    pull_request: int
    remotes: tuple[str, ...]


def read_accepted(content: bytes) -> AcceptedNote | None:
    """Read the note of a merge; None for one that names no head and pull request."""
    try:
        document = parse_json(content)
    except JsonError:
        return None
    if not isinstance(document, dict):
        return None
    head, number = document.get("head"), document.get("pullRequest")
    remotes = document.get("remotes", [])
    if not isinstance(head, str) or not isinstance(number, int) or not isinstance(remotes, list):
        return None
    return AcceptedNote(head, number, tuple(url for url in remotes if isinstance(url, str)))


def accepted_bytes(
    proof: Finding,
    requester: Account | None,
    head: str,
    pull_request: int | None,
    time: int,
    remotes: Sequence[str] = (),
    packages: Sequence[Facts] = (),
    opened_by: Account | None = None,
) -> bytes:
    """The file for one accepted record; `time` in seconds since 1970.

    `head` is empty for what came from a source without a pull request.
    Who opened the pull request is noted where nobody knows who brought its bytes.
    `remotes` are the addresses that the record claims, so that later merges need not parse it.
    `packages` say what each package was, by the digest that its registry has of that version: nobody
    can tell later. If they are too many for the file, the digest of them all stands for them.
    """
    facts = dict(proof.facts)
    document: dict[str, Any] = {"proof": proof.id}
    if "login" in facts and "id" in facts:
        document["account"] = {"login": facts.pop("login"), "id": facts.pop("id")}
    if facts:
        document["facts"] = facts
    asked = requester or opened_by
    if asked is not None:
        member = "openedBy" if requester is None else "requestedBy"
        document[member] = {"login": asked.login, "id": str(asked.id)}
    if pull_request is not None:
        document["pullRequest"] = pull_request
    if remotes:
        document["remotes"] = list(remotes)
    if head:
        document["head"] = head
    document["acceptedAt"] = format_time(time)
    if packages:
        listed = orjson.dumps([dict(one) for one in packages])
        is_short = len(orjson.dumps(document)) + len(listed) < MAX_ACCEPTED_BYTES - _ROOM
        whole = {"count": len(packages), "sha256": hashlib.sha256(listed).hexdigest()}
        document["packages"] = [dict(one) for one in packages] if is_short else whole
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
