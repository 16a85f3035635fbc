"""What an operator's decisions say of a change: freezes, blocks, takedowns, limits, names too close."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from mcp_static.check.base_index import BaseIndex
from mcp_static.check.daily_use import DailyUse, Use, daily_use, is_strangers
from mcp_static.check.earlier_build import EarlierBuild
from mcp_static.check.similar_names import similar_names
from mcp_static.check.takedowns_over import Hidden, takedown_over
from mcp_static.git.blobs import sizes_of
from mcp_static.git.repository import Repository
from mcp_static.model.change import Change
from mcp_static.model.errors import ForbiddenError, UnansweredError
from mcp_static.model.forge_ids import ForgeId, recorded_account
from mcp_static.model.moderation import LimitSettings
from mcp_static.model.names import ServerName
from mcp_static.packages.hosts import hosts_of
from mcp_static.proofs.claims import Claim, ProofContext, Publication
from mcp_static.proofs.results import unknown
from mcp_static.proofs.source import linked_repository
from mcp_static.reports.findings import Finding, Level
from mcp_static.reports.printing import counted_of
from mcp_static.settings import Settings

FROZEN: Final = "publishing-open"
BLOCKED: Final = "not-blocked"
TAKEN_DOWN: Final = "not-taken-down"
SIZE: Final = "pull-request-size"
LIMIT: Final = "daily-limit"
SIMILAR: Final = "name-similar"

_ASK: Final = "Write to the registry's operator if you think that this is a mistake."
_WAIT: Final = "Come back tomorrow, or ask the operator, who may approve this head."
_APPROVE: Final = "An operator who finds nothing wrong with it may approve this head."
_NAMED: Final = 5
_COUNTED: Final = frozenset({"server.json", "status.json"})
"""The files of a change that count as one record each."""


class Moderation:
    """The decisions of the operator as a base commit has them, applied to one change."""

    def __init__(
        self,
        repository: Repository,
        change: Change,
        context: ProofContext,
        index: BaseIndex,
        earlier: EarlierBuild,
    ) -> None:
        self._repository: Final = repository
        self._index: Final = index
        self._earlier: Final = earlier
        self._change: Final = change
        self._context: Final = context
        self._settings: Final = context.settings
        self._counted: Final[Counter[str]] = Counter()

    def change_findings(self) -> list[Finding]:
        """What keeps the change out as a whole, and what an operator has to look at."""
        found = list(frozen_findings(self._settings))
        sizes = self._sizes
        if sum(sizes.values()) > self._settings.limits.pull_request_bytes:
            found.append(self._too_large(sum(sizes.values())))
        try:
            asking = self._context.asking
        except UnansweredError as error:
            # Whoever it is may be blocked.
            return [*found, unknown(BLOCKED, f"who asks could not be found out: {error}")]
        if asking is None:
            return found
        if str(asking.id) in self._settings.blocked.accounts:
            message = f"{asking.login} ({asking.id}) may not publish here"
            found.append(Finding(BLOCKED, Level.ERROR, message, _ASK))
        records = sum(path.rpartition("/")[2] in _COUNTED for path in sizes)
        used = self._use.by_account.get(asking.id, Use())
        size = sum(sizes.values())
        found += limit_findings(asking.login, used, records, size, self._settings.limits)
        return found

    def record_findings(
        self, name: ServerName, version: str, document: Mapping[str, Any], *, is_publish: bool
    ) -> list[Finding]:
        """What keeps out a record, or the status of one, whoever brings it."""
        found = []
        hidden = takedown_over(
            self._repository, self._change.base, name, version, int(self._context.now)
        )
        if hidden is not None:
            found.append(_taken_down(hidden))
        pattern = self._settings.blocked.pattern_over(name.namespace.text)
        if pattern is not None:
            message = f"{name.namespace} may not publish here ({pattern} is blocked)"
            found.append(Finding(BLOCKED, Level.ERROR, message, _ASK))
        if is_publish:
            found += self._blocked_hosts(document)
            found += self._similar(name)
        return found

    def proven_findings(self, claim: Claim, proven: Finding) -> list[Finding]:
        """What keeps out a record because of what proves it."""
        found = list(self._blocked_sources(claim, proven))
        return found + self._namespace_limit(claim, recorded_account(proven.facts.get("id")))

    @cached_property
    def _sizes(self) -> dict[str, int]:
        """The size of each file that the change adds or edits."""
        blobs = {path.path: path.after.id for path in self._change.paths if path.after is not None}
        return dict(zip(blobs, sizes_of(self._repository, blobs.values()), strict=True))

    @cached_property
    def _use(self) -> DailyUse:
        merger = self._settings.merge.identity
        return daily_use(self._repository, self._change.base, int(self._context.now), merger)

    def _too_large(self, size: int) -> Finding:
        limit = self._settings.limits.pull_request_bytes
        message = f"the files that it brings have {size:,} bytes; {limit:,} are allowed"
        return Finding(SIZE, Level.ERROR, message, "Split it into several pull requests.")

    def _blocked_hosts(self, document: Mapping[str, Any]) -> Iterator[Finding]:
        if not self._settings.blocked.hosts:
            return
        for host in sorted(hosts_of(dict(document))):
            blocked = self._settings.blocked.host_over(host)
            if blocked is not None:
                message = f"leads to {host}, which is blocked here ({blocked})"
                yield Finding(BLOCKED, Level.ERROR, message, _ASK)

    def _similar(self, name: ServerName) -> Iterator[Finding]:
        limits = self._settings.limits
        if limits.similar_names == "ignore" or self._index.has_server(name):
            return
        base, known = self._change.base, self._earlier.namespaces
        found = similar_names(self._repository, base, name, limits.similar_edits, known)
        if found:
            level = Level.HELD if limits.similar_names == "hold" else Level.NOTE
            more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
            message = f"is easily taken for {', '.join(found[:_NAMED])}{more}"
            yield Finding(SIMILAR, level, message, _APPROVE, "name")

    def _blocked_sources(self, claim: Claim, proven: Finding) -> Iterator[Finding]:
        blocked = self._settings.blocked
        facts = {str(value) for value in proven.facts.values()}
        for kind, listed in (
            ("the account", blocked.accounts),
            ("the repository", blocked.repositories),
            ("the key", blocked.keys),
        ):
            for one in listed:
                if one in facts:
                    message = f"{kind} {one} may not publish here"
                    yield Finding(BLOCKED, Level.ERROR, message, _ASK)
        if blocked.repositories:
            yield from self._blocked_repository(claim, facts)

    def _blocked_repository(self, claim: Claim, known: Iterable[str]) -> Iterator[Finding]:
        """The repository that the record names, if its id is blocked, whatever proves the publish."""
        for forge in (one.forge for one in self._context.forges):
            path = linked_repository(claim.document, forge.site)
            if path is None:
                continue
            try:
                repository = forge.repository_at(path)
            except (UnansweredError, ForbiddenError) as error:
                yield unknown(BLOCKED, f"{path} could not be looked up: {error}")
                continue
            if repository is None:
                message = (
                    f"{path} is not shown to the registry, so it may be a repository that is blocked"
                )
                yield Finding(BLOCKED, Level.HELD, message, _APPROVE)
                continue
            number = str(repository.id)
            if number in self._settings.blocked.repositories and number not in known:
                message = f"the repository {path} ({number}) may not publish here"
                yield Finding(BLOCKED, Level.ERROR, message, _ASK)

    def _namespace_limit(self, claim: Claim, owner: ForgeId | None) -> list[Finding]:
        try:
            asking = self._context.asking
        except UnansweredError:
            asking = None  # the change as a whole says so already
        if is_strangers(asking.id if asking else None, owner):
            return []
        namespace = claim.name.namespace
        signature = claim.signature if isinstance(claim, Publication) else None
        self._counted[namespace.folded] += 1
        self._counted[f"{namespace.folded} bytes"] += len(claim.content) + len(signature or b"")
        return limit_findings(
            str(namespace),
            self._use.by_namespace.get(namespace.folded, Use()),
            self._counted[namespace.folded],
            self._counted[f"{namespace.folded} bytes"],
            self._settings.limits,
        )


def frozen_findings(settings: Settings) -> Iterator[Finding]:
    """What a freeze says to whoever wants to publish; nothing where there is none."""
    if settings.merge.frozen:
        reason = settings.merge.frozen_reason
        message = f"publishing is closed for now{f': {reason}' if reason else ''}"
        yield Finding(FROZEN, Level.ERROR, message, "Have it checked again here once it is open.")


def _taken_down(hidden: Hidden) -> Finding:
    place, takedown = hidden
    subject = "/".join(filter(None, (place.namespace.text, place.server)))
    if place.version:
        subject = f"{subject} {place.version}"
    message = f"{subject} was taken down by this registry: {takedown.reason}"
    if takedown.policy:
        message = f"{message} ({takedown.policy})"
    fix = f"This ends by itself on {takedown.until}. {_ASK}" if takedown.until else _ASK
    return Finding(TAKEN_DOWN, Level.ERROR, message, fix)


def limit_findings(
    who: str, used: Use, publishes: int, size: int, limits: LimitSettings
) -> list[Finding]:
    """The limits of a day that some publishes of somebody would go past, with those from before."""
    found = []
    total = used.publishes + publishes
    if total > limits.publishes_a_day:
        versions = counted_of(total, "version")
        message = f"{who} would have published, or set the status of, {versions} within a day; "
        message += f"{limits.publishes_a_day:,} are allowed"
        found.append(Finding(LIMIT, Level.HELD, message, _WAIT))
    if used.size + size > limits.bytes_a_day:
        message = f"{who} would have published {used.size + size:,} bytes within a day; "
        message += f"{limits.bytes_a_day:,} are allowed"
        found.append(Finding(LIMIT, Level.HELD, message, _WAIT))
    return found
