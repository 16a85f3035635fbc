"""Opening what proofs ask with."""

from collections.abc import Iterator
from contextlib import contextmanager

from mcp_static.forges.github.client import GitHub, GitHubAccount
from mcp_static.forges.gitlab import GitLab
from mcp_static.net.addresses import Reach
from mcp_static.net.dns.resolution import Resolution
from mcp_static.net.fetch import Fetcher
from mcp_static.proofs.claims import ProofContext
from mcp_static.settings import Settings


@contextmanager
def open_context(
    settings: Settings, token: str | None, requester: GitHubAccount | None = None
) -> Iterator[ProofContext]:
    """What a registry's settings allow proofs to ask with, closed at the end."""
    reach = Reach(settings.network)
    fetcher = Fetcher(reach)
    with GitHub(token) as github:
        yield ProofContext(
            settings=settings,
            fetcher=fetcher,
            resolution=Resolution(settings.dns, reach),
            github=github,
            gitlab=GitLab(fetcher),
            requester=requester,
        )
