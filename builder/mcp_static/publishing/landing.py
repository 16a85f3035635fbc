"""Moving a protected main to a commit of the registry's own."""

from typing import Final

from mcp_static.forges.github.repository import GitHubRepository
from mcp_static.model.errors import InputError

STATUS: Final = "mcp-static/merge"
"""The one status that a protected main requires."""


def land(registry: GitHubRepository, main: str, commit: str, passage: str) -> bool:
    """Move main from one commit to another; False if it has moved in the meantime.

    GitHub lets a commit past a required status that it passed on another branch before, so the commit
    gets the status on the branch `passage`, which is removed again once main has moved. Raises
    InputError where GitHub refuses the commit anyway.
    """
    branch = registry.default_branch
    registry.set_branch(passage, commit)
    registry.set_status(commit, STATUS, is_good=True, description="Written by the registry itself.")
    has_moved = registry.move_branch(branch, commit)
    if has_moved:
        return True
    if registry.head_of(branch) == main:
        registry.remove_branch(passage)
        raise InputError(
            f"GitHub does not let {branch} be moved to the commit of the registry.",
            f"Its rules may require no status but {STATUS}; docs/operators.md shows the ruleset.",
        )
    return False
