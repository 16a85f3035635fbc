"""Addresses that a record shares with other servers, decided once the proofs have been tried.

Who came first has an address, until somebody shows with a domain's key that its host is theirs.
"""

from collections.abc import Sequence
from typing import Any, Final

from mcp_static.check.base_index import BaseIndex
from mcp_static.model.host_proofs import is_host_proven
from mcp_static.model.names import ServerName, parse_name
from mcp_static.model.proofs import ProofId
from mcp_static.reports.findings import Finding, Level
from mcp_static.rules.remotes_in_registry import REMOTE_REGISTRY_RULES, REMOTE_UNIQUE, Contest

_RULE: Final = next(rule for rule in REMOTE_REGISTRY_RULES if rule.id == REMOTE_UNIQUE)
_KEYS: Final = (ProofId.DNS_KEY, ProofId.HTTPS_KEY)


def is_only_contested(findings: Sequence[Finding]) -> bool:
    """Whether nothing but contested addresses keeps a record out, so that its proofs decide."""
    return all(finding.id == REMOTE_UNIQUE for finding in findings if finding.is_error)


def with_contests_decided(
    findings: Sequence[Finding],
    contests: Sequence[Contest],
    name: ServerName,
    proofs: Sequence[Finding],
    index: BaseIndex,
) -> list[Finding]:
    """The findings with what came of each contested address, after the proofs have been tried."""
    others = [finding for finding in findings if finding.id != REMOTE_UNIQUE or not contests]
    return [*others, *(_decided(contest, name, proofs, index) for contest in contests)]


def _decided(
    contest: Contest, name: ServerName, proofs: Sequence[Finding], index: BaseIndex
) -> Finding:
    """An error, unless the proof that holds shows that the host is the publisher's."""
    proof = next((proof for proof in proofs if proof.has_passed), None)
    if not _may_take(contest, name, proof):
        level = Level.UNKNOWN if any(proof.level is Level.UNKNOWN for proof in proofs) else Level.ERROR
        return Finding(REMOTE_UNIQUE, level, contest.message, _RULE.fix, contest.path, is_counted=True)
    host = contest.address.host
    earlier = ", ".join(sorted({claim.name for claim in contest.claims}))
    message = (
        f"takes {contest.address} from {earlier}, since this publish proves that {host} is its own"
    )
    for claim in contest.claims:
        if is_host_proven(index.acceptance(claim), parse_name(claim.name).namespace, host):
            message = f"{message}; {claim.name} had proven the same"
            fix = "An operator decides whose address it is: an approval gives it to this server."
            return Finding(REMOTE_UNIQUE, Level.HELD, message, fix, contest.path)
    fix = f"Operators: look at {earlier}, which leads to an address that is not its own."
    return Finding(REMOTE_UNIQUE, Level.WARNING, message, fix, contest.path)


def _may_take(contest: Contest, name: ServerName, proof: Finding | None) -> bool:
    """Whether a domain's key speaks for the host, and the address is not one's own other server's."""
    if proof is None or proof.id not in _KEYS:
        return False
    own = name.namespace.folded
    if any(parse_name(claim.name).namespace.folded == own for claim in contest.claims):
        return False
    accepted: dict[str, Any] = {"proof": proof.id, "facts": dict(proof.facts)}
    return is_host_proven(accepted, name.namespace, contest.address.host)
