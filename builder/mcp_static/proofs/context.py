"""What proofs ask with, put together from a registry's settings."""

from mcp_static.forges.forge import Account
from mcp_static.forges.github.client import GitHub
from mcp_static.forges.gitlab import GitLab
from mcp_static.model.errors import UnansweredError
from mcp_static.net.addresses import Reach
from mcp_static.net.budget import Budget
from mcp_static.net.dns.resolution import Resolution
from mcp_static.net.fetch import Fetcher
from mcp_static.proofs.claims import ProofContext
from mcp_static.settings import Settings


def proof_context(
    settings: Settings, github: GitHub, requester: Account | UnansweredError | None = None
) -> ProofContext:
    """What a registry's settings allow proofs to ask with, by a client of GitHub that is open.

    The time of a check begins now.
    """
    budget = Budget()
    reach = Reach(settings.network)
    fetcher = Fetcher(reach, budget=budget)
    return ProofContext(
        settings=settings,
        fetcher=fetcher,
        resolution=Resolution(settings.dns, reach, budget),
        github=github.public(),
        gitlab=GitLab(fetcher),
        brought_by=requester,
        budget=budget,
    )
