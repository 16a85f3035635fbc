"""What a conformance check is, and running all of them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from mcp_static.api.abilities import Ability
from mcp_static.conformance.probe import Probe
from mcp_static.model.errors import NonconformityError, NothingToSeeError
from mcp_static.reports.findings import Finding, Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One sentence of the standard, and how to see whether it holds."""

    id: str
    ability: Ability
    requirement: str
    run: Callable[[Probe], None]


def checks_of(ability: Ability, *rows: tuple[str, str, Callable[[Probe], None]]) -> tuple[Check, ...]:
    """The checks of one ability, from rows of id, sentence and what to run."""
    return tuple(
        Check(id=name, ability=ability, requirement=requirement, run=run)
        for name, requirement, run in rows
    )


def run_checks(probe: Probe, checks: Iterable[Check]) -> Iterator[tuple[Check, Finding]]:
    """Run checks against a registry; raises ServiceError when it cannot be reached."""
    for check in checks:
        try:
            check.run(probe)
        except NonconformityError as error:
            yield check, Finding(check.id, Level.ERROR, f"{check.requirement} But {error}.")
        except NothingToSeeError as error:
            yield check, Finding(check.id, Level.NOTE, f"{check.requirement} Not tried: {error}.")
        else:
            yield check, Finding(check.id, Level.PASSED, check.requirement)
