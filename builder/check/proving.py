"""Proofs tried, as lines of a report: those of the namespace, and those of the packages."""

from builder.check.report import Line, Mark
from builder.proofs.claims import Claim, Means, Publication
from builder.proofs.outcome import Outcome, Verdict
from builder.proofs.packages.proofs import prove_packages
from builder.proofs.proofs import prove_namespace


def namespace_lines(claim: Claim, means: Means) -> tuple[list[Line], Outcome | None]:
    """A line for each proof of the namespace that was tried, and the one that holds."""
    outcomes = prove_namespace(claim, means)
    proven = next((outcome for outcome in outcomes if outcome.holds), None)
    return [_line(outcome, is_proven=proven is not None) for outcome in outcomes], proven


def package_lines(claim: Publication, means: Means) -> list[Line]:
    """A line for each package of a record."""
    outcomes = prove_packages(claim.document, claim.name, means.settings, means.fetcher)
    return [_line(outcome, is_proven=False) for outcome in outcomes]


def _line(outcome: Outcome, *, is_proven: bool) -> Line:
    """A proof's line; one that fails is no more than a note when another holds."""
    if outcome.holds:
        return Line(outcome.proof, Mark.PASSED, outcome.says, is_proof=True)
    if is_proven:
        return Line(outcome.proof, Mark.NOTE, outcome.says, is_proof=True)
    mark = Mark.UNKNOWN if outcome.verdict is Verdict.UNKNOWN else Mark.FAILED
    return Line(outcome.proof, mark, outcome.says, outcome.mend, is_proof=True)
