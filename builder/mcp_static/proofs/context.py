"""What proofs ask with, put together from a registry's settings."""

from functools import cached_property
from typing import TYPE_CHECKING

from mcp_static.forges.forge import Account
from mcp_static.forges.registry_forge import ProofClients
from mcp_static.model.errors import UnansweredError
from mcp_static.net.addresses import Reach
from mcp_static.net.budget import Budget
from mcp_static.net.fetch import Fetcher
from mcp_static.proofs.claims import ProofContext
from mcp_static.proofs.forge_namespaces import ForgeNamespaces
from mcp_static.settings import Settings
from mcp_static.settings.network import DnsSettings

if TYPE_CHECKING:
    from mcp_static.net.dns.resolution import Lookup, Resolution


def proof_context(
    settings: Settings, clients: ProofClients, requester: Account | UnansweredError | None = None
) -> ProofContext:
    """What a registry's settings allow proofs to ask with, by clients of forges that are open.

    The time of a check begins now.
    """
    budget = Budget()
    reach = Reach(settings.network)
    fetcher = Fetcher(reach, budget=budget)
    return ProofContext(
        settings=settings,
        fetcher=fetcher,
        resolution=_DomainsOnDemand(settings.dns, reach, budget),
        github=clients.public_github(),
        gitlab=clients.public_gitlab(fetcher),
        own_forges=tuple(
            ForgeNamespaces(own.parent, own.kind, clients.own_forge(own, fetcher))
            for own in settings.forges
        ),
        account_hosts=clients.account_hosts,
        brought_by=requester,
        budget=budget,
    )


class _DomainsOnDemand:
    """Loads what speaks DNS when a domain is looked up first: accounts of a forge prove without it."""

    def __init__(self, settings: DnsSettings, reach: Reach, budget: Budget) -> None:
        self._settings = settings
        self._reach = reach
        self._budget = budget

    def look_up(self, domain: str) -> "Lookup":
        return self._resolution.look_up(domain)

    def name_servers(self, domain: str) -> tuple[str, ...]:
        return self._resolution.name_servers(domain)

    @cached_property
    def _resolution(self) -> "Resolution":
        from mcp_static.net.dns.resolution import Resolution

        return Resolution(self._settings, self._reach, self._budget)
