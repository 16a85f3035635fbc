"""One sync: sources read, a plan made, commits written, and a report of it all."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from mcp_static.check.takedowns_over import takedown_over
from mcp_static.git.commits import branch_exists
from mcp_static.git.repository import (
    Repository,
    has_commit,
    read_settings,
    resolve_commit,
    uncommitted_settings,
)
from mcp_static.git.trees import read_file
from mcp_static.git.writing import (
    NewCommit,
    committer_name,
    current_branch,
    lock_for_import,
    require_clean,
    write_branch,
    write_commits,
)
from mcp_static.model.errors import UsageError
from mcp_static.model.names import ServerName
from mcp_static.model.object_ids import is_object_id
from mcp_static.publishing.proposing import commit_message
from mcp_static.reports.findings import Finding, Level, Report, Section
from mcp_static.reports.printing import counted_of
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.registry_index import allowances
from mcp_static.settings import SETTINGS_FILE, Settings
from mcp_static.syncing.plan import Plan, PlanOptions
from mcp_static.syncing.planning import plan_sync
from mcp_static.syncing.reading import read_sources
from mcp_static.syncing.registry_state import Key, RegistryState, read_state
from mcp_static.syncing.reviews import MOST_REVIEWS, Review, approvals_of, reviews_of
from mcp_static.syncing.writing import commits_of

_NAMED: Final = 1_000
"""So many versions of one source a report names as done, which a workflow's summary has room for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOptions:
    """How to sync: `approve` has the full ids of reviewed heads, whose versions are taken in.

    `allow_withdraw_all` lets an empty list withdraw everything, `adopt` hands records that an import
    took in over to sync, and `dry_run` changes nothing.
    """

    dry_run: bool = False
    allow_withdraw_all: bool = False
    adopt: bool = False
    approve: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync did, or would do with `dry_run`; `before` and `after` are heads of the branch.

    `made` are the commits that lead from one to the other.
    """

    plan: Plan
    reviews: list[Review]
    report: Report
    settings: Settings
    before: str
    after: str
    made: tuple[NewCommit, ...] = ()

    @property
    def has_all_reviews(self) -> bool:
        """Whether every review that is due is among its reviews."""
        return self.plan.is_whole and len(self.reviews) < MOST_REVIEWS


@dataclass(slots=True)
class _Inputs:
    """What a plan is made from."""

    commit: str
    settings: Settings
    now: int
    registry: RegistryState
    approvals: dict[tuple[Key, str], str] = field(default_factory=dict)


def sync(
    repository: Repository, options: SyncOptions, told: Callable[[int], None] = lambda entries: None
) -> SyncResult:
    """Make the current branch what sources and lists say; running it again changes nothing.

    `told` hears how many more entries were read. A source that fails is in the report. Raises
    InputError for settings or a repository that cannot be used.
    """
    with lock_for_import(repository):
        current_branch(repository)
        if not options.dry_run:
            require_clean(repository)
        inputs = _inputs(repository, options)
        plan = _plan(repository, inputs, options, told)
        reviews = reviews_of(plan.proposed, inputs.registry)
        made = tuple(commits_of(plan, inputs.now))
        if not options.dry_run:
            write_commits(repository, made, inputs.settings.merge.identity)
        after = resolve_commit(repository, "HEAD")
    report = _report(inputs.settings, plan, reviews, uncommitted_settings(repository))
    return SyncResult(plan, reviews, report, inputs.settings, inputs.commit, after, made)


def _inputs(repository: Repository, options: SyncOptions) -> _Inputs:
    commit = resolve_commit(repository, "HEAD")
    settings = read_settings(repository, commit)
    registry = read_state(repository, commit, replace(allowances(settings), package_registries=None))
    inputs = _Inputs(commit, settings, int(time.time()), registry)
    for head in options.approve:
        if not is_object_id(head) or not has_commit(repository, head):
            raise UsageError(
                f"{head} is not the full id of a commit that is here.",
                "`mcp-static sync` prints the id of each branch that waits for a review.",
            )
        inputs.approvals |= approvals_of(repository, commit, head, committer_name(repository))
    return inputs


def _plan(
    repository: Repository, inputs: _Inputs, options: SyncOptions, told: Callable[[int], None]
) -> Plan:
    folder = Path(repository.working_tree_dir or repository.git_dir)
    states = read_sources(inputs.settings.sources, folder, inputs.now, told, inputs.settings.network)

    def is_hidden(name: ServerName, version: str) -> bool:
        return takedown_over(repository, inputs.commit, name, version, inputs.now) is not None

    planned = PlanOptions(
        allow_withdraw_all=options.allow_withdraw_all,
        adopt=options.adopt,
        approvals=inputs.approvals,
        is_hidden=is_hidden if inputs.registry.has_takedowns else PlanOptions().is_hidden,
    )
    return plan_sync(inputs.settings, states, inputs.registry, planned)


def _report(
    settings: Settings, plan: Plan, reviews: list[Review], uncommitted: tuple[str, ...]
) -> Report:
    """What was done and found, address by address."""
    addresses = dict.fromkeys([*(one.address for one in settings.sources), *sorted(plan.findings)])
    sections = [
        Section(address, SETTINGS_FILE, tuple(_findings(address, plan, reviews)))
        for address in addresses
    ]
    notes = [] if settings.sources else [f"{SETTINGS_FILE} has no [[sources]]."]
    notes += [
        f"{path} has changes that are not committed; only what is committed counts."
        for path in uncommitted
    ]
    return Report(tuple(sections), summary_of(plan, reviews), tuple(notes))


def _findings(address: str, plan: Plan, reviews: list[Review]) -> list[Finding]:
    done = [
        Finding("taken-in", Level.PASSED, "is taken in", path=incoming.title)
        for incoming in plan.incoming
        if incoming.source.address == address
    ]
    done += [
        Finding("adopted", Level.PASSED, "is sync's from now on", path=" ".join(one.known.key))
        for one in plan.adoptions
        if one.source == address
    ]
    for new in plan.statuses:
        if new.source == address:
            message = f"is {new.status.status} now"
            if new.status.status_message:
                message = f"{message}: {new.status.status_message}"
            done.append(Finding("status", Level.PASSED, message, path=" ".join(new.known.key)))
    done += [
        Finding(
            "review",
            Level.NOTE,
            "waits for a review",
            f"Its branch is {review.branch}.",
            path=incoming.title,
        )
        for review in reviews
        for incoming in review.incoming
        if incoming.source.address == address
    ]
    if len(done) > _NAMED:
        more = f"and {len(done) - _NAMED:,} more"
        done = [*done[:_NAMED], Finding("more", Level.NOTE, more)]
    return done + plan.findings.get(address, [])


def summary_of(plan: Plan, reviews: list[Review]) -> str:
    """A sync in one sentence."""
    others = len(plan.statuses) - len(plan.withdrawn)
    waiting = sum(len(review.incoming) for review in reviews)
    parts = [
        f"{counted_of(len(plan.incoming), 'version')} taken in",
        f"{len(plan.withdrawn):,} withdrawn",
        f"{counted_of(others, 'other change')} of status",
    ]
    if plan.adoptions:
        parts.append(f"{len(plan.adoptions):,} adopted")
    if waiting:
        parts.append(f"{waiting:,} waiting for a review")
    return f"{', '.join(parts)}."


def write_reviews(repository: Repository, result: SyncResult) -> dict[str, str]:
    """A branch for each review, on the newest commit; gives the heads by branch.

    A branch that has these very files already stays as it is, so that its head can be approved.
    """
    heads = {}
    for review in result.reviews:
        reference = f"refs/heads/{review.branch}"
        if branch_exists(repository, reference):
            head = resolve_commit(repository, reference)
            if _has_files(repository, head, review):
                heads[review.branch] = head
                continue
        commit = NewCommit(int(time.time()), commit_message(review.title), review.files)
        heads[review.branch] = write_branch(
            repository, review.branch, result.after, commit, result.settings.merge.identity
        )
    return heads


def _has_files(repository: Repository, head: str, review: Review) -> bool:
    return all(
        read_file(repository, head, path, MAX_FILE_BYTES) == content
        for path, content in review.files.items()
    )
