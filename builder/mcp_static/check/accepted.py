"""`accepted.json`: what the merge notes of a publish."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from mcp_static.forges.forge import Account
from mcp_static.model.errors import JsonError
from mcp_static.model.layout import RecordFile
from mcp_static.model.strictjson import parse_json
from mcp_static.model.times import format_time
from mcp_static.reports.findings import Finding

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
) -> bytes:
    """The file for one accepted record; `time` in seconds since 1970.

    `remotes` are the addresses that the record claims, so that later merges need not parse it.
    """
    facts = dict(proof.facts)
    document: dict[str, Any] = {"proof": proof.id}
    if "login" in facts and "id" in facts:
        document["account"] = {"login": facts.pop("login"), "id": facts.pop("id")}
    if facts:
        document["facts"] = facts
    if requester is not None:
        document["requestedBy"] = {"login": requester.login, "id": str(requester.id)}
    if pull_request is not None:
        document["pullRequest"] = pull_request
    if remotes:
        document["remotes"] = list(remotes)
    document["head"] = head
    document["acceptedAt"] = format_time(time)
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
