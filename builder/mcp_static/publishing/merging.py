"""The merge: one commit of our own on main as it is, moved to only if main is still that.

The commit has one parent, main; its tree is main's with the checked records and an `accepted.json`
for each; its message is ours. Nothing else of a proposal reaches main: not its commits, their
messages and dates, nor any other file. What is merged is what a check has handed over, held once
more against the paths and blob ids of the head, and against main as it is now.

A merge is done when main holds the bytes with an `accepted.json` that names this head and pull
request. Everything before can be repeated, and everything after is repeated until it is done.
"""

import time
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from mcp_static.check.accepted import ACCEPTED_FILES, accepted_bytes
from mcp_static.check.moderation import frozen_findings
from mcp_static.forges.forge import Account
from mcp_static.forges.registry_forge import Pull, RegistryForge
from mcp_static.git.diffing import read_change
from mcp_static.git.repository import read_settings, require_whole_history
from mcp_static.model.errors import InputError
from mcp_static.model.layout import record_path
from mcp_static.model.names import parse_name
from mcp_static.model.times import SECONDS_A_DAY, format_time
from mcp_static.proofs.memory import GitMemories, Proven, identity_files
from mcp_static.publishing.checking import PullJob, check_pull, fetch_pull, handover_of
from mcp_static.publishing.handover import HandedRecord, Handover
from mcp_static.publishing.mirrored import create_dated_commits, mirrored_times
from mcp_static.publishing.proposing import shown_version
from mcp_static.publishing.published import published_in
from mcp_static.publishing.recheck import Refused, judged_files
from mcp_static.publishing.reporting import held_since, holds_mark, post_report
from mcp_static.publishing.requester import Proposal, answerable
from mcp_static.publishing.sweeping import PASSAGES
from mcp_static.publishing.words import Words, words_about
from mcp_static.reports.findings import Finding, Level
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.pull_request import is_publish
from mcp_static.settings import Settings

PUBLISHED: Final = "published"
"""The label of a pull request that was published."""

_ATTEMPTS: Final = 5


class MergeOutcome(StrEnum):
    """How a merge ended."""

    MERGED = "merged"
    MERGED_BEFORE = "merged before"
    CLOSED = "closed"
    DRAFT = "a draft"
    ELSEWHERE = "for another branch"
    MOVED = "moved on"
    NOT_A_PUBLISH = "not a publish"
    APPROVED = "approved"
    NOT_AUTOMATIC = "left to people"
    NOT_GREEN = "not green"
    FROZEN = "publishing is closed"
    CHECKED_AGAIN = "checked again"


@dataclass(frozen=True, slots=True)
class MergeResult:
    """How it ended, the message, and the exit code."""

    outcome: MergeOutcome
    message: str
    exit_code: int = 0


def merge(job: PullJob, handover: Handover | None = None) -> MergeResult:
    """Merge the pull request of an event, if its check is green and the settings or people say so.

    With the `handover` of a check, nothing that the pull request contains is parsed. Without, the
    check runs here, and its report is posted.
    """
    require_whole_history(job.clone)  # what becomes part of main has to be seen whole
    for _ in range(_ATTEMPTS):
        result = _attempt(job, handover)
        if result is not None:
            return result
    message = f"{job.registry.default_branch} moved at each of {_ATTEMPTS} attempts"
    return _checked_again(job.registry, job.registry.pull(job.number), message)


