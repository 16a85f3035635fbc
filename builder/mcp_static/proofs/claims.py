"""What is to be proven: that a publish, or a change of status, is the namespace owner's will."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from mcp_static.forges.forge import Account, Forge
from mcp_static.model.errors import UnansweredError
from mcp_static.model.forge_ids import GITHUB_HOST
from mcp_static.model.identity import Memory
from mcp_static.model.names import Namespace, ServerName
from mcp_static.model.status import StatusFile
from mcp_static.net.budget import Budget
from mcp_static.net.fetch import Fetcher
from mcp_static.proofs.forge_namespaces import ForgeNamespaces
from mcp_static.settings import Settings

if TYPE_CHECKING:
    from mcp_static.net.dns.resolution import Lookup


@dataclass(frozen=True, slots=True)
class Publication:
    """A new version: its `server.json` as bytes and as a document, and its `proof.json` if any."""

    name: ServerName
    version: str
    content: bytes
    document: Mapping[str, Any]
    signature: bytes | None = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A new `status.json`: its bytes, what they say, and the `server.json` that it is about."""

    name: ServerName
    version: str
    content: bytes
    file: StatusFile
    document: Mapping[str, Any]


Claim = Publication | StatusChange
_SOME_HEAD: Final = "<the 40 digits of the head>"


class Memories(Protocol):
    """What is remembered of those who have proven names before."""

    def of_namespace(self, namespace: Namespace, /) -> Memory:
        """What is remembered for a namespace itself, and not for one above it."""

    def of_server(self, name: ServerName, /) -> Memory:
        """What is remembered for a server, and not for its namespace."""

    def is_own(self, name: ServerName, /) -> bool:
        """Whether the registry has a version of a server that came from no source."""


class Domains(Protocol):
    """What the DNS says of domains."""

    def look_up(self, domain: str, /) -> "Lookup":
        """The TXT records of a domain that matter for proofs."""

    def name_servers(self, domain: str, /) -> tuple[str, ...]:
        """The names of the servers that a domain's zone lists."""


class NoMemories:
    """Nothing is remembered: every name is new."""

    def of_namespace(self, _: Namespace, /) -> Memory:
        """Nothing."""
        return Memory()

    def of_server(self, _: ServerName, /) -> Memory:
        """Nothing."""
        return Memory()

    def is_own(self, _: ServerName, /) -> bool:
        """It is not."""
        return False


NOTHING_REMEMBERED: Final = NoMemories()


@dataclass(frozen=True, slots=True)
class ProofContext:
    """What proofs ask with, and for whom.

    `brought_by` is who brought what is checked, None when nobody is known, and the reason where it
    could not be found out; `answerable` is who opened the pull request, which proves nothing;
    `confirmers` gives those who have confirmed its `head` in a comment.
    `own_forges` are those of the settings, beside github.com and gitlab.com; `account_hosts` those
    whose accounts can ask here, as the registry lives on one of them.
    `command_sign` is what the commands of comments begin with where the registry lives.
    `arrival` asks when that head came to the pull request, in seconds since 1970, and gives None where
    there is not a pull request; `held_since` asks when it was first shown as held, and gives None if it
    was not yet. Like `confirmers`, both may raise UnansweredError.
    `budget` is the time that all of it may take.
    `memories` tell who has proven names before, so that what changes hands is noticed.
    """

    settings: Settings
    fetcher: Fetcher
    resolution: Domains
    github: Forge
    gitlab: Forge
    own_forges: tuple[ForgeNamespaces, ...] = ()
    account_hosts: frozenset[str] = frozenset({GITHUB_HOST})
    brought_by: Account | UnansweredError | None = None
    answerable: Account | None = None
    confirmers: Callable[[], Sequence[Account]] = tuple
    head: str = ""
    command_sign: str = "/"
    arrival: Callable[[], int | None] = lambda: None
    held_since: Callable[[], int | None] = lambda: None
    memories: Memories = NOTHING_REMEMBERED
    now: float = field(default_factory=time.time)
    budget: Budget = field(default_factory=Budget)

    @property
    def forges(self) -> tuple[ForgeNamespaces, ...]:
        """Every forge that can be asked, with its namespaces."""
        return (
            ForgeNamespaces("io.github", "github", self.github),
            ForgeNamespaces("io.gitlab", "gitlab", self.gitlab),
            *self.own_forges,
        )

    def owner_of(self, namespace: Namespace) -> tuple[ForgeNamespaces, str] | None:
        """The forge that a namespace belongs to, with its owner's name there; None for others."""
        for forge in self.forges:
            owner = forge.owner(namespace)
            if owner is not None:
                return forge, owner
        return None

    @property
    def requester(self) -> Account | None:
        """Who brought what is checked; raises UnansweredError where that could not be found out."""
        if isinstance(self.brought_by, UnansweredError):
            raise self.brought_by
        return self.brought_by

    @property
    def asking(self) -> Account | None:
        """Whose wish it counts as: who brought it or, where nobody knows, who opened the pull request.

        Raises UnansweredError where neither could be found out.
        """
        return self.answerable or self.requester

    @property
    def arrived(self) -> int:
        """When what is checked was submitted: now, where there is no pull request.

        Raises UnansweredError where that could not be found out.
        """
        arrived = self.arrival()
        return int(self.now) if arrived is None else arrived

    def accounts(self) -> Iterator[Account]:
        """Those who answer for what is checked: who submitted it, then who has confirmed it."""
        if self.requester is not None:
            yield self.requester
        yield from self.confirmers()

    def stands_for(self, account: Account) -> bool:
        """Whether an account brought what is checked, or has confirmed it."""
        return any(known.id == account.id for known in self.accounts())

    @property
    def confirmation(self) -> str:
        """The comment with which an account confirms what is checked."""
        return f"{self.command_sign}confirm {self.head or _SOME_HEAD}"

    @property
    def approval(self) -> str:
        """The comment with which an operator ends a hold of what is checked."""
        return f"{self.command_sign}approve {self.head or _SOME_HEAD}"

    @property
    def registry(self) -> str:
        """How signatures name this registry: its address."""
        return self.settings.url
