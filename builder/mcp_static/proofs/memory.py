"""What a commit remembers of who proved a name: looked up by path, and written by the merge.

A namespace without an `identity.json` is one that nobody has adopted yet: what its `accepted.json`
files say then stands in, until the first merge writes it down.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from mcp_static.git.blobs import BlobReader
from mcp_static.git.repository import Repository
from mcp_static.git.trees import entries_of, folders_of, read_file
from mcp_static.model.errors import JsonError
from mcp_static.model.forge_ids import recorded_account
from mcp_static.model.identity import (
    MAX_IDENTITY_BYTES,
    Identity,
    IdentityKind,
    Memory,
    ProvenBy,
    identities_of,
    memory_bytes,
    read_memory,
)
from mcp_static.model.layout import IDENTITY_FILE, SERVERS_ROOT, Place, encode_segment
from mcp_static.model.names import Namespace, ServerName
from mcp_static.model.proofs import Facts, ProofId
from mcp_static.model.reading import part_of, text_of
from mcp_static.model.strictjson import parse_json
from mcp_static.model.times import parse_time
from mcp_static.proofs.domains import candidate_domains
from mcp_static.rules.file import MAX_FILE_BYTES

_NOTES: Final = ("/accepted.json", "/status.accepted.json")


@dataclass(frozen=True, slots=True)
class Proven:
    """A name that was proven: by which proof, on what that rests, and when (seconds since 1970)."""

    name: ServerName
    proof: str
    facts: Facts
    time: int

    @property
    def by(self) -> ProvenBy | None:
        """The identities that the proof rests on."""
        return identities_of(self.proof, self.facts, self.time)


class GitMemories:
    """The memories of one commit; names that differ in their case alone share one."""

    def __init__(self, repository: Repository, commit: str) -> None:
        self._repository: Final = repository
        self._commit: Final = commit
        self._known: dict[Place, Memory] = {}

    def of_namespace(self, namespace: Namespace) -> Memory:
        """What is remembered for a namespace itself, and not for one above it."""
        return self.of(Place(namespace))

    def of_server(self, name: ServerName) -> Memory:
        """What is remembered for a server, and not for its namespace."""
        return self.of(Place(name.namespace, name.server))

    def is_own(self, name: ServerName) -> bool:
        """Whether there is a version of a server, however it is spelled, that came from no source.

        What no merge noted came from none.
        """
        notes: dict[str, str] = {}
        versions = set()
        for folder in self._folders(Place(name.namespace, name.server)):
            for path, blob in entries_of(self._repository, self._commit, folder, recursive=True):
                version, _, file = path.rpartition("/")
                if file == "server.json":
                    versions.add(version)
                elif file == "accepted.json" and blob.mode.startswith("100"):
                    notes[version] = blob.id
        if versions - notes.keys():
            return True
        with BlobReader(self._repository) as blobs:
            contents = blobs.read((notes[version] for version in versions), MAX_FILE_BYTES)
            return any(noted_source(content) is None for content in contents)

    def written(self, place: Place) -> Memory | None:
        """What the `identity.json` of this very folder says; None if there is none."""
        return self._written(place.folder)

    def of(self, place: Place) -> Memory:
        """What is remembered for a place, however its name is spelled."""
        if place not in self._known:
            self._known[place] = self._look_up(place)
        return self._known[place]

    def _look_up(self, place: Place) -> Memory:
        folders = list(self._folders(place))
        memories = [memory for folder in folders if (memory := self._written(folder)) is not None]
        if not memories:
            memories = [Memory(tuple(self._from_notes(folder, place))) for folder in folders]
        joined = Memory().joined(one for memory in memories for one in memory.identities)
        return Memory(joined.identities, all(memory.is_readable for memory in memories))

    def _folders(self, place: Place) -> Iterator[str]:
        """The folders of a place, however its name is spelled."""
        shard = f"{SERVERS_ROOT}/{place.namespace.shard}"
        for namespace in self._alike(shard, place.namespace.text):
            if not place.server:
                yield namespace
            else:
                yield from self._alike(namespace, place.server)

    def _alike(self, folder: str, name: str) -> Iterator[str]:
        wanted = encode_segment(name).casefold()
        for found in folders_of(self._repository, self._commit, folder):
            if found.casefold() == wanted:
                yield f"{folder}/{found}"

    def _written(self, folder: str) -> Memory | None:
        path = f"{folder}/{IDENTITY_FILE}"
        content = read_file(self._repository, self._commit, path, MAX_IDENTITY_BYTES)
        return read_memory(content) if content is not None else None

    def _from_notes(self, folder: str, place: Place) -> Iterator[Identity]:
        """The identities on which publishes below a folder rest, by what the merge noted of them."""
        files = [
            blob.id
            for path, blob in entries_of(self._repository, self._commit, folder, recursive=True)
            if path.endswith(_NOTES) and blob.mode.startswith("100")
        ]
        with BlobReader(self._repository) as blobs:
            for content in blobs.read(files, MAX_FILE_BYTES):
                proven = read_proven(ServerName(place.namespace, place.server), content)
                if proven is not None and proven.by is not None:
                    yield from proven.by.server if place.server else proven.by.namespace


def read_proven(name: ServerName, content: bytes) -> Proven | None:
    """What an `accepted.json` says of a name's proof; None for one that says nothing of it."""
    try:
        document = parse_json(content)
        noted = document.get("acceptedAt") if isinstance(document, dict) else None
        time = int(parse_time(str(noted)))
    except (JsonError, ValueError):
        return None
    facts, account = document.get("facts"), document.get("account")
    found: dict[str, Any] = dict(facts) if isinstance(facts, dict) else {}
    if isinstance(account, dict) and (number := recorded_account(account.get("id"))) is not None:
        found |= {"login": str(account.get("login")), "id": str(number)}
    return Proven(name, str(document.get("proof")), found, time)


