"""Refusing to show readers an earlier state of the registry than they have seen.

An earlier state undoes what an operator has taken down since, and clients hold cursors and times of
the later one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from mcp_static.deploy.release import Release
from mcp_static.git.commits import is_on_first_parent_line
from mcp_static.git.repository import Repository
from mcp_static.model.errors import InputError


@dataclass(frozen=True, slots=True)
class RollbackGuard:
    """How it is told what comes after what: by a clone of the registry, else by the output itself.

    `is_allowed` for an operator who means it.
    """

    clone: Repository | None = None
    is_allowed: bool = False

    def require(self, release: Release, deployed: Iterable[str], place: str) -> None:
        """Raise InputError unless a release comes after every commit that was deployed to a place.

        An empty commit stands for one that cannot be told any more.
        """
        if self.is_allowed:
            return
        for commit in deployed:
            if commit != release.commit and not self._comes_after(release, commit):
                raise self._refusal(release, commit, place)

    def _comes_after(self, release: Release, commit: str) -> bool:
        if not commit:
            return False
        if self.clone is None:
            return commit in release.lineage
        return is_on_first_parent_line(self.clone, commit, release.commit)

    def _refusal(self, release: Release, commit: str, place: str) -> InputError:
        shown = f"{commit[:12]}, which was deployed there" if commit else "what was deployed there"
        if self.clone is not None:
            how, more = f"by the history in {self.clone.git_dir}", "Fetch that repository, and "
        else:
            how = "by the last commits that it lists"
            more = "Give a clone of the registry with --repo if it was built long before; else "
        return InputError(
            f"{place}: {release.root} is of {release.commit[:12]}, which {how} does not come after "
            f"{shown}. To deploy it could undo takedowns.",
            f"{more}build the newest commit. --allow-rollback deploys it all the same.",
        )
