"""The proofs of a namespace, as values: which admits which, in the order in which they are tried."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mcp_static.model.errors import FetchRefusedError, ForbiddenError, UnansweredError
from mcp_static.model.names import Namespace, ServerName
from mcp_static.model.proofs import ProofId
from mcp_static.proofs.account import (
    DELEGATION,
    GRANT,
    has_account,
    has_grant,
    prove_account,
    prove_delegation,
    prove_grant,
)
from mcp_static.proofs.claims import Claim, ProofContext, Publication
from mcp_static.proofs.continuity import continued
from mcp_static.proofs.domain_key import DNS_KEY, HTTPS_KEY, prove_dns_key, prove_https_key
from mcp_static.proofs.results import fails, unknown
from mcp_static.proofs.source import SOURCE, prove_source
from mcp_static.proofs.source_registry import (
    SOURCE_REGISTRY,
    is_mirrored,
    prove_source_registry,
)
from mcp_static.reports.findings import Finding, Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One way to show that a publish or a status is the owner's will.

    `says` is what is shown, `namespaces` which namespaces admit it, for people; `admits` decides.
    """

    id: str
    statement: str
    namespaces: str
    admits: Callable[[Namespace, ProofContext], bool]
    prove: Callable[[Claim, ProofContext], Finding]


def _is_domain(namespace: Namespace, context: ProofContext) -> bool:
    """Whether a domain's own records count: not for what a forge of the settings represents."""
    return namespace.is_of_a_domain and not any(own.has(namespace) for own in context.own_forges)


PROOFS: Final = (
    Proof(
        id=GRANT,
        statement="A grant in registry.toml names the account that brought this very commit.",
        namespaces="any, in private registries",
        admits=has_grant,
        prove=prove_grant,
    ),
    Proof(
        id=ProofId.ACCOUNT,
        statement="The account that the namespace names brought this very commit, by its numeric id.",
        namespaces="io.github.<owner>",
        admits=lambda namespace, context: has_account(namespace, context, "github"),
        prove=prove_account,
    ),
    Proof(
        id=ProofId.GITLAB_ACCOUNT,
        statement="The same for users of GitLab, where the registry lives on that GitLab.",
        namespaces="io.gitlab.<user>",
        admits=lambda namespace, context: has_account(namespace, context, "gitlab"),
        prove=prove_account,
    ),
    Proof(
        id=SOURCE,
        statement="The same bytes are in a repository of the owner: under a tag of the version, or, "
        "if the owner asks, at the head of the default branch; a status at that head alone.",
        namespaces="io.github.<owner>, io.gitlab.<group>",
        admits=lambda namespace, context: context.owner_of(namespace) is not None,
        prove=prove_source,
    ),
    Proof(
        id=SOURCE_REGISTRY,
        statement="Another registry serves the same contents, and a list of `[[sources]]` names them.",
        namespaces="any that a list names",
        admits=is_mirrored,
        prove=prove_source_registry,
    ),
    Proof(
        id=DNS_KEY,
        statement="A key in the DNS of the domain, or of one above it, signed this very content.",
        namespaces="reversed domains",
        admits=_is_domain,
        prove=prove_dns_key,
    ),
    Proof(
        id=HTTPS_KEY,
        statement="A key at the domain's well-known HTTPS address signed this very content.",
        namespaces="reversed domains",
        admits=_is_domain,
        prove=prove_https_key,
    ),
    Proof(
        id=DELEGATION,
        statement="A TXT record of the domain names the account that brought this very commit.",
        namespaces="reversed domains",
        admits=_is_domain,
        prove=prove_delegation,
    ),
)
"""Every proof of a namespace; a signature by a workflow of the owner can join as one more."""

_BY_ACCOUNT: Final = frozenset({GRANT, ProofId.ACCOUNT, ProofId.GITLAB_ACCOUNT, DELEGATION})
"""Proofs that rest on who asks, and on no content."""


def prove_namespace(claim: Claim, context: ProofContext) -> list[Finding]:
    """Try the proofs that a namespace admits, until one holds; every outcome, in order."""
    namespace = claim.name.namespace
    outcomes: list[Finding] = []
    for proof in PROOFS:
        if not proof.admits(namespace, context):
            continue
        try:
            context.budget.require()
            outcome = continued(proof.prove(claim, context), claim, context)
        except (UnansweredError, ForbiddenError) as error:
            outcome = unknown(proof.id, str(error))
        except FetchRefusedError as error:
            outcome = fails(proof.id, str(error), "Use another proof, or fix that address.")
        outcomes.append(outcome)
        if outcome.has_passed:
            return outcomes
    if not outcomes:
        outcomes.append(
            fails(
                "namespace",
                f"no proof can show who owns {namespace}",
                "Use io.github.<login>, io.gitlab.<group>, or the reverse of a domain of yours.",
            )
        )
    return outcomes


def is_account_of(namespace: Namespace, context: ProofContext) -> bool:
    """Whether an account that the context names proves a namespace, whatever it wants to publish there.

    Raises UnansweredError and ForbiddenError where that could not be found out.
    """
    claim = Publication(ServerName(namespace, "any"), "", b"", {})
    for proof in PROOFS:
        if proof.id not in _BY_ACCOUNT or not proof.admits(namespace, context):
            continue
        context.budget.require()
        outcome = proof.prove(claim, context)
        if outcome.level is Level.UNKNOWN:
            raise UnansweredError(outcome.message)
        if outcome.has_passed:
            return True
    return False
