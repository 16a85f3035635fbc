"""Whether a version that a list approves may come in, or come back. Pure.

The rules decide, and the operator's word: takedowns, blocks, a freeze, digests.
"""

from typing import Final

from mcp_static.importing.records import judged, record_bytes
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import parse_name
from mcp_static.model.remotes import claimed_addresses
from mcp_static.packages.hosts import hosts_of
from mcp_static.reports.findings import Finding, Level
from mcp_static.rules.remotes_in_registry import REMOTE_UNIQUE
from mcp_static.settings import Settings
from mcp_static.settings.sources import Source
from mcp_static.syncing.approving import Lists
from mcp_static.syncing.plan import Incoming, NewStatus, Plan, PlanOptions
from mcp_static.syncing.reading import Served
from mcp_static.syncing.registry_state import Key, RegistryState

LONGEST_NOTE: Final = 32_768
"""Characters of all addresses of a record, which its note repeats."""


class Admission:
    """The judge of one plan; the registry's index grows by what it lets in."""

    def __init__(
        self,
        settings: Settings,
        lists: Lists,
        registry: RegistryState,
        options: PlanOptions,
        plan: Plan,
    ) -> None:
        self._settings: Final = settings
        self._lists: Final = lists
        self._registry: Final = registry
        self._options: Final = options
        self._plan: Final = plan

    def may_be(self, new: NewStatus) -> bool:
        """Whether a version may have a status; one that comes back must lead where no others do."""
        known, index = new.known, self._registry.index
        if new.status.status is Status.DELETED or not known.is_deleted:
            return True
        source = self._lists.approving(known.key, new.source)
        taken = index.taken_addresses(known.name, known.version)
        if taken and not (source is not None and source.lenient):
            names = ", ".join(sorted({claim.name for claim in taken}))
            message = f"stays deleted, as {names} has taken an address of it since"
            self._plan.say(new.source, Level.WARNING, REMOTE_UNIQUE, message, "", " ".join(known.key))
            return False
        index.set_deleted(known.name, known.version, is_deleted=False)
        return True

    def admit(self, key: Key, served: Served, source: Source) -> None:
        """Take a new version into the plan, or note what keeps it out."""
        problem = self._problem(key, served, source)
        if problem is not None:
            self._plan.findings[source.address].append(problem)
        else:
            self._judge(key, served, source)

    def _problem(self, key: Key, served: Served, source: Source) -> Finding | None:
        """What keeps a version out whatever the rules say."""
        name, title = parse_name(key[0]), " ".join(key)

        def left_out(kind: str, message: str) -> Finding:
            return Finding(kind, Level.NOTE, message, "", title)

        pin = self._lists.pin_of(key, source.address)
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
        if sum(map(len, claimed_addresses(served.entry.server))) > LONGEST_NOTE:
            return left_out("remotes", "leads to addresses that are too long, all in all")
        return None

    def _judge(self, key: Key, served: Served, source: Source) -> None:
        name, content = parse_name(key[0]), record_bytes(served.entry.server)
        place = (name, key[1])
        breaches = judged(place, content, self._registry.index, lenient=source.lenient).breaches
        if breaches:
            message = "; ".join(breach.sentence for breach in breaches)
            fix = "" if source.lenient else "`lenient = true` takes what breaks publish rules."
            self._plan.say(source.address, Level.WARNING, breaches[0].id, message, fix, " ".join(key))
            return
        by = self._options.approvals.get((key, served.digest), "")
        incoming = Incoming(name, key[1], served, source, content, by)
        if source.approve == "review" and not by:
            self._plan.proposed.append(incoming)
            return
        self._registry.index.add(name, key[1], served.entry.server)
        self._plan.incoming.append(incoming)
        for altered in served.alterations:
            message = f"{altered.path} {altered.message}"
            self._plan.say(source.address, Level.NOTE, altered.kind, message, "", " ".join(key))
