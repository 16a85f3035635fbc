"""Who brought the bytes of a pull request: whoever first pushed them to its branch, and opened it.

Whoever touches the branch later lends them nothing. "Update branch" in particular is a push by the
person who presses it, whether a merge commit or a rebase; so are a resolved conflict and a maintainer's
fix (GitHub's documentation of pull requests, "Keeping your pull request in sync"), and on GitLab a
rebase or an applied suggestion. The forge's log of pushes tells them apart: each push with its actor,
and what the branch was before and after.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mcp_static.forges.forge import Account
from mcp_static.forges.registry_forge import BranchPush, IssueComment, Pull, RegistryForge
from mcp_static.git.commits import first_parent_line, trailer_of
from mcp_static.git.repository import Repository, has_commit
from mcp_static.git.trees import blobs_at
from mcp_static.model.change import MAX_PATHS, Change
from mcp_static.publishing.commands import PublishCommand, StatusCommand, parse_commands

TRAILER = "Requested-in"
"""The commit trailer by which the bot names the comment that asked for a commit."""

_MAX_FIRST_PARENTS: Final = 50
"""Commits of a branch that are looked through for one of the bot's."""

_MAX_LOOKUPS: Final = 60
"""Files of commits that a force push removed which are asked for; each is a request."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pull request with the clone that holds its head, and the repository that it was opened in."""

    pull: Pull
    registry: RegistryForge
    repository: Repository

    @property
    def is_own(self) -> bool:
        """Whether it comes from a branch of the registry's own repository."""
        return self.pull.head_repository.lower() == self.registry.full_name.lower()


def requester_of(proposal: Proposal, change: Change) -> Account | None:
    """The account that opened a pull request and first pushed every file that it changes.

    Of a commit of the bot's, in the registry's own repository, that is who wrote the comment that
    asked for it, unless the comment was edited. None when nobody can be confirmed: the activity is
    not there, does not go back far enough, or names several people.
    """
    pull = proposal.pull
    blobs = {path.path: path.after.id for path in change.paths if path.after is not None}
    if not blobs or len(blobs) > MAX_PATHS or not pull.head_repository:
        return None
    first = _first_pushes(proposal, blobs)
    if first is None or any(push.actor is None or push.actor.id != pull.author.id for push in first):
        return None
    if pull.author.id != proposal.registry.me().id:
        return pull.author
    if not proposal.is_own:
        return None
    askers = {_asker(proposal, push.after) for push in first}
    return askers.pop() if len(askers) == 1 else None


def answerable(proposal: Proposal) -> Account:
    """Who answers for a pull request, whoever brought its bytes: whoever opened it, or had it opened.

    For one of the bot's, that is who wrote the comment that it names, also once that was edited: what
    counts against an account is not to be escaped by what the account does later. It is the bot itself
    when the comment is gone. Wherever `requester_of` knows somebody, it is the same account.
    """
    pull = proposal.pull
    if pull.author.id != proposal.registry.me().id or not proposal.is_own:
        return pull.author
    for commit in first_parent_line(proposal.repository, pull.head, _MAX_FIRST_PARENTS):
        comment = _asking_comment(proposal, commit)
        if comment is not None:
            return comment.author
    return pull.author


def _first_pushes(proposal: Proposal, blobs: Mapping[str, str]) -> list[BranchPush] | None:
    """For each file, the push that first put these bytes at its path; None when one is not known."""
    pull = proposal.pull
    pushes = proposal.registry.pushes(pull)
    if pushes is None or all(push.after != pull.head for push in pushes):
        return None
    trees = _Trees(proposal)
    missing, found = dict(blobs), []
    earliest = pushes[0].before
    if earliest is not None and _held(trees, earliest, missing) != set():
        return None  # it was there before the first push that is known
    for push in pushes:
        if push.after is None:
            continue
        held = _held(trees, push.after, missing)
        if held is None:
            return None
        if held:
            found.append(push)
            missing = {path: blob for path, blob in missing.items() if path not in held}
        if not missing:
            return found
    return None


def _held(trees: "_Trees", commit: str, wanted: Mapping[str, str]) -> set[str] | None:
    """The paths at which a commit has the wanted blobs; None when the commit cannot be read."""
    blobs = trees.blobs(commit, wanted)
    if blobs is None:
        return None
    return {path for path, blob in wanted.items() if blobs.get(path) == blob}


class _Trees:
    """What commits have at some paths: from the clone, or the forge after a force push."""

    def __init__(self, proposal: Proposal) -> None:
        self._proposal = proposal
        self._lookups = 0

    def blobs(self, commit: str, paths: Mapping[str, str]) -> dict[str, str] | None:
        """The ids of the blobs at those paths that a commit has; None when nobody can tell."""
        proposal = self._proposal
        if has_commit(proposal.repository, commit):
            return blobs_at(proposal.repository, commit, list(paths))
        self._lookups += len(paths)
        if self._lookups > _MAX_LOOKUPS:
            return None
        return proposal.registry.blobs(proposal.pull, commit, list(paths))


def _asker(proposal: Proposal, commit: str | None) -> Account | None:
    """Whoever wrote the comment that a commit of the bot's names, and stands by it unedited."""
    if commit is None or not has_commit(proposal.repository, commit):
        return None
    comment = _asking_comment(proposal, commit)
    if comment is None or comment.is_edited:
        return None
    commands = parse_commands(comment.body, proposal.registry.command_sign)
    if not any(isinstance(command, PublishCommand | StatusCommand) for command in commands):
        return None
    return comment.author


def _asking_comment(proposal: Proposal, commit: str) -> IssueComment | None:
    """The comment that a commit of the bot's names; None if it names none, or that is gone."""
    comment = trailer_of(proposal.repository, commit, TRAILER)
    return proposal.registry.comment(comment) if comment else None
