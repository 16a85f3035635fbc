"""The merge: one commit of our own on the main that was checked, moved to only if main is still that.

It has main as its first parent and the checked head as its second; its tree is main's with the
accepted records and an `accepted.json` for each. If Git refuses the move, main went on: the check
runs again against the new one. Nothing but that move changes anything that anybody sees, so being
killed between any two steps, or run twice, does no harm.
"""

import time
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from mcp_static.check.accepted import accepted_bytes
from mcp_static.forges.github.repository import GitHubRepository, Pull
from mcp_static.git.commits import is_ancestor
from mcp_static.git.repository import require_whole_history
from mcp_static.model.errors import InputError, ServiceError
from mcp_static.model.layout import record_path
from mcp_static.publishing.checking import CheckedPull, PullJob, check_pull, fetch_pull
from mcp_static.reports.markdown import report_markdown
from mcp_static.rules.file import MAX_FILE_BYTES

DEPLOY: Final = "deploy.yml"
_ATTEMPTS: Final = 5


class MergeOutcome(StrEnum):
    """How a merge ended."""

    MERGED = "merged"
    MERGED_BEFORE = "merged before"
    CLOSED = "closed"
    ELSEWHERE = "for another branch"
    MOVED = "moved on"
    NOT_AUTOMATIC = "left to people"
    NOT_GREEN = "not green"


@dataclass(frozen=True, slots=True)
class MergeResult:
    """How it ended, the sentence that says it, and the exit code that it means."""

    outcome: MergeOutcome
    message: str
    exit_code: int = 0


def merge(job: PullJob) -> MergeResult:
    """Check the pull request of an event against main as it is now, and merge it if all is well."""
    require_whole_history(job.clone)  # what becomes part of main has to be seen whole
    for _ in range(_ATTEMPTS):
        result = _attempt(job)
        if result is not None:
            return result
    raise ServiceError(
        f"{job.registry.default_branch} moved at each of {_ATTEMPTS} attempts.", "Run the merge again."
    )


def _attempt(job: PullJob) -> MergeResult | None:
    """One attempt, from the pull request to the deploy; None when main has moved meanwhile."""
    registry = job.registry
    branch = registry.default_branch
    pull = registry.pull(job.number)
    main = registry.head_of(branch)
    if main is None:
        raise InputError(f"{registry.full_name} has no branch {branch}.", "Nothing was merged.")
    if job.event.head not in {None, pull.head}:
        message = f"The head of #{pull.number} is another by now; its own check decides about it."
        return MergeResult(MergeOutcome.MOVED, message)
    fetch_pull(job, pull, main)
    if is_ancestor(job.clone, pull.head, main):
        message = f"#{pull.number} is merged already."
        return _deployed(registry, MergeResult(MergeOutcome.MERGED_BEFORE, message))
    refused = _unless_mergeable(pull, branch)
    if refused is not None:
        return refused
    checked = check_pull(job, pull, main)
    if checked.report.is_publish:
        report = checked.report
        registry.post_comment(pull.number, "check", report_markdown(report, report.footer))
    refused = _unless_green(checked)
    if refused is not None:
        return refused
    commit = _merge_commit(registry, checked)
    if not registry.move_branch(branch, commit):
        return None
    message = f"#{pull.number} is merged as {commit}."
    result = _deployed(registry, MergeResult(MergeOutcome.MERGED, message))
    registry.post_comment(pull.number, "merge", f"🎉 Merged as {commit}; the next deploy publishes it.")
    return result


def _deployed(registry: GitHubRepository, result: MergeResult) -> MergeResult:
    """Start the deploy; if that cannot be, the merge stands all the same, and the result says so."""
    try:
        registry.dispatch(DEPLOY, registry.default_branch, {})
    except InputError as error:
        return replace(result, message=f"{result.message} But no deploy begins: {error}.", exit_code=1)
    return result


def _unless_mergeable(pull: Pull, branch: str) -> MergeResult | None:
    """The result for a pull request that nothing has to be checked of."""
    if pull.base_branch != branch:
        message = f"#{pull.number} is for {pull.base_branch}, not for {branch}; nothing was merged."
        return MergeResult(MergeOutcome.ELSEWHERE, message)
    if pull.state != "open":
        return MergeResult(MergeOutcome.CLOSED, f"#{pull.number} was closed; nothing was merged.")
    return None


def _unless_green(checked: CheckedPull) -> MergeResult | None:
    """The result for a check after which nothing is merged."""
    report = checked.report
    if not report.is_publish:
        return MergeResult(MergeOutcome.NOT_GREEN, report.summary)
    if not report.is_green:
        return MergeResult(MergeOutcome.NOT_GREEN, report.summary, report.exit_code)
    if not checked.settings.merge.automatic:
        message = "The check is green; registry.toml leaves merging to people."
        return MergeResult(MergeOutcome.NOT_AUTOMATIC, message)
    return None


def _merge_commit(registry: GitHubRepository, checked: CheckedPull) -> str:
    """The commit that a merge moves main to."""
    now = int(time.time())
    pull = checked.pull
    files: dict[str, bytes] = {}
    lines = []
    for accepted in checked.report.accepted:
        files |= accepted.files
        if accepted.is_publish:
            path = record_path(accepted.name, accepted.version, "accepted.json")
            files[path] = accepted_bytes(accepted.proof, checked.requester, pull.head, pull.number, now)
        what = "Publish" if accepted.is_publish else "Set the status of"
        lines.append(f"{what} {accepted.name} {accepted.version} ({accepted.proof.id})")
    too_large = [path for path, content in files.items() if len(content) > MAX_FILE_BYTES]
    if too_large:
        raise InputError(f"{too_large[0]} is too large to be merged.", "Nothing was merged.")
    title = lines[0] if len(lines) == 1 else f"Take in {len(lines)} changes of records"
    body = "" if len(lines) == 1 else "\n" + "".join(f"- {line}\n" for line in lines)
    message = f"{title} (#{pull.number})\n{body}"
    return registry.create_commit(checked.base, files, message, pull.head)
