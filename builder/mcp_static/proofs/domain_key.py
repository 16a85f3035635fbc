"""Proofs by a domain's key: a signature over the record by a key that the domain publishes.

In DNS a key is valid for the domain and everything below it, over HTTPS for that host alone.
"""

from typing import Final

from mcp_static.model.errors import FetchRefusedError, SignatureError, UnansweredError
from mcp_static.model.identity import IdentityKind
from mcp_static.model.proofs import ProofId
from mcp_static.net.limits import KEY_RECORD
from mcp_static.proofs.claims import Claim, ProofContext, Publication
from mcp_static.proofs.domains import candidate_domains
from mcp_static.proofs.keys import DomainKey, KeyRecords, read_records
from mcp_static.proofs.memory import namespaces_above
from mcp_static.proofs.results import fails, holds, unknown
from mcp_static.proofs.signatures import (
    Signature,
    claims_problem,
    is_made_by,
    publish_claims,
    read_publish_signature,
    read_status_signature,
    status_claims,
)
from mcp_static.reports.findings import Finding

DNS_KEY: Final = ProofId.DNS_KEY
HTTPS_KEY: Final = ProofId.HTTPS_KEY
_MAX_KEYS: Final = 8
"""Keys that are noted with a proof; a domain that rotates has two."""
WELL_KNOWN: Final = "/.well-known/mcp-registry-auth"


def prove_dns_key(claim: Claim, context: ProofContext) -> Finding:
    """A key in DNS, at the namespace's domain or above it, made the signature."""
    signature = _signature(DNS_KEY, claim, context)
    if isinstance(signature, Finding):
        return signature
    domains = candidate_domains(claim.name.namespace)
    if not domains:
        return fails(
            DNS_KEY,
            f"{claim.name.namespace.domain} is a public suffix, or none that anybody can own",
            "Publish under a domain of your own.",
        )
    failures, doubt = [], ""
    for domain in domains:
        lookup = context.resolution.look_up(domain)
        if not lookup.is_conclusive:
            doubt = doubt or lookup.message
        elif not lookup.is_found:
            failures.append(lookup.message)
        else:
            records = read_records(list(lookup.texts))
            made = _Signed(signature, records, claim, context)
            if made.keys:
                where = f"in the DNS of {domain}"
                return made.holds(DNS_KEY, where, domain, f"DNS, {lookup.security.value}")
            failures.append(_stale(domain, signature, records))
    if doubt:
        return unknown(DNS_KEY, doubt)
    return fails(
        DNS_KEY,
        "; ".join(failures),
        f"`mcp-static verify-domain {domains[-1]}` shows each name server's answer.",
    )


def prove_https_key(claim: Claim, context: ProofContext) -> Finding:
    """A key at the well-known address of the namespace's host made the signature."""
    signature = _signature(HTTPS_KEY, claim, context)
    if isinstance(signature, Finding):
        return signature
    domain = claim.name.namespace.domain
    fix = f"Serve the line that `mcp-static keygen` printed at https://{domain}{WELL_KNOWN}."
    if not candidate_domains(claim.name.namespace):
        return fails(HTTPS_KEY, f"{domain} is a public suffix, or none that anybody can own", fix)
    try:
        records = fetch_key_records(domain, context)
    except FetchRefusedError as error:
        return fails(HTTPS_KEY, str(error), fix)
    except UnansweredError as error:
        # A host that serves no key is an author's choice, not an outage: the DNS may hold it.
        return fails(HTTPS_KEY, str(error), fix)
    made = _Signed(signature, records, claim, context)
    if not made.keys:
        return fails(HTTPS_KEY, _stale(domain, signature, records), fix)
    return made.holds(HTTPS_KEY, f"at https://{domain}{WELL_KNOWN}", domain, "HTTPS")


def fetch_key_records(domain: str, context: ProofContext) -> KeyRecords:
    """The keys at a host's well-known address; raises FetchRefusedError and UnansweredError."""
    answer = context.fetcher.get(f"https://{domain}{WELL_KNOWN}", KEY_RECORD)
    if not answer.is_ok:
        raise FetchRefusedError(f"https://{domain}{WELL_KNOWN} answers {answer.status}")
    return read_records(answer.body.decode(errors="replace").splitlines())


def _signature(proof: str, claim: Claim, context: ProofContext) -> Signature | Finding:
    """The signature that comes with a claim, if it is about exactly this claim."""
    fix = "Sign it: `mcp-static sign`, with the registry's address and the domain's key."
    try:
        if isinstance(claim, Publication):
            if claim.signature is None:
                return fails(proof, "there is no signature (proof.json)", fix)
            signature = read_publish_signature(claim.signature)
            expected = publish_claims(claim.name, claim.version, claim.content, context.registry)
        else:
            fix = "Sign it: `mcp-static status … --key`."
            if claim.file.proof is None:
                return fails(proof, "status.json has no `proof`", fix)
            signature = read_status_signature(claim.file.proof)
            expected = status_claims(claim.name, claim.version, claim.file, context.registry)
    except SignatureError as error:
        return fails(proof, str(error), fix)
    problem = claims_problem(signature, expected, context.now, context.arrived, claim.content)
    return fails(proof, problem, fix) if problem else signature


class _Signed:
    """Which keys made the signatures of a claim: those that a domain publishes, and remembered ones."""

    def __init__(
        self, signature: Signature, records: KeyRecords, claim: Claim, context: ProofContext
    ) -> None:
        self._records = records
        self._context = context
        known = _remembered_keys(claim, context)
        made = [key for key in records.keys if _has_signed(key, signature)]
        self.keys: Final = sorted(made, key=lambda key: key not in known)
        """The published keys that signed, a remembered one first."""
        endorsing = (key for key in known if key not in made and _has_signed(key, signature))
        self._previous = next(endorsing, None) if signature.others else None

    def holds(self, proof: str, where: str, domain: str, via: str) -> Finding:
        """The proof, with the key that made the signature and all that the domain publishes."""
        key = self.keys[0]
        previous = {"previousKey": self._previous.record} if self._previous is not None else {}
        return holds(
            proof,
            f"the key {key.fingerprint} {where} made the signature",
            domain=domain,
            key=key.record,
            fingerprint=key.fingerprint,
            via=via,
            keys=tuple(one.record for one in self._records.keys[:_MAX_KEYS]),
            nameServers=self._context.resolution.name_servers(domain),
            **previous,
        )


def _has_signed(key: DomainKey, signature: Signature) -> bool:
    return any(is_made_by(one, key) for one in signature.all)


def _remembered_keys(claim: Claim, context: ProofContext) -> tuple[DomainKey, ...]:
    memories = (context.memories.of_namespace(one) for one in namespaces_above(claim.name.namespace))
    known = [one.value for memory in memories for one in memory.of_kind(IdentityKind.KEY)]
    blocked = context.settings.blocked.keys  # what has leaked hands nothing over
    return tuple(
        key for record in known for key in read_records([record]).keys if key.fingerprint not in blocked
    )


def _stale(domain: str, signature: Signature, records: KeyRecords) -> str:
    """Why none of a domain's keys made the signature, the keys named by fingerprint."""
    found = ", ".join(f"{key.fingerprint} ({key.algorithm})" for key in records.keys)
    said = f"the signature says it was made by {signature.fingerprint!r}"
    faults = f"; {'; '.join(records.faults)}" if records.faults else ""
    if not found:
        return f"{domain} publishes no key that can be read{faults}"
    return f"{domain} publishes {found}; none made the signature ({said}){faults}"