def noted_source(content: bytes) -> str | None:
    """The source that an `accepted.json` names; None for another proof."""
    try:
        document = parse_json(content)
    except JsonError:
        return None
    if not isinstance(document, dict) or document.get("proof") != ProofId.SOURCE_REGISTRY:
        return None
    return text_of(part_of(document, "facts"), "source")


def namespaces_above(namespace: Namespace) -> tuple[Namespace, ...]:
    """A namespace and, if it represents a domain, those of the domains above it that can be owned."""
    if not namespace.is_of_a_domain:
        return (namespace,)
    above = (Namespace(".".join(reversed(d.split(".")))) for d in candidate_domains(namespace)[1:])
    return (namespace, *above)


def identity_files(
    written: Callable[[Place], Memory | None],
    proven: Iterable[Proven],
    known: Callable[[Place], Memory] | None = None,
) -> dict[str, bytes]:
    """The `identity.json` files, by path, that remember what was proven besides what they have.

    An identity is remembered for the server, for its namespace, and for the domain above it at which
    it stood. `written` gives what the file of a folder says, and `known` what stands in for a file
    that is not there.
    """
    memories: dict[Place, Memory] = {}
    for one in proven:
        for place, identities in _places(one):
            memory = memories.get(place) or written(place) or (known(place) if known else Memory())
            others = _published_with(one.facts, memory, identities[0])
            memories[place] = memory.joined((*identities, *others))
    return {
        f"{place.folder}/{IDENTITY_FILE}": memory_bytes(memory)
        for place, memory in memories.items()
        if memory.is_readable and memory != written(place)
    }


def _places(proven: Proven) -> Iterator[tuple[Place, tuple[Identity, ...]]]:
    """Where the identities of a proof are remembered."""
    by, namespace = proven.by, proven.name.namespace
    if by is None:
        return
    yield Place(namespace), by.namespace
    yield Place(namespace, proven.name.server), by.server
    domain = by.first.domain
    if domain and domain != namespace.domain:
        yield Place(Namespace(".".join(reversed(domain.split("."))))), by.namespace


def _published_with(facts: Facts, memory: Memory, first: Identity) -> Iterator[Identity]:
    """The other keys that a domain published when its first key came to be known."""
    keys = facts.get("keys")
    if memory.of_kind(IdentityKind.KEY) or not isinstance(keys, tuple | list):
        return
    for key in keys:
        if isinstance(key, str):
            yield replace(first, value=key)
