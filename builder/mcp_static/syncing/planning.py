"""The plan of a sync: what has to change so that the registry has what sources and lists say. Pure.

A server comes from one place: the registry itself, if it has a record of its own of that name, or else
the first source, in the order of the settings, that serves something of it that is approved. So no
source can add a version to a server that somebody else's list entry is about.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from mcp_static.importing.importing import breaches_of, record_bytes
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import ServerName, parse_name
from mcp_static.model.status import StatusRecord
from mcp_static.packages.hosts import hosts_of
from mcp_static.reports.findings import Finding, Level
from mcp_static.reports.printing import counted_of
from mcp_static.settings import Settings
from mcp_static.settings.sources import Source
from mcp_static.syncing.reading import Served, SourceState
from mcp_static.syncing.registry_state import Key, Known, RegistryState

NOT_APPROVED: Final = StatusRecord(
    status=Status.DELETED, statusMessage="No longer approved for this registry."
)
GONE: Final = StatusRecord(
    status=Status.DELETED, statusMessage="No longer served by the registry that it came from."
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A version to take in: its `server.json` as bytes, and who approved it, if anybody had to."""

    name: ServerName
    version: str
    served: Served
    source: Source
    content: bytes
    approved_by: str = ""

    @property
    def title(self) -> str:
        """Name and version, for messages."""
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class NewStatus:
    """A status to give a version; `source` is the address in whose name."""

    known: Known
    status: StatusRecord
    source: str


@dataclass(frozen=True, slots=True)
class Adoption:
    """A version that is here already, and from now on counts as taken in from a source."""

    known: Known
    served: Served
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What a plan may do; `approvals` are digests by version, with who approved each."""

    allow_withdraw_all: bool = False
    adopt: bool = False
    approvals: Mapping[tuple[Key, str], str] = field(default_factory=dict)
    is_hidden: Callable[[ServerName, str], bool] = lambda _name, _version: False


@dataclass(slots=True)
class Plan:
    """What to change, and what people should know of each address."""

    incoming: list[Incoming] = field(default_factory=list)
    proposed: list[Incoming] = field(default_factory=list)
    statuses: list[NewStatus] = field(default_factory=list)
    adoptions: list[Adoption] = field(default_factory=list)
    findings: dict[str, list[Finding]] = field(default_factory=lambda: defaultdict(list))

    @property
    def withdrawn(self) -> list[NewStatus]:
        """The statuses that hide what was served."""
        return [
            new
            for new in self.statuses
            if new.status.status is Status.DELETED and not new.known.is_deleted
        ]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not (self.incoming or self.statuses or self.adoptions)


def plan_sync(
    settings: Settings,
    states: Mapping[str, SourceState],
    registry: RegistryState,
    options: PlanOptions,
) -> Plan:
    """What has to change; the registry's index grows by what comes in."""
    planning = _Planning(settings, states, registry, options)
    planning.run()
    return planning.plan