def _attempt(job: PullJob, handover: Handover | None) -> MergeResult | None:
    """One attempt, from the pull request to the deploy; None when main has moved meanwhile."""
    registry = job.registry
    branch = registry.default_branch
    pull = registry.pull(job.number)
    main = registry.head_of(branch)
    if main is None:
        raise InputError(f"{registry.full_name} has no branch {branch}.", "Nothing was merged.")
    wanted = {job.event.head, handover.head if handover else None} - {None}
    if wanted - {pull.head} or (handover and handover.pull_request != pull.number):
        message = f"The head of {pull.reference} is another by now; its own check decides about it."
        return MergeResult(MergeOutcome.MOVED, message)
    fetch_pull(job, pull, main)
    done = published_in(job.clone, main, pull.head, pull.number)
    if done is not None:
        message = f"{pull.reference} is published already, as {done}."
        return _finished(registry, pull, done, MergeResult(MergeOutcome.MERGED_BEFORE, message))
    registry.withdraw(_passage(pull.number))  # a commit that was left there opens the button
    refused = _unless_mergeable(pull, branch)
    if refused is not None:
        return refused
    checked = handover
    if checked is None:
        checked = handover_of(check_pull(job, pull, main))
        post_report(registry, checked)
    words = words_about(registry, pull, holds_mark(checked))
    refused = _unless_green(job, main, pull, checked, words)
    if refused is not None:
        return refused
    asking = answerable(Proposal(pull, registry, job.clone))
    files = judged_files(job, pull, main, checked, asking.id)
    if isinstance(files, Refused) and main == checked.base:
        message = f"What was handed over does not hold: {files.reason}."
        return MergeResult(MergeOutcome.NOT_GREEN, message, 1)
    if isinstance(files, Refused):
        return _checked_again(registry, pull, files.reason)
    approver = words.approvers[0] if checked.level is Level.HELD else None
    commit = _commit(job, pull, main, checked, files, asking, approver)
    if not registry.land(main, commit, _passage(pull.number)):
        return None
    message = f"{pull.reference} is published as {commit}."
    return _finished(registry, pull, commit, MergeResult(MergeOutcome.MERGED, message))


def _checked_again(registry: RegistryForge, pull: Pull, reason: str) -> MergeResult:
    """Have a head checked once more, against main as it is by now."""
    registry.start_check(pull)
    return MergeResult(MergeOutcome.CHECKED_AGAIN, f"{reason}; the check runs again.")


def _passage(number: int) -> str:
    """The branch on which a merge commit gets its status, before main moves to it."""
    return f"{PASSAGES}merge-{number}"


def _finished(registry: RegistryForge, pull: Pull, commit: str, result: MergeResult) -> MergeResult:
    """All that follows a merge, each of which may be repeated; then the deploy is started.

    If it cannot be started, the merge still holds, and the result says so.
    """
    registry.add_label(pull.number, PUBLISHED)
    if pull.state == "open":
        registry.close_pull(pull.number)
    registry.remove_branch(_passage(pull.number))
    try:
        registry.start_deploy()
    except InputError as error:
        result = replace(
            result, message=f"{result.message} But no deploy begins: {error}.", exit_code=1
        )
    # Last, as a pull request that strangers have filled with comments takes no more of them.
    registry.comments.post(pull.number, "merge", f"🎉 Published as {commit}; the next deploy shows it.")
    return result


def _unless_mergeable(pull: Pull, branch: str) -> MergeResult | None:
    """The result for a pull request that nothing has to be checked of."""
    if pull.base_branch != branch:
        message = f"{pull.reference} is for {pull.base_branch}, not for {branch}; nothing was merged."
        return MergeResult(MergeOutcome.ELSEWHERE, message)
    if pull.state != "open":
        return MergeResult(MergeOutcome.CLOSED, f"{pull.reference} was closed; nothing was merged.")
    if pull.is_draft:
        message = f"{pull.reference} is a draft: it is merged once its author marks it as ready."
        return MergeResult(MergeOutcome.DRAFT, message)
    return None


