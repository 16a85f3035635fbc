"""What a conformance check is, and running all of them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from mcp_static.api.abilities import Ability
from mcp_static.conformance.probe import NonconformityError, NothingToSeeError, Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One sentence of the standard, and how to see whether it holds."""

    id: str
    ability: Ability
    says: str
    run: Callable[[Probe], None]


def checks_of(ability: Ability, *rows: tuple[str, str, Callable[[Probe], None]]) -> tuple[Check, ...]:
    """The checks of one ability, from rows of id, sentence and what to run."""
    return tuple(Check(id=name, ability=ability, says=says, run=run) for name, says, run in rows)


class Result(StrEnum):
    """How a check ended."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_SEEN = "not seen"


@dataclass(frozen=True, slots=True)
class Finding:
    """A check, how it ended, and why if it does not hold."""

    check: Check
    result: Result
    why: str = ""


def examine(probe: Probe, checks: Iterable[Check]) -> Iterator[Finding]:
    """Run checks against a registry; raises ServiceError when it cannot be reached."""
    for check in checks:
        try:
            check.run(probe)
        except NonconformityError as error:
            yield Finding(check, Result.FAILS, str(error))
        except NothingToSeeError as error:
            yield Finding(check, Result.NOT_SEEN, str(error))
        else:
            yield Finding(check, Result.HOLDS)
