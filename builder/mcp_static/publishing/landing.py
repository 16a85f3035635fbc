"""Moving a protected main to a commit of the registry's own."""

from typing import Final

from mcp_static.forges.github.repository import GitHubRepository
from mcp_static.model.errors import InputError, RegistryError

STATUS: Final = "mcp-static/merge"
"""The one status that a protected main requires."""


def land(registry: GitHubRepository, main: str, commit: str, passage: str) -> bool:
    """Move main from one commit to another; False if it has moved in the meantime.

    GitHub lets a commit past a required status that it passed on another branch before, so the commit
    gets the status on the branch `passage`, which the caller removes once main has moved. A commit that
    main did not move to loses the status again. Raises InputError where GitHub refuses the commit all
    the same.
    """
    branch = registry.default_branch
    withdraw(registry, passage)
    registry.set_branch(passage, commit)
    registry.set_status(commit, STATUS, is_good=True, description="Written by the registry itself.")
    try:
        has_moved = registry.move_branch(branch, commit)
    except RegistryError:
        withdraw(registry, passage)
        raise
    if has_moved:
        return True
    is_outrun = registry.head_of(branch) != main
    withdraw(registry, passage)
    if is_outrun:
        return False
    raise InputError(
        f"GitHub does not let {branch} be moved to the commit of the registry.",
        f"Its rules may require no status but {STATUS}; docs/operators.md shows the ruleset.",
    )


def withdraw(registry: GitHubRepository, passage: str) -> None:
    """Take the status from a commit that an attempt has left on its passage, and remove the branch.

    The branch goes last: while it is there, whoever comes next knows which commit was left. A commit
    that main has moved to keeps its status.
    """
    left = registry.head_of(passage)
    if left is None:
        return
    if left != registry.head_of(registry.default_branch):
        registry.set_status(left, STATUS, is_good=False, description="It was never published.")
    registry.remove_branch(passage)
