"""The clients by which proofs ask forges, wherever the registry lives."""

from dataclasses import dataclass

from mcp_static.forges.forge import Forge
from mcp_static.forges.github.client import GitHub
from mcp_static.forges.gitlab.facts import GitLab, PublicApi
from mcp_static.forges.gitlab.instance import PUBLIC
from mcp_static.net.fetch import Fetcher


@dataclass(frozen=True, slots=True)
class Clients:
    """The clients of proofs: one of any GitHub, and the GitLab that the registry lives on, if any."""

    github: GitHub
    gitlab: GitLab | None = None

    def public_github(self) -> Forge:
        """The client of github.com."""
        return self.github.public()

    def public_gitlab(self, fetcher: Fetcher) -> Forge:
        """The client of gitlab.com: the registry's own, or one that asks as anybody does."""
        if self.gitlab is not None and self.gitlab.site == PUBLIC.site:
            return self.gitlab
        return GitLab(PublicApi(fetcher, PUBLIC))
