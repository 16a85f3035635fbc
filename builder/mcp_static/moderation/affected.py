"""All that rests on an account, a repository, a key or a host, in one commit."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mcp_static.git.records import read_records
from mcp_static.git.repository import Repository
from mcp_static.model.forge_ids import ForgeId, recorded_account
from mcp_static.model.layout import Location
from mcp_static.model.reading import part_of, text_of
from mcp_static.packages.hosts import hosts_of
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.run import read_record

_NOTES: Final = frozenset({"accepted.json", "status.accepted.json"})
_SERVER: Final = frozenset({"server.json"})

Reader = Callable[[str, Mapping[str, Any]], Iterator[str]]
"""From the name of a file and what is in it: in which ways it rests on what was asked for."""


@dataclass(frozen=True, slots=True, order=True)
class Affected:
    """A version that rests on something, and in which way."""

    name: str
    version: str
    because: str


def affected_by_account(repository: Repository, commit: str, account: ForgeId) -> list[Affected]:
    """The publishes and statuses that an account proved, or asked for."""

    def reasons(file: str, document: Mapping[str, Any]) -> Iterator[str]:
        about = "the publish" if file == "accepted.json" else "the status"
        for member, did in (("account", "proved"), ("requestedBy", "asked for")):
            if recorded_account(part_of(dict(document), member).get("id")) == account:
                yield f"{did} {about}"

    return _search(repository, commit, _NOTES, reasons)


def affected_by_repository(repository: Repository, commit: str, asked: ForgeId) -> list[Affected]:
    """The publishes and statuses whose bytes were found in a repository."""

    def reasons(file: str, document: Mapping[str, Any]) -> Iterator[str]:
        if text_of(part_of(dict(document), "facts"), "repositoryId") == str(asked):
            about = "the publish" if file == "accepted.json" else "the status"
            yield f"had the bytes of {about}"

    return _search(repository, commit, _NOTES, reasons)


def affected_by_key(repository: Repository, commit: str, fingerprint: str) -> list[Affected]:
    """The publishes and statuses that a key signed."""

    def reasons(file: str, document: Mapping[str, Any]) -> Iterator[str]:
        if text_of(part_of(dict(document), "facts"), "fingerprint") == fingerprint:
            yield "signed the publish" if file == "accepted.json" else "signed the status"

    return _search(repository, commit, _NOTES, reasons)


def affected_by_host(repository: Repository, commit: str, host: str) -> list[Affected]:
    """The versions whose remotes or packages lead to a host, or one below it."""

    def reasons(_: str, document: Mapping[str, Any]) -> Iterator[str]:
        for found in sorted(hosts_of(dict(document))):
            if found == host or found.endswith(f".{host}"):
                yield f"leads to {found}"

    return _search(repository, commit, _SERVER, reasons)


def _search(
    repository: Repository, commit: str, files: frozenset[str], reasons: Reader
) -> list[Affected]:
    found = set()
    for place, content in read_records(repository, commit, files, MAX_FILE_BYTES):
        document = read_record(content).document
        found |= {_affected(place, because) for because in reasons(place.file, document)}
    return sorted(found)


def _affected(place: Location, because: str) -> Affected:
    return Affected(str(place.name), place.version, because)