def _unless_green(
    job: PullJob, main: str, pull: Pull, checked: Handover, words: Words
) -> MergeResult | None:
    """The result for a check after which nothing is merged."""
    if not checked.is_publish:
        if is_publish(read_change(job.clone, main, pull.head)):
            message = "What was handed over does not hold: the head changes records."
            return MergeResult(MergeOutcome.NOT_GREEN, message, 1)
        return _not_a_publish(job.registry, pull, checked, words.approvers)
    settings = read_settings(job.clone, main)
    for finding in frozen_findings(settings):  # whatever the check found when it was open
        return MergeResult(MergeOutcome.FROZEN, f"Nothing was merged: {finding.message}.", 1)
    is_held = checked.level is Level.HELD and not words.approvers
    if is_held or checked.level not in {Level.PASSED, Level.HELD}:
        return MergeResult(MergeOutcome.NOT_GREEN, checked.summary, checked.report.report().exit_code)
    if checked.is_waiting and (waiting := _waiting(job.registry, pull, settings)):
        return MergeResult(MergeOutcome.NOT_GREEN, waiting)
    if not settings.merge.automatic and not words.mergers:
        word = f"{job.registry.command_sign}merge"
        message = f"The check is green; a maintainer merges it with {word} {pull.head}."
        return MergeResult(MergeOutcome.NOT_AUTOMATIC, message)
    return None


def _waiting(registry: RegistryForge, pull: Pull, settings: Settings) -> str:
    """The message for a head that has been shown as held for less than the days of waiting."""
    since = held_since(registry, pull.number, pull.head)
    if since is None:
        again = f"{registry.command_sign}check"
        return f"It is approved, but was never shown to wait: comment `{again}` to have it shown."
    until = since + settings.continuity.wait_days * SECONDS_A_DAY
    return f"It is approved, and waits until {format_time(until)}." if until > time.time() else ""


def _not_a_publish(
    registry: RegistryForge, pull: Pull, checked: Handover, approvers: tuple[Account, ...]
) -> MergeResult:
    """Let other changes past a protected main, once somebody who may write has approved this head."""
    if not approvers:
        return MergeResult(MergeOutcome.NOT_A_PUBLISH, checked.summary)
    description = f"Not a publish; approved by {approvers[0].login}."
    registry.let_in(pull.head, description)
    message = f"{pull.head} may be merged: {approvers[0].login} approved it."
    return MergeResult(MergeOutcome.APPROVED, message)


def _commit(
    job: PullJob,
    pull: Pull,
    main: str,
    checked: Handover,
    files: dict[str, bytes],
    asking: Account,
    approver: Account | None,
) -> str:
    """The commit that a merge moves main to; no branch has it yet.

    What an operator had to approve is noted with the name of who did.
    """
    now = int(time.time())
    requester = asking if checked.requester else None
    written = dict(files)
    for record in checked.records:
        approved = {"approvedBy": f"{approver.login} ({approver.id})"} if approver else {}
        proof = Finding(record.proof, Level.PASSED, "", facts={**record.facts, **approved})
        path = record_path(parse_name(record.name), record.version, ACCEPTED_FILES[record.is_publish])
        written[path] = accepted_bytes(
            proof,
            requester,
            pull.head,
            pull.number,
            now,
            record.remotes,
            record.packages,
            asking,
        )
    too_large = [path for path, content in written.items() if len(content) > MAX_FILE_BYTES]
    if too_large:
        raise InputError(f"{too_large[0]} is too large to be merged.", "Nothing was merged.")
    proven = [Proven(parse_name(one.name), one.proof, one.facts, now) for one in checked.records]
    memories = GitMemories(job.clone, main)
    written |= identity_files(memories.written, proven, memories.of)
    message = _message(checked.records, pull.reference)
    mirrored = mirrored_times(checked.records)
    if not mirrored:
        return job.registry.create_commit(main, written, message)
    identity = read_settings(job.clone, main).merge.identity
    return create_dated_commits(job.registry, main, written, message, mirrored, identity)


def _message(records: tuple[HandedRecord, ...], reference: str) -> str:
    lines = [
        f"{'Publish' if record.is_publish else 'Set the status of'} {record.name} "
        f"{shown_version(record.version)} "
        f"({record.proof})"
        for record in records
    ]
    title = lines[0] if len(lines) == 1 else f"Take in {len(lines)} changes of records"
    body = "" if len(lines) == 1 else "\n" + "".join(f"- {line}\n" for line in lines)
    return f"{title} ({reference})\n{body}"
