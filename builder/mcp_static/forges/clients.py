"""The clients by which proofs ask forges, wherever the registry lives."""

import os
from dataclasses import dataclass

from mcp_static.forges.forge import Forge
from mcp_static.forges.github.client import GitHub
from mcp_static.forges.github.instance import enterprise
from mcp_static.forges.gitlab.facts import GitLab, PublicApi
from mcp_static.forges.gitlab.instance import PUBLIC, Instance
from mcp_static.model.forge_ids import GITHUB_HOST
from mcp_static.net.fetch import Fetcher
from mcp_static.settings.forges import ForgeSettings


@dataclass(frozen=True, slots=True)
class Clients:
    """The clients of proofs: one of any GitHub, and the GitLab that the registry lives on, if any."""

    github: GitHub
    gitlab: GitLab | None = None

    @property
    def account_hosts(self) -> frozenset[str]:
        """The forges whose accounts can ask: the registry's own, and github.com for any GitHub."""
        if self.gitlab is not None:
            return frozenset({self.gitlab.host})
        return frozenset({self.github.host, GITHUB_HOST})

    def public_github(self) -> Forge:
        """The client of github.com."""
        return self.github.public()

    def public_gitlab(self, fetcher: Fetcher) -> Forge:
        """The client of gitlab.com: the registry's own, or one that asks as anybody does."""
        return self._gitlab(PUBLIC, fetcher, None)

    def own_forge(self, settings: ForgeSettings, fetcher: Fetcher) -> Forge:
        """The client of a forge that the settings name; the registry's own, if it is that one."""
        token = os.environ.get(settings.token_variable) if settings.token_variable else None
        if settings.kind == "gitlab":
            return self._gitlab(Instance(settings.url, settings.url), fetcher, token)
        if self.gitlab is None and self.github.host == settings.host:
            return self.github
        return self.github.beside(enterprise(settings.url), token)

    def _gitlab(self, instance: Instance, fetcher: Fetcher, token: str | None) -> Forge:
        if self.gitlab is not None and self.gitlab.host == instance.host:
            return self.gitlab
        return GitLab(PublicApi(fetcher, instance, token), instance)
