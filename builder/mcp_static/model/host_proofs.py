"""Whether what proved a publish also shows that the host of an address is the publisher's."""

from collections.abc import Mapping
from typing import Any

from mcp_static.model.names import Namespace
from mcp_static.model.proofs import ProofId
from mcp_static.model.reading import part_of


def is_host_proven(accepted: Mapping[str, Any] | None, namespace: Namespace, host: str) -> bool:
    """Whether what an `accepted.json` says of a publish covers a host, in lowercase ASCII.

    A key in DNS and a delegation speak for their domain and all below it, a key over HTTPS for its
    host alone. Every other proof speaks for the domain that the namespace is the reverse of, which for
    `io.github.alice` is where GitHub serves her pages.
    """
    proof = (accepted or {}).get("proof")
    domain = part_of(dict(accepted or {}), "facts").get("domain")
    if proof == ProofId.HTTPS_KEY:
        return host == domain
    if proof in (ProofId.DNS_KEY, ProofId.DNS_DELEGATION):
        return isinstance(domain, str) and is_within(host, domain)
    known = proof in (ProofId.GRANT, ProofId.ACCOUNT, ProofId.GITLAB_ACCOUNT, ProofId.SOURCE)
    return known and is_within(host, namespace.domain)


def is_within(host: str, domain: str) -> bool:
    """Whether a host is a domain or below it."""
    return host == domain or host.endswith(f".{domain}")
