"""Proofs tried for a report: those of the namespace, and those of the packages."""

from dataclasses import replace

from mcp_static.model.names import ServerName
from mcp_static.proofs.claims import Claim, ProofContext, Publication
from mcp_static.proofs.namespace import prove_namespace
from mcp_static.proofs.packages import prove_packages
from mcp_static.reports.findings import Finding, Level


def namespace_findings(claim: Claim, context: ProofContext) -> tuple[list[Finding], Finding | None]:
    """A finding for each proof of the namespace that was tried, and the one that holds or is held.

    One is enough: those that fail are notes when another holds, and warnings when one could not be
    tried, since that one might hold. One that is held counts if no other holds.
    """
    tried = prove_namespace(claim, context)
    proven = next((finding for finding in tried if finding.has_passed), None)
    proven = proven or next((finding for finding in tried if finding.level is Level.HELD), None)
    if proven is not None:
        return [finding if finding is proven else _as_note(finding) for finding in tried], proven
    if any(finding.level is Level.UNKNOWN for finding in tried):
        tried = [
            replace(finding, level=Level.WARNING) if finding.is_error else finding for finding in tried
        ]
    return tried, None


def package_findings(claim: Publication, context: ProofContext) -> list[Finding]:
    """A finding for each package of a record."""
    return list(prove_packages(claim.document, claim.name, context.settings, context.fetcher))


def own_spelling(name: ServerName, findings: list[Finding]) -> list[Finding]:
    """A warning where the first server of an account is not written as its forge writes the account.

    The first publish settles the spelling: no other one is taken afterwards, and packages that name the
    server as the forge does would be told to be wrong.
    """
    for finding in findings:
        login = str(finding.facts.get("login", ""))
        text = name.namespace.text
        if finding.has_passed and text.lower().endswith(f".{login.lower()}") and login:
            owned = f"{text[: len(text) - len(login)]}{login}"
            if owned == text:
                return []
            message = f"writes {text}, and the account {login}; the first publish settles it"
            fix = f"Call it {owned}/{name.server}, unless you want it otherwise: later is too late."
            return [Finding("account-spelling", Level.WARNING, message, fix, "name")]
    return []


def _as_note(finding: Finding) -> Finding:
    return replace(finding, level=Level.NOTE, fix="")
