"""What came of trying a proof: it holds, it fails, it could not be checked, or it has no say here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """How trying a proof ended."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "could not be checked"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One proof tried: what was found, what its author can do, and the facts it rests on.

    `facts` are for `accepted.json`: short texts and numbers, such as an account's id or a commit.
    """

    proof: str
    verdict: Verdict
    says: str
    mend: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether it proves what was asked."""
        return self.verdict is Verdict.HOLDS


def holds(proof: str, says: str, **facts: str | int) -> Outcome:
    """The outcome of a proof that holds."""
    return Outcome(proof, Verdict.HOLDS, says, facts=facts)


def fails(proof: str, says: str, mend: str) -> Outcome:
    """The outcome of a proof that fails, with what its author can do."""
    return Outcome(proof, Verdict.FAILS, says, mend)


def unknown(proof: str, says: str, mend: str = "Run the check again in a while.") -> Outcome:
    """The outcome of a proof that could not be tried to its end."""
    return Outcome(proof, Verdict.UNKNOWN, says, mend)
