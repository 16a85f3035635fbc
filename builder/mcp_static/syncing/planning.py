"""The plan of a sync: what has to change so that the registry has what sources and lists say. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from mcp_static.model.lifecycle import Status
from mcp_static.model.names import parse_name
from mcp_static.model.status import StatusRecord
from mcp_static.reports.findings import Level
from mcp_static.reports.printing import counted_of
from mcp_static.settings import Settings
from mcp_static.settings.sources import Source
from mcp_static.syncing.admitting import Admission
from mcp_static.syncing.approving import Lists
from mcp_static.syncing.plan import GONE, NOT_APPROVED, Adoption, NewStatus, Plan, PlanOptions
from mcp_static.syncing.reading import Served, SourceState
from mcp_static.syncing.registry_state import Key, Known, RegistryState


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
        self.plan: Final = Plan()
        self._states: Final = states
        self._registry: Final = registry
        self._options: Final = options
        self._lists: Final = Lists(settings.sources, states)
        self._admission: Final = Admission(settings, self._lists, registry, options, self.plan)
        self._candidates: Final[list[tuple[Key, Served, Source]]] = []
        self._withdrawals: Final[dict[str, list[NewStatus]]] = defaultdict(list)

    def run(self) -> None:
        """Decide about every server, then about what would be withdrawn as a whole."""
        for address, state in self._states.items():
            self.plan.findings[address] += state.findings
            if state.failure is not None:
                self.plan.is_whole = False
                self.plan.say(
                    address, Level.UNKNOWN, "source", state.failure.message, state.failure.fix
                )
        if self._options.adopt:
            self._adopt()
        self._decide_all()
        self._withdraw()
        self._take_in()
        for address, line, message in self._lists.unmatched():
            self.plan.say(address, Level.WARNING, "no-match", message, path=line)

    def _decide_all(self) -> None:
        known = self._registry.known.values()
        taken: dict[str, list[Known]] = defaultdict(list)
        for one in known:
            if one.source is not None:
                taken[str(one.name)].append(one)
        own = {one.name.folded for one in known if one.source is None}
        served = {name for state in self._states.values() for name in state.seen}
        for name in sorted(served | taken.keys()):
            self._decide(name, taken.get(name, []), is_own=parse_name(name).folded in own)

    def _decide(self, name: str, mine: list[Known], *, is_own: bool) -> None:
        """Decide about one server; `mine` is what it has from sources so far."""
        address, is_read = self._lists.place_of(name)
        keys = {known.version for known in mine}
        for known in mine:
            self._decide_known(known, address, is_read=is_read)
        if address is None or not is_read:
            return
        entries = self._states[address].entries.get(name, {})
        fresh = [(name, version) for version in entries if version not in keys]
        if is_own and fresh:
            self.plan.say(
                address,
                Level.NOTE,
                "own-record",
                "is published in this registry itself, so that nothing new of it is taken in",
                "If it was imported from there, `mcp-static sync --adopt` hands it over to sync.",
                name,
            )
            return
        for key in fresh:
            source = self._lists.approving(key, address)
            if source is not None:
                self._candidates.append((key, entries[key[1]], source))

    def _decide_known(self, known: Known, address: str | None, *, is_read: bool) -> None:
        """Decide about the status of a version that came from a source."""
        assert known.source is not None
        approved = self._lists.approving(known.key, None, known.digest)
        here = address and self._lists.approving(known.key, address, known.digest)
        if approved is None or (address is not None and is_read and here is None):
            self._want(known, NOT_APPROVED, known.source)
        elif address is None:
            self._want(known, GONE, known.source)
        elif is_read:
            self._follow(known, address)

    def _follow(self, known: Known, address: str) -> None:
        """Give a version that is approved the status that it has where it comes from."""
        served = self._states[address].entry(known.key)
        if served is not None:
            if served.digest != known.digest:
                self._changed(known, served, address)
            self._want(known, served.entry.status, address)
        elif not self._states[address].serves(known.key):
            self._want(known, GONE, address)

    def _changed(self, known: Known, served: Served, address: str) -> None:
        self.plan.say(
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
                self.plan.say(
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

    def _withdraw(self) -> None:
        """Withdraw what is to be, address by address, unless that looks like a slip."""
        for address in sorted({*self._withdrawals, *self._states}):
            wanted = self._withdrawals.get(address, [])
            reason = self._lists.slip(address)
            if not reason:
                self.plan.statuses += wanted
            elif self._options.allow_withdraw_all:
                self.plan.statuses += wanted
                self.plan.say(address, Level.NOTE, "empty-list", reason)
            elif wanted:
                count = counted_of(len(wanted), "version")
                self.plan.say(
                    address,
                    Level.ERROR,
                    "empty-list",
                    f"{reason}, so that all that came from there would be withdrawn ({count})",
                    "Nothing of it was. If that is what you want, say so with --allow-withdraw-all.",
                )
            elif self._lists.lists_nothing(address):
                self.plan.say(address, Level.ERROR, "empty-list", reason, "List a name, or * for all.")

    def _take_in(self) -> None:
        """Judge what comes back, and what is new in the order in which it was published."""
        for new in self.plan.withdrawn:
            self._registry.index.set_deleted(new.known.name, new.known.version, is_deleted=True)
        self.plan.statuses = [new for new in self.plan.statuses if self._admission.may_be(new)]
        self._candidates.sort(key=lambda one: (one[1].entry.published_at, one[0]))
        for key, served, source in self._candidates:
            if served.entry.status.status is not Status.DELETED:
                self._admission.admit(key, served, source)

    def _adopt(self) -> None:
        """Hand over to sync what an import has taken in: what a source serves with the same bytes."""
        for known in self._registry.known.values():
            address, is_read = self._lists.place_of(str(known.name))
            if known.is_noted or address is None or not is_read:
                continue
            served = self._states[address].entry(known.key)
            if (
                served is None
                or served.digest != known.digest
                or not self._lists.covers(known.key, address)
            ):
                continue
            known.source = address
            if known.status is not None and not known.is_status_noted:
                known.status = known.status.model_copy(update={"by": "sync"})
            self.plan.adoptions.append(Adoption(known, served, address))
