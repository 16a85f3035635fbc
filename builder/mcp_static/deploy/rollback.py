"""Refusing to deploy an earlier state of the registry than readers have already seen.

An earlier state would undo what an operator has taken down since, and clients hold cursors and times
of the later one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from mcp_static.api.lineage import LINEAGE_COMMITS
from mcp_static.deploy.release import Release
from mcp_static.git.commits import is_on_first_parent_line
from mcp_static.git.repository import Repository
from mcp_static.model.errors import InputError


@dataclass(frozen=True, slots=True)
class RollbackGuard:
    """Decides whether a release follows what was deployed: by a clone, else by the output's own list.

    `is_allowed` accepts any release, for an operator who means to roll back.
    """

    clone: Repository | None = None
    is_allowed: bool = False

    def require(self, release: Release, deployed: Iterable[str], place: str) -> None:
        """Raise InputError unless a release is, or follows, every commit that was deployed to a place.

        An empty commit stands for one that cannot be determined.
        """
        if self.is_allowed:
            return
        for commit in deployed:
            if commit != release.commit and not self._follows(release, commit):
                raise self._refusal(release, commit, place)

    def _follows(self, release: Release, commit: str) -> bool:
        if not commit:
            return False
        if self.clone is None:
            return commit in release.lineage
        return is_on_first_parent_line(self.clone, commit, release.commit)

    def _refusal(self, release: Release, commit: str, place: str) -> InputError:
        deployed = f"{commit[:12]}, the commit deployed to {place}"
        if not commit:
            deployed = f"what is deployed to {place}, whose commit cannot be determined"
        fix = "Fetch the clone, and build the newest commit."
        if self.clone is None:
            fix = (
                "Build the newest commit. If the deployed one is more than "
                f"{LINEAGE_COMMITS} commits back, add --repo with a clone of the registry."
            )
        return InputError(
            f"{release.root} was built from {release.commit[:12]}, which does not follow {deployed}. "
            "Deploying it could undo takedowns.",
            f"{fix} --allow-rollback deploys it anyway.",
        )
