"""All that rests on an account, a repository, a key or a host, in one commit."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mcp_static.git.records import read_records
from mcp_static.git.repository import Repository
from mcp_static.model.forge_ids import ForgeId, recorded_account
from mcp_static.model.host_proofs import is_within
from mcp_static.model.identity import Identity, IdentityKind
from mcp_static.model.reading import part_of, text_of
from mcp_static.packages.hosts import hosts_of
from mcp_static.proofs.adoption import written_memories
from mcp_static.proofs.keys import read_records as read_keys
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.run import read_record

_NOTES: Final = frozenset({"accepted.json", "status.accepted.json"})
_SERVER: Final = frozenset({"server.json"})

Reader = Callable[[str, Mapping[str, Any]], Iterator[str]]
"""From the name of a file and what is in it: in which ways it rests on what was asked for."""


@dataclass(frozen=True, slots=True, order=True)
class Affected:
    """What rests on something, and in which way.

    Where an `identity.json` says so, it is a server, whose `version` is empty, or a namespace, which
    `name` then is.
    """

    name: str
    version: str
    because: str

    @property
    def is_namespace(self) -> bool:
        """Whether it is a namespace, and no server."""
        return "/" not in self.name


def affected_by_account(repository: Repository, commit: str, account: ForgeId) -> list[Affected]:
    """The publishes and statuses that an account proved or asked for, and the names that it owns."""

    def reasons(file: str, document: Mapping[str, Any]) -> Iterator[str]:
        for member, did in (("account", "proved"), ("requestedBy", "asked for")):
            if recorded_account(part_of(dict(document), member).get("id")) == account:
                yield f"{did} {_act(file)}"

    return sorted(
        _search(repository, commit, _NOTES, reasons) | _remembered_id(repository, commit, account)
    )


def affected_by_repository(repository: Repository, commit: str, asked: ForgeId) -> list[Affected]:
    """The publishes and statuses whose bytes were in a repository, and the names bound to it."""

    def reasons(file: str, document: Mapping[str, Any]) -> Iterator[str]:
        if text_of(part_of(dict(document), "facts"), "repositoryId") == str(asked):
            yield f"had the bytes of {_act(file)}"

    return sorted(
        _search(repository, commit, _NOTES, reasons) | _remembered_id(repository, commit, asked)
    )


def affected_by_key(repository: Repository, commit: str, fingerprint: str) -> list[Affected]:
    """The publishes and statuses that a key signed or endorsed, and the names that it owns."""

    def reasons(file: str, document: Mapping[str, Any]) -> Iterator[str]:
        facts = part_of(dict(document), "facts")
        if text_of(facts, "fingerprint") == fingerprint:
            yield f"signed {_act(file)}"
        if fingerprint in _fingerprints(text_of(facts, "previousKey") or ""):
            yield f"endorsed the new key of {_act(file)}"

    def is_it(identity: Identity) -> bool:
        return identity.kind is IdentityKind.KEY and fingerprint in _fingerprints(identity.value)

    return sorted(_search(repository, commit, _NOTES, reasons) | _remembered(repository, commit, is_it))


def affected_by_host(repository: Repository, commit: str, host: str) -> list[Affected]:
    """The versions that lead to a host, or one below it, and the names proven by such a domain."""

    def reasons(_: str, document: Mapping[str, Any]) -> Iterator[str]:
        for found in sorted(hosts_of(dict(document))):
            if is_within(found, host):
                yield f"leads to {found}"

    def is_there(identity: Identity) -> bool:
        return bool(identity.domain) and is_within(identity.domain, host)

    return sorted(
        _search(repository, commit, _SERVER, reasons) | _remembered(repository, commit, is_there)
    )


def _act(file: str) -> str:
    return "the publish" if file == "accepted.json" else "the status"


def _fingerprints(record: str) -> set[str]:
    """The fingerprint of the key that a record publishes; none for a text that is no such record."""
    return {key.fingerprint for key in read_keys([record]).keys}


def _search(
    repository: Repository, commit: str, files: frozenset[str], reasons: Reader
) -> set[Affected]:
    return {
        Affected(str(place.name), place.version, because)
        for place, content in read_records(repository, commit, files, MAX_FILE_BYTES)
        for because in reasons(place.file, read_record(content).document)
    }


def _remembered_id(repository: Repository, commit: str, asked: ForgeId) -> set[Affected]:
    return _remembered(repository, commit, lambda identity: identity.value == str(asked))


def _remembered(
    repository: Repository, commit: str, is_it: Callable[[Identity], bool]
) -> set[Affected]:
    """The namespaces and servers whose `identity.json` has such an identity.

    They include names that were adopted, so that no note of a merge tells of them.
    """
    found = set()
    for place, memory in written_memories(repository, commit).items():
        name = "/".join(filter(None, (place.namespace.text, place.server)))
        for identity in filter(is_it, memory.identities):
            where = f" at {identity.domain}" if identity.domain else ""
            because = f"is proven by the {identity.kind}{where}, says identity.json"
            found.add(Affected(name, "", because))
    return found
