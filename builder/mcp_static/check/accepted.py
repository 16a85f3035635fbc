"""`accepted.json`: what the merge notes of a publish; and what earlier ones say of a namespace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from mcp_static.api.entries import MAX_ACCEPTED_BYTES
from mcp_static.forges.forge import Account
from mcp_static.git.blobs import BlobReader
from mcp_static.git.repository import Repository
from mcp_static.git.trees import entries_of, folders_of
from mcp_static.model.errors import JsonError
from mcp_static.model.forge_ids import ForgeId, recorded_account
from mcp_static.model.layout import SERVERS_ROOT, RecordFile
from mcp_static.model.names import Namespace
from mcp_static.model.strictjson import parse_json
from mcp_static.model.times import format_time
from mcp_static.reports.findings import Finding

_MAX_READ: Final = 5_000


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


def known_accounts(repository: Repository, commit: str, namespace: Namespace) -> Mapping[str, ForgeId]:
    """The numeric ids, by lowercase login, on which a namespace's publishes rested so far.

    However it was spelled: accounts and domains know no case.
    """
    shard = f"{SERVERS_ROOT}/{namespace.shard}"
    files = [
        blob.id
        for folder in folders_of(repository, commit, shard)
        if folder.casefold() == namespace.text.casefold()
        for path, blob in entries_of(repository, commit, f"{shard}/{folder}", recursive=True)
        if path.endswith("/accepted.json") and blob.mode.startswith("100")
    ][:_MAX_READ]
    noted: list[tuple[str, str, ForgeId]] = []
    with BlobReader(repository) as blobs:
        for content in blobs.read(files, MAX_ACCEPTED_BYTES):
            try:
                document = parse_json(content)
            except JsonError:
                continue
            account = document.get("account") if isinstance(document, dict) else None
            login = account.get("login") if isinstance(account, dict) else None
            number = recorded_account(account.get("id")) if isinstance(account, dict) else None
            if isinstance(login, str) and number is not None:
                noted.append((str(document.get("acceptedAt")), login.lower(), number))
    return {login: number for _, login, number in sorted(noted)}
