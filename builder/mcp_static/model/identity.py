"""Identities that have proven a namespace, and `identity.json`, in which they are remembered.

A login can change hands, a domain can be registered by somebody else: what proved a name once is
therefore kept for good, and what comes later is checked against it. An `identity.json` is in the folder
of a namespace or of a server; the merge and `mcp-static adopt` write it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from mcp_static.model.errors import JsonError
from mcp_static.model.proofs import Facts, ProofId
from mcp_static.model.strictjson import parse_json
from mcp_static.model.times import LAST_SECOND, format_time, parse_time

MAX_IDENTITY_BYTES: Final = 256 * 1024


class IdentityKind(StrEnum):
    """What an identity is; the value is what is written."""

    ACCOUNT = "account"
    KEY = "key"
    DELEGATION = "delegation"
    GRANT = "grant"
    SOURCE = "source"
    KEYLESS = "keyless"


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity, and when it first proved something, in seconds since 1970.

    `value` is what tells it from others: the id of an account, a whole key as the domain publishes it,
    the id of a repository (its address, where older records have no id). `path` is where in that
    repository the record stood, `domain` where a key or a delegation stood, `name` what the account or
    repository was called then, in lowercase.
    """

    kind: IdentityKind
    value: str
    first_seen: int
    path: str = ""
    domain: str = ""
    name: str = ""

    def is_same(self, other: "Identity") -> bool:
        """Whether the two are one identity, whatever it was called and wherever it stood."""
        return (self.kind, self.value, self.path) == (other.kind, other.value, other.path)


@dataclass(frozen=True, slots=True)
class Memory:
    """The identities that are remembered for a server or a namespace.

    `is_readable` is False where an `identity.json` is there and cannot be read: it then may have
    anything, and knows nothing.
    """

    identities: tuple[Identity, ...] = ()
    is_readable: bool = True

    def __bool__(self) -> bool:
        return bool(self.identities) or not self.is_readable

    def find(self, identity: Identity) -> Identity | None:
        """The same identity, as it is remembered."""
        return next((known for known in self.identities if known.is_same(identity)), None)

    def of_kind(self, kind: IdentityKind) -> tuple[Identity, ...]:
        """The identities of a kind."""
        return tuple(known for known in self.identities if known.kind is kind)

    @property
    def since(self) -> int:
        """When the first of its identities was seen; for none, the end of time."""
        return min((known.first_seen for known in self.identities), default=LAST_SECOND)

    def joined(self, others: Iterable[Identity]) -> "Memory":
        """The memory with further identities; of one that is known already, the first time stays.

        The address of a repository is forgotten once its id is known: another may be there later.
        """
        known = list(self.identities)
        for other in sorted(others, key=lambda identity: identity.first_seen):
            if not any(one.is_same(other) for one in known):
                known.append(other)
        named = {
            (one.name, one.path)
            for one in known
            if one.kind is IdentityKind.SOURCE and not _is_address(one)
        }
        kept = (one for one in known if not (_is_address(one) and (one.name, one.path) in named))
        return Memory(tuple(kept), self.is_readable)


def _is_address(identity: Identity) -> bool:
    return identity.kind is IdentityKind.SOURCE and "://" in identity.value


@dataclass(frozen=True, slots=True)
class ProvenBy:
    """The identities that a proof rests on, for the memories of the namespace and of the server."""

    namespace: tuple[Identity, ...]
    server: tuple[Identity, ...]

    @property
    def first(self) -> Identity:
        """The one that decides whether a namespace's memory knows the proof."""
        return self.namespace[0]


def identities_of(proof: str, facts: Facts, time: int) -> ProvenBy | None:
    """The identities of a proof that holds, by its facts; None where they name none.

    A repository represents its owner's namespace by that owner's id, and its server by its own.
    """
    account, name = _text(facts, "id"), _text(facts, "login").lower()
    domain = _text(facts, "domain")
    if proof in _BY_ACCOUNT and account:
        identity = Identity(_BY_ACCOUNT[proof], account, time, domain=domain, name=name)
        return ProvenBy((identity,), (identity,))
    if proof in {ProofId.DNS_KEY, ProofId.HTTPS_KEY} and (key := _text(facts, "key")):
        found = Identity(IdentityKind.KEY, key, time, domain=domain)
        return ProvenBy((found,), (found,))
    repository = _text(facts, "repositoryId") or _text(facts, "repository").lower()
    if proof == ProofId.SOURCE and account and repository:
        called = _text(facts, "repository").lower()
        source = Identity(IdentityKind.SOURCE, repository, time, _bound_path(facts), name=called)
        owner = Identity(IdentityKind.SOURCE, account, time, name=name)
        same = Identity(IdentityKind.ACCOUNT, account, time, name=name)
        return ProvenBy((owner, same), (source, same))
    return None


_BY_ACCOUNT: Final[Mapping[str, IdentityKind]] = {
    ProofId.ACCOUNT: IdentityKind.ACCOUNT,
    ProofId.GITLAB_ACCOUNT: IdentityKind.ACCOUNT,
    ProofId.GRANT: IdentityKind.GRANT,
    ProofId.DNS_DELEGATION: IdentityKind.DELEGATION,
}


def _text(facts: Facts, key: str) -> str:
    value = facts.get(key)
    return value if isinstance(value, str) else ""


def _bound_path(facts: Facts) -> str:
    """Where the `server.json` is in its repository; a `status.json` is next to it."""
    folder, slash, _ = _text(facts, "path").rpartition("/")
    return f"{folder}{slash}server.json"


def _time(text: str) -> str:
    if not 0 <= parse_time(text) <= LAST_SECOND:
        raise ValueError("is a time that no calendar shows")
    return text


class _RecordedIdentity(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)

    kind: IdentityKind
    value: str = Field(min_length=1, max_length=1_000)
    first_seen: Annotated[str, AfterValidator(_time)]
    path: str = Field("", max_length=1_000)
    domain: str = Field("", max_length=255)
    name: str = Field("", max_length=1_000)


class _IdentityFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    identities: tuple[_RecordedIdentity, ...] = Field(max_length=2_000)


def read_memory(content: bytes) -> Memory:
    """An `identity.json`, read; one that cannot be read is a memory that knows nothing."""
    try:
        document: Any = parse_json(content) if len(content) <= MAX_IDENTITY_BYTES else None
        file = _IdentityFile.model_validate(document)
    except (JsonError, ValidationError):
        return Memory(is_readable=False)
    return Memory(
        tuple(
            Identity(
                one.kind,
                one.value,
                int(parse_time(one.first_seen)),
                path=one.path,
                domain=one.domain,
                name=one.name,
            )
            for one in file.identities
        )
    )


def memory_bytes(memory: Memory) -> bytes:
    """A memory as its `identity.json`."""
    identities = [
        {
            "kind": one.kind.value,
            "value": one.value,
            **{
                key: value
                for key, value in (("path", one.path), ("domain", one.domain), ("name", one.name))
                if value
            },
            "firstSeen": format_time(one.first_seen),
        }
        for one in memory.identities
    ]
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps({"identities": identities}, option=options)
