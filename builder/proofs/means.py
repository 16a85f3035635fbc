"""Opening what proofs ask with."""

from collections.abc import Iterator
from contextlib import contextmanager

from builder.model.settings import Settings
from builder.proofs.addresses import Reach
from builder.proofs.claims import Means
from builder.proofs.dns.resolution import Resolution
from builder.proofs.fetch import Fetcher
from builder.proofs.forges.github import GitHub, GitHubAccount
from builder.proofs.forges.gitlab import GitLab


@contextmanager
def open_means(
    settings: Settings, token: str | None, requester: GitHubAccount | None = None
) -> Iterator[Means]:
    """What a registry's settings allow proofs to ask with, closed at the end."""
    reach = Reach(settings.network)
    fetcher = Fetcher(reach)
    with GitHub(token) as github:
        yield Means(
            settings=settings,
            fetcher=fetcher,
            resolution=Resolution(settings.dns, reach),
            github=github,
            gitlab=GitLab(fetcher),
            requester=requester,
        )