class _Planning:
    """One plan in the making."""

    def __init__(
        self,
        settings: Settings,
        states: Mapping[str, SourceState],
        registry: RegistryState,
        options: PlanOptions,
    ) -> None:
        self._settings: Final = settings
        self._sources: Final = settings.sources
        self._states: Final = states
        self._registry: Final = registry
        self._options: Final = options
        self._versions: Final[dict[str, list[Known]]] = defaultdict(list)
        self._candidates: Final[list[tuple[Key, Served, Source]]] = []
        self._withdrawals: Final[dict[str, list[NewStatus]]] = defaultdict(list)
        self.plan: Final = Plan()

    def run(self) -> None:
        """Decide about every server, then about what would be withdrawn as a whole."""
        for address, state in self._states.items():
            self.plan.findings[address] += state.findings
            if state.failure is not None:
                self._say(address, Level.UNKNOWN, "source", state.failure.message, state.failure.fix)
        if self._options.adopt:
            self._adopt()
        for known in self._registry.known.values():
            self._versions[str(known.name)].append(known)
        self._names_of_its_own = {
            known.name.folded for known in self._registry.known.values() if known.source is None
        }
        served = {name for state in self._states.values() for name in state.seen}
        for name in sorted(served | self._versions.keys()):
            self._decide(name)
        self._withdraw()
        self._take_in()
        self._name_what_matches_nothing()

    def _say(
        self, address: str, level: Level, kind: str, message: str, fix: str = "", path: str = ""
    ) -> None:
        self.plan.findings[address].append(Finding(kind, level, message, fix, path))

    # Where a server comes from

    def _decide(self, name: str) -> None:
        """Decide about one server."""
        mine = [known for known in self._versions.get(name, ()) if known.source is not None]
        is_own = parse_name(name).folded in self._names_of_its_own
        address, is_read = self._place_of(name)
        keys = {known.version for known in mine}
        for known in mine:
            self._decide_known(known, address, is_read=is_read)
        if address is None or not is_read:
            return
        entries = self._states[address].entries.get(name, {})
        fresh = [(name, version) for version in entries if version not in keys]
        if is_own and fresh:
            self._say(
                address,
                Level.NOTE,
                "own-record",
                "is published in this registry itself, so that nothing new of it is taken in",
                "If it was imported from there, `mcp-static sync --adopt` hands it over to sync.",
                name,
            )
            return
        for key in fresh:
            source = self._approving(key, address)
            if source is not None:
                self._candidates.append((key, entries[key[1]], source))

    def _place_of(self, name: str) -> tuple[str | None, bool]:
        """The address that a server comes from, and whether that could be read to its end."""
        for source in self._sources:
            if not source.covers_name(name):
                continue
            address = source.address
            state = self._states[address]
            if state.failure is not None:
                return address, False
            if any(self._covered((name, version), address) for version in state.seen.get(name, ())):
                return address, True
        return None, True

    def _covered(self, key: Key, address: str) -> bool:
        return any(one.covers(*key) for one in self._sources if one.address == address)

    def _approving(self, key: Key, address: str | None, digest: str | None = None) -> Source | None:
        """The first table that approves a version at an address, or anywhere if None.

        With `digest`, that of what is here: a version that is pinned to another one is not approved.
        """
        for source in self._sources:
            if address is not None and source.address != address:
                continue
            if source.covers(*key):
                pin = source.pin_of(*key)
                return None if digest is not None and pin not in {None, digest} else source
        return None

    # What is here already

    def _decide_known(self, known: Known, address: str | None, *, is_read: bool) -> None:
        """Decide about the status of a version that came from a source."""
        assert known.source is not None
        approving = self._approving(known.key, address, known.digest)
        if approving is None and (is_read or self._approving(known.key, None, known.digest) is None):
            elsewhere = address is None and self._approving(known.key, None, known.digest)
            self._want(known, GONE if elsewhere else NOT_APPROVED, known.source)
            return
        if address is None:
            self._want(known, GONE, known.source)
            return
        if not is_read:
            return
        state = self._states[address]
        served = state.entry(known.key)
        if served is not None:
            if served.digest != known.digest:
                self._changed(known, served, address)
            self._want(known, served.entry.status, address)
        elif not state.serves(known.key):
            self._want(known, GONE, known.source)

    def _changed(self, known: Known, served: Served, address: str) -> None:
        self._say(
            address,
            Level.WARNING,
            "changed-bytes",
            f"has other bytes there by now ({served.digest}); what was taken in ({known.digest}) stays",
            "What is published never changes. Take it off the list if you trust neither.",
            " ".join(known.key),
        )

    def _want(self, known: Known, status: StatusRecord, source: str) -> None:
        """Give a version a status, unless it has it, or its owner has said something else."""
        if known.lifecycle == status:
            return
        if known.has_owners_status:
            if status.status is Status.DELETED and not known.is_deleted:
                self._say(
                    source,
                    Level.WARNING,
                    "owner-status",
                    f"stays {known.lifecycle.status}, as its owner says: {status.status_message}",
                    "`mcp-static takedown` hides it whatever its owner says.",
                    " ".join(known.key),
                )
            return
        new = NewStatus(known, status, source)
        if status in (GONE, NOT_APPROVED):
            if not known.is_deleted:
                self._withdrawals[known.source or source].append(new)
        else:
            self.plan.statuses.append(new)

    # What is withdrawn

    def _withdraw(self) -> None:
        """Withdraw what is to be, address by address, unless that looks like a slip."""
        for address in sorted({*self._withdrawals, *self._states}):
            wanted = self._withdrawals.get(address, [])
            reason = self._slip(address)
            if not reason:
                self.plan.statuses += wanted
            elif self._options.allow_withdraw_all:
                self.plan.statuses += wanted
                self._say(address, Level.NOTE, "empty-list", reason)
            elif wanted:
                count = counted_of(len(wanted), "version")
                self._say(
                    address,
                    Level.ERROR,
                    "empty-list",
                    f"{reason}, so that all that came from there would be withdrawn ({count})",
                    "Nothing of it was. If that is what you want, say so with --allow-withdraw-all.",
                )
            elif self._lists_nothing(address):
                self._say(address, Level.ERROR, "empty-list", reason, "List a name, or * for all.")

    def _lists_nothing(self, address: str) -> bool:
        mine = [one for one in self._sources if one.address == address]
        return bool(mine) and not any(one.approvals for one in mine)

    def _slip(self, address: str) -> str:
        """Why withdrawing all that came from an address may not be meant; empty if nothing says so."""
        state = self._states.get(address)
        if state is None:
            return "" if self._sources else "the settings have no sources any more"
        if self._lists_nothing(address):
            return "its list names nothing"
        if state.failure is None and not any(self._covered(key, address) for key in state.keys):
            return "it serves nothing that its list names"
        return ""

    # What is new

    def _take_in(self) -> None:
        """Judge what comes back, and what is new in the order in which it was published."""
        index = self._registry.index
        for new in self.plan.withdrawn:
            index.set_deleted(new.known.name, new.known.version, is_deleted=True)
        self.plan.statuses = [new for new in self.plan.statuses if self._may_be(new)]
        self._candidates.sort(key=lambda one: (one[1].entry.published_at, one[0]))
        for key, served, source in self._candidates:
            if served.entry.status.status is Status.DELETED:
                continue
            problem = self._problem(key, served, source)
            if problem is not None:
                self.plan.findings[source.address].append(problem)
                continue
            self._judge(key, served, source)

    def _may_be(self, new: NewStatus) -> bool:
        """Whether a version may have a status; one that comes back must lead where no others do."""
        known, index = new.known, self._registry.index
        if new.status.status is Status.DELETED or not known.is_deleted:
            return True
        source = self._approving(known.key, new.source)
        taken = index.taken_addresses(known.name, known.version)
        if taken and not (source is not None and source.lenient):
            names = ", ".join(sorted({claim.name for claim in taken}))
            message = f"stays deleted, as {names} has taken an address of it since"
            self._say(new.source, Level.WARNING, "remote-unique", message, "", " ".join(known.key))
            return False
        index.set_deleted(known.name, known.version, is_deleted=False)
        return True

    def _problem(self, key: Key, served: Served, source: Source) -> Finding | None:
        """What keeps a version out whatever the rules say."""
        name, title = parse_name(key[0]), " ".join(key)

        def left_out(kind: str, message: str) -> Finding:
            return Finding(kind, Level.NOTE, message, "", title)

        pin = source.pin_of(*key)
        if pin not in {None, served.digest}:
            message = f"is pinned to {pin}, and served as {served.digest}"
            return Finding("digest", Level.WARNING, message, "Look at what changed.", title)
        blocked = self._settings.blocked
        if pattern := blocked.pattern_over(name.namespace.text):
            return left_out("not-blocked", f"is of a namespace that is blocked here ({pattern})")
        for host in sorted(hosts_of(served.entry.server)) if blocked.hosts else ():
            if found := blocked.host_over(host):
                return left_out("not-blocked", f"leads to {host}, which is blocked here ({found})")
        if self._options.is_hidden(name, key[1]):
            return left_out("not-taken-down", "was taken down by this registry")
        if self._settings.merge.frozen:
            return left_out("publishing-open", "waits, as publishing is closed")
        return None

    def _judge(self, key: Key, served: Served, source: Source) -> None:
        name, content = parse_name(key[0]), record_bytes(served.entry.server)
        place = (name, key[1])
        breaches = breaches_of(place, content, self._registry.index, lenient=source.lenient)
        if breaches:
            message = "; ".join(breach.sentence for breach in breaches)
            fix = "" if source.lenient else "`lenient = true` takes what breaks publish rules."
            self._say(source.address, Level.WARNING, breaches[0].id, message, fix, " ".join(key))
            return
        by = self._options.approvals.get((key, served.digest), "")
        incoming = Incoming(name, key[1], served, source, content, by)
        if source.approve == "review" and not by:
            self.plan.proposed.append(incoming)
            return
        self._registry.index.add(name, key[1], served.entry.server)
        self.plan.incoming.append(incoming)

    def _adopt(self) -> None:
        """Hand over to sync what an import has taken in: what a source serves with the same bytes."""
        for known in self._registry.known.values():
            address, is_read = self._place_of(str(known.name))
            if known.is_noted or address is None or not is_read:
                continue
            served = self._states[address].entry(known.key)
            if served is None or served.digest != known.digest or not self._covered(known.key, address):
                continue
            known.source = address
            if known.status is not None and not known.is_status_noted:
                known.status = known.status.model_copy(update={"by": "sync"})
            self.plan.adoptions.append(Adoption(known, served, address))

    def _name_what_matches_nothing(self) -> None:
        for source in self._sources:
            state = self._states[source.address]
            if state.failure is not None:
                continue
            for approval in source.approvals:
                if not any(approval.covers(*key) for key in state.keys):
                    message = "matches nothing that the source serves"
                    self._say(source.address, Level.WARNING, "no-match", message, "", str(approval))
            for pin in self._unused_pins(source, state.keys):
                message = "is pinned by its digest, but is not there or not on the list"
                self._say(source.address, Level.WARNING, "no-match", message, "", pin)

    def _unused_pins(self, source: Source, seen: Iterable[Key]) -> list[str]:
        known = {"@".join(key) for key in seen if source.covers(*key)}
        return sorted(pin for pin in source.digests if pin not in known)
