"""Remotes: what is fetched from them as objects, and pushed to them; nothing is checked out."""

from collections.abc import Sequence

import git

from mcp_static.git.access import GitAccess
from mcp_static.git.command import run
from mcp_static.git.repository import has_commit
from mcp_static.model.errors import GitError, InputError, ServiceError
from mcp_static.model.terminal import shown_address


def fetch_commits(repository: git.Repo, url: str, references: Sequence[str], access: GitAccess) -> None:
    """Fetch references of a remote, whole histories without blobs that are not needed yet.

    No reference, configuration or remote of the repository changes. Raises ServiceError.
    """
    options = ("--no-tags", "--no-write-fetch-head", "--quiet", "--no-auto-maintenance")
    try:
        run(repository, "fetch", *options, "--", url, *references, env=access.environment(url))
    except GitError as error:
        raise ServiceError(
            f"git could not fetch from {shown_address(url)}: {error}.",
            "Check the network and the token, and try again.",
        ) from None


def require_commit(repository: git.Repo, commit: str, where: str) -> None:
    """Raise InputError when a commit was not brought by a fetch: what named it has moved on."""
    if not has_commit(repository, commit):
        raise InputError(
            f"{commit[:12]} is no longer at {where}.",
            "Somebody pushed in the meantime; see the check of that push.",
        )


def fetch_head(repository: git.Repo, url: str, access: GitAccess) -> str:
    """A remote's newest commit, fetched without older ones; raises ServiceError."""
    try:
        run(
            repository, "fetch", "--quiet", "--no-tags", "--depth=1", "--", url, "HEAD",
            env=access.environment(url),
        )  # fmt: skip
    except GitError as error:
        raise ServiceError(
            f"git could not fetch from {shown_address(url)}: {error}.",
            "Check the address and your rights.",
        ) from None
    return run(repository, "rev-parse", "FETCH_HEAD")


def push_head(repository: git.Repo, url: str, branch: str, access: GitAccess) -> None:
    """Push HEAD to a branch of a remote, wherever it was; raises InputError when it is refused."""
    target = f"HEAD:refs/heads/{branch}"
    try:
        run(repository, "push", "--quiet", "--force", "--", url, target, env=access.environment(url))
    except GitError as error:
        raise InputError(
            f"{shown_address(url)} refused the branch: {error}.", "Check your rights there."
        ) from None


def push_commit(
    repository: git.Repo, url: str, commit: str, branch: str, access: GitAccess, *, force: bool = False
) -> None:
    """Push a commit to a branch of a remote; raises InputError when it is refused.

    Unless forced, Git refuses it where the branch holds anything that the commit does not.
    """
    target = f"{'+' if force else ''}{commit}:refs/heads/{branch}"
    try:
        run(repository, "push", "--quiet", "--", url, target, env=access.environment(url))
    except GitError as error:
        raise InputError(
            f"{shown_address(url)} refused {commit[:12]} for {branch}: {error}.",
            "Check the token's rights there.",
        ) from None


def origin_of(repository: git.Repo) -> str:
    """The address of the remote `origin`; empty if there is none. Raises GitError."""
    is_there = "origin" in run(repository, "remote").splitlines()
    return run(repository, "remote", "get-url", "origin") if is_there else ""


def tags_of(repository: git.Repo) -> tuple[str, ...]:
    """The names of all tags. Raises GitError."""
    return tuple(
        run(repository, "for-each-ref", "refs/tags", "--format=%(refname:strip=2)").splitlines()
    )
