"""Single commits, and how one relates to another."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import git

from mcp_static.git.command import GitProcess, run, succeeds
from mcp_static.model.errors import GitError

MAX_FIRST_PARENTS: Final = 100_000
"""Commits of a first-parent line that are looked through for others."""


def is_ancestor(repository: git.Repo, commit: str, descendant: str) -> bool:
    """Whether a commit is `descendant` or one of its ancestors; False for one that is not there."""
    return succeeds(repository, "merge-base", "--is-ancestor", commit, descendant)


def is_shallow(repository: git.Repo) -> bool:
    """Whether the clone leaves out the older part of its history."""
    return run(repository, "rev-parse", "--is-shallow-repository") == "true"


def merge_bases(repository: git.Repo, base: str, head: str) -> tuple[str, ...]:
    """The newest commits that two have in common; none when the clone shows none."""
    try:
        return tuple(run(repository, "merge-base", "--all", base, head).split())
    except GitError:
        return ()


@dataclass(frozen=True, slots=True)
class CommitFacts:
    """A commit: its id, its parents, and its committer time in seconds since 1970."""

    id: str
    parents: tuple[str, ...]
    time: int


def commits_between(repository: git.Repo, before: str, head: str, most: int) -> tuple[CommitFacts, ...]:
    """The commits that `head` has and `before` has not, newest first, at most `most` of them."""
    output = run(repository, "log", "--format=%H %ct %P", f"--max-count={most}", head, f"^{before}")
    lines = (line.split(" ") for line in output.splitlines())
    return tuple(
        CommitFacts(name, tuple(filter(None, parents)), int(time)) for name, time, *parents in lines
    )


def is_on_first_parent_line(repository: git.Repo, commit: str, tip: str) -> bool:
    """Whether a commit is `tip`, its first parent, the first parent of that, and so on.

    Costs what is between the two, not the length of the line.
    """
    if commit == tip:
        return True
    span = ("--first-parent", "--format=%P", tip, f"^{commit}")
    try:
        lines = run(repository, "log", *span).splitlines()
    except GitError:
        return False
    return bool(lines) and lines[-1].split(" ")[0] == commit


def among_first_parents(repository: git.Repo, commits: Collection[str], tip: str) -> set[str]:
    """Those of some commits that are on the first-parent line of `tip`, from one walk along it.

    Ends once it has found them all, and after `MAX_FIRST_PARENTS` of the line.
    """
    missing = set(commits)
    if not missing:
        return missing
    limit = f"--max-count={MAX_FIRST_PARENTS}"
    with GitProcess(repository, "rev-list", "--first-parent", limit, tip) as process:
        for line in process.stdout:
            missing.discard(line.rstrip(b"\n").decode())
            if not missing:
                return set(commits)
        process.finish()
    return set(commits) - missing


def last_touching(repository: git.Repo, before: str, head: str, path: str) -> str | None:
    """The newest commit that `head` has and `before` has not, and that changes something at a path.

    A merge changes what it has like none of its parents.
    """
    found = run(
        repository, "rev-list", "--full-history", "--max-count=1", head, f"^{before}", "--", path
    )
    return found or None


def last_change(repository: git.Repo, commit: str, path: str) -> str | None:
    """The newest commit of the first-parent line up to `commit` that changed a path."""
    found = run(
        repository, "log", "-1", "--first-parent", "--diff-merges=first-parent", "--format=%H",
        commit, "--", path,
    )  # fmt: skip
    return found or None


def count_first_parents(repository: git.Repo, commit: str) -> int:
    """How many commits the first-parent line up to `commit` has."""
    return int(run(repository, "rev-list", "--first-parent", "--count", commit))


def first_parent_line(repository: git.Repo, commit: str, most: int) -> tuple[str, ...]:
    """A commit, its first parent, the first parent of that, and so on: at most `most` of them."""
    return tuple(run(repository, "rev-list", "--first-parent", f"--max-count={most}", commit).split())


def trailer_of(repository: git.Repo, commit: str, key: str) -> str:
    """The value of a trailer of a commit's message; empty if there is none."""
    return run(repository, "log", "-1", f"--format=%(trailers:key={key},valueonly)", commit).strip()


def branch_exists(repository: git.Repo, reference: str) -> bool:
    """Whether a full reference names a commit yet."""
    return bool(run(repository, "for-each-ref", "--count=1", reference))


def latest_time(repository: git.Repo, commit: str) -> int:
    """The registry time of a commit: the latest committer time on its first-parent line."""
    times = run(repository, "log", "--first-parent", "--format=%ct", commit).split()
    return max(map(int, times))
