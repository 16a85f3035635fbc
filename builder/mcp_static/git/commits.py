"""Single commits, and how one relates to another."""

import git

from mcp_static.git.command import run, succeeds
from mcp_static.model.errors import GitError


def is_ancestor(repository: git.Repo, commit: str, descendant: str) -> bool:
    """Whether a commit is `descendant` or one of its ancestors; False for one that is not there."""
    return succeeds(repository, "merge-base", "--is-ancestor", commit, descendant)


def fork_point(repository: git.Repo, base: str, head: str) -> str | None:
    """The newest commit that two have in common; None when the clone shows none."""
    try:
        return run(repository, "merge-base", base, head) or None
    except GitError:
        return None


def times_between(repository: git.Repo, before: str, head: str, most: int) -> list[int]:
    """The committer times of the commits that `head` has and `before` has not, newest first."""
    output = run(repository, "log", "--format=%ct", f"--max-count={most}", head, f"^{before}")
    return [int(time) for time in output.split()]


def count_first_parents(repository: git.Repo, commit: str) -> int:
    """How many commits the first-parent line up to `commit` has."""
    return int(run(repository, "rev-list", "--first-parent", "--count", commit))


def trailer_of(repository: git.Repo, commit: str, key: str) -> str:
    """The value of a trailer of a commit's message; empty for none."""
    return run(repository, "log", "-1", f"--format=%(trailers:key={key},valueonly)", commit).strip()


def branch_exists(repository: git.Repo, reference: str) -> bool:
    """Whether a full reference names a commit yet."""
    return bool(run(repository, "for-each-ref", "--count=1", reference))
