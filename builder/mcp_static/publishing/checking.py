"""Checking a pull request of the forge: its commits fetched, its requester confirmed."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from mcp_static.check.checking import check_change
from mcp_static.check.report import CheckReport
from mcp_static.forges.event import Event
from mcp_static.forges.forge import Account
from mcp_static.forges.registry_forge import ProofClients, Pull, RegistryForge
from mcp_static.git.diffing import read_change
from mcp_static.git.remotes import fetch_commits, require_commit
from mcp_static.git.repository import Repository, has_commit, read_settings
from mcp_static.model.errors import ForbiddenError, InputError, UnansweredError
from mcp_static.proofs.context import proof_context
from mcp_static.publishing.handover import Handover
from mcp_static.publishing.reporting import held_since
from mcp_static.publishing.requester import Proposal, answerable, requester_of
from mcp_static.publishing.words import confirmers_of
from mcp_static.settings import Settings


@dataclass(frozen=True, slots=True)
class PullJob:
    """What it takes to check the pull request of an event, and to merge it.

    `clone` is any clone of the registry, `registry` its repository on its forge, `clients` what proofs
    ask with, and `built` the output of an earlier build, if there is one.
    """

    event: Event
    number: int
    clone: Repository
    registry: RegistryForge
    clients: ProofClients
    built: Path | None


@dataclass(frozen=True, slots=True)
class CheckedPull:
    """A pull request with what its check found against a base, and what the check went by."""

    pull: Pull
    base: str
    settings: Settings
    requester: Account | None
    report: CheckReport


def pull_job(
    event: Event,
    clone: Repository,
    registry: RegistryForge,
    clients: ProofClients,
    built: Path | None = None,
) -> PullJob:
    """The job of an event; raises InputError for one that is about no pull request."""
    if event.number is None or not event.is_pull_request:
        raise InputError(
            "The event is about no pull request.", "Only events of pull requests can be checked."
        )
    return PullJob(event, event.number, clone, registry, clients, built)


def check_event(job: PullJob, base: str) -> CheckedPull:
    """Check the head that an event is about against a base; raises InputError once it has moved."""
    pull = job.registry.pull(job.number)
    if job.event.head not in {None, pull.head}:
        raise InputError(
            f"The head of {pull.reference} has moved since.", "Its new head has a check of its own."
        )
    fetch_pull(job, pull, base)
    return check_pull(job, pull, base)


def fetch_pull(job: PullJob, pull: Pull, base: str) -> None:
    """Bring the head and the base into the clone, as objects.

    Raises InputError when the head is another by now.
    """
    if not has_commit(job.clone, pull.head):
        _fetch(job, job.registry.pull_head(pull.number))
    require_commit(job.clone, pull.head, f"pull request {pull.number}")
    if not has_commit(job.clone, base):
        _fetch(job, base)


def _fetch(job: PullJob, reference: str) -> None:
    fetch_commits(job.clone, job.event.clone_url, [reference], job.registry.git_access)


def check_pull(job: PullJob, pull: Pull, base: str) -> CheckedPull:
    """Check a pull request against a base; both have been fetched.

    Where the forge does not tell who brought it or when, the rules are reported all the same.
    """
    settings = read_settings(job.clone, base)
    change = read_change(job.clone, base, pull.head)
    proposal = Proposal(pull, job.registry, job.clone)
    brought_by: Account | UnansweredError | None
    asking = None
    try:
        asking = answerable(proposal)
        brought_by = requester_of(proposal, change)
    except UnansweredError as error:
        brought_by = error  # the rules, and proofs that need no account, have something to say
    except ForbiddenError as error:
        brought_by = UnansweredError(error.message, error.fix)
    context = replace(
        proof_context(settings, job.clients, brought_by),
        answerable=asking,
        command_sign=job.registry.command_sign,
        confirmers=cache(lambda: confirmers_of(job.registry, pull)),
        arrival=cache(lambda: job.registry.arrival(pull)),
        held_since=cache(lambda: held_since(job.registry, pull.number, pull.head)),
    )
    report = check_change(job.clone, change, context, job.built)
    requester = brought_by if isinstance(brought_by, Account) else None
    return CheckedPull(pull, base, settings, requester, report)


def handover_of(checked: CheckedPull) -> Handover:
    """What a check hands to the report and the merge."""
    return Handover.of(checked.report, checked.pull.number, checked.requester)
