"""Proofs tried, as lines of a report: those of the namespace, and those of the packages."""

from mcp_static.check.report import Line, Mark
from mcp_static.proofs.claims import Claim, Means, Publication
from mcp_static.proofs.namespace import prove_namespace
from mcp_static.proofs.outcome import Outcome, Verdict
from mcp_static.proofs.packages.prove import prove_packages


def namespace_lines(claim: Claim, means: Means) -> tuple[list[Line], Outcome | None]:
    """A line for each proof of the namespace that was tried, and the one that holds.

    One is enough: those that fail are notes beside one that holds, and warnings beside one that
    could not be tried, since that one might.
    """
    outcomes = prove_namespace(claim, means)
    proven = next((outcome for outcome in outcomes if outcome.holds), None)
    failure = Mark.FAILED
    if proven is not None:
        failure = Mark.NOTE
    elif any(outcome.verdict is Verdict.UNKNOWN for outcome in outcomes):
        failure = Mark.WARNING
    return [_line(outcome, failure) for outcome in outcomes], proven


def package_lines(claim: Publication, means: Means) -> list[Line]:
    """A line for each package of a record."""
    outcomes = prove_packages(claim.document, claim.name, means.settings, means.fetcher)
    return [_line(outcome, Mark.FAILED) for outcome in outcomes]


def _line(outcome: Outcome, failure: Mark) -> Line:
    """A proof's line; `failure` is what it means here if the proof fails."""
    if outcome.holds:
        return Line(outcome.proof, Mark.PASSED, outcome.says, is_proof=True)
    is_open = outcome.verdict is Verdict.UNKNOWN and failure is not Mark.NOTE
    mark = Mark.UNKNOWN if is_open else failure
    mend = "" if mark is Mark.NOTE else outcome.mend
    return Line(outcome.proof, mark, outcome.says, mend, is_proof=True)
