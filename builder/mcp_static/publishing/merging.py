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

import git
from git.exc import GitCommandError

from mcp_static.check.accepted import accepted_bytes
from mcp_static.forges.github.repository import ForgeRepository
from mcp_static.git.blobs import BlobReader
from mcp_static.git.repository import read_settings, require_whole_history
from mcp_static.model.errors import InputError, ServiceError
from mcp_static.model.layout import record_path
from mcp_static.publishing.checking import PullCheck, PullChecker
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


def merge(checker: PullChecker) -> MergeResult:
    """Check the pull request of an event against main as it is now, and merge it if all is well."""
    event, forge = checker.event, checker.forge
    if event.number is None or not event.is_pull_request:
        raise InputError("The event is about no pull request.", "Nothing was merged.")
    require_whole_history(checker.repository)  # what becomes part of main has to be seen whole
    for _ in range(_ATTEMPTS):
        pull = forge.pull(event.number)
        branch = forge.default_branch
        main = forge.head_of(branch)
        if main is None:
            raise InputError(f"{forge.full_name} has no branch {branch}.", "Nothing was merged.")
        if event.head is not None and pull.head != event.head:
            message = f"The head of #{pull.number} is another by now; its own check decides about it."
            return MergeResult(MergeOutcome.MOVED, message)
        checker.fetch(pull, main)
        if _contains(checker.repository, main, pull.head):
            message = f"#{pull.number} is merged already."
            return _deployed(forge, branch, MergeResult(MergeOutcome.MERGED_BEFORE, message))
        if pull.base_branch != branch:
            message = f"#{pull.number} is for {pull.base_branch}, not for {branch}; nothing was merged."
            return MergeResult(MergeOutcome.ELSEWHERE, message)
        if pull.state != "open":
            return MergeResult(MergeOutcome.CLOSED, f"#{pull.number} was closed; nothing was merged.")
        found = checker.check(pull, main)
        ended = _unless_green(checker, found, main)
        if ended is not None:
            return ended
        commit = _merge_commit(checker, found, main)
        if forge.move_branch(branch, commit):
            message = f"#{pull.number} is merged as {commit}."
            result = _deployed(forge, branch, MergeResult(MergeOutcome.MERGED, message))
            forge.post_comment(
                pull.number, "merge", f"🎉 Merged as {commit}; the next deploy publishes it."
            )
            return result
    raise ServiceError(
        f"{forge.default_branch} moved at each of {_ATTEMPTS} attempts.", "Run the merge again."
    )


def _deployed(forge: ForgeRepository, branch: str, result: MergeResult) -> MergeResult:
    """Start the deploy; if that cannot be, the merge stands all the same, and the result says so."""
    try:
        forge.dispatch(DEPLOY, branch, {})
    except InputError as error:
        return replace(result, message=f"{result.message} But no deploy begins: {error}", exit_code=1)
    return result


def _unless_green(checker: PullChecker, found: PullCheck, main: str) -> MergeResult | None:
    """Say what the check found; the result when that ends the matter."""
    number, report = found.pull.number, found.report
    settings = read_settings(checker.repository, main)
    if not report.is_publish:
        return MergeResult(MergeOutcome.NOT_GREEN, report.summary)
    checker.forge.post_comment(number, "check", report_markdown(report, report.footer))
    if not report.is_green:
        return MergeResult(MergeOutcome.NOT_GREEN, report.summary, report.exit_code)
    if not settings.merge.automatic:
        message = "The check is green; registry.toml leaves merging to people."
        return MergeResult(MergeOutcome.NOT_AUTOMATIC, message)
    return None


def _merge_commit(checker: PullChecker, found: PullCheck, main: str) -> str:
    """The commit that a merge moves main to."""
    now = int(time.time())
    files: dict[str, bytes] = {}
    lines = []
    with BlobReader(checker.repository) as blobs:
        for accepted in found.report.accepted:
            paths = sorted(accepted.files)
            contents = blobs.read([accepted.files[path] for path in paths], MAX_FILE_BYTES)
            for path, content in zip(paths, contents, strict=True):
                if len(content) > MAX_FILE_BYTES:
                    raise InputError(f"{path} is too large to be merged.", "Nothing was merged.")
                files[path] = content
            if accepted.is_publish:
                path = record_path(accepted.name, accepted.version, "accepted.json")
                files[path] = accepted_bytes(
                    accepted.proof, found.requester, found.pull.head, found.pull.number, now
                )
            what = "Publish" if accepted.is_publish else "Set the status of"
            lines.append(f"{what} {accepted.name} {accepted.version} ({accepted.proof.id})")
    title = lines[0] if len(lines) == 1 else f"Take in {len(lines)} changes of records"
    body = "" if len(lines) == 1 else "\n" + "".join(f"- {line}\n" for line in lines)
    message = f"{title} (#{found.pull.number})\n{body}"
    return checker.forge.create_commit(main, files, message, found.pull.head)


def _contains(repository: git.Repo, commit: str, ancestor: str) -> bool:
    try:
        repository.git.merge_base("--is-ancestor", ancestor, commit)
    except GitCommandError:
        return False
    return True
