"""`mcp-static conformance`: tests a registry against the standard API."""

import sys
from collections import defaultdict
from pathlib import Path

import click

from mcp_static.api.abilities import Ability
from mcp_static.cli.console import ConsoleProgress
from mcp_static.cli.network_options import NETWORK, network_of
from mcp_static.cli.reporting import show_report
from mcp_static.cli.style_options import TEXT_OR_JSON
from mcp_static.conformance.check import run_checks
from mcp_static.conformance.checks import CHECKS
from mcp_static.conformance.probe import Probe
from mcp_static.model.errors import UsageError
from mcp_static.model.registry_address import registry_address
from mcp_static.reports.findings import Finding, Level, Report, Section
from mcp_static.reports.printing import Style, counted_of


@click.command("conformance")
@click.argument("url")
@click.option(
    "--only",
    type=click.Choice([ability.value for ability in Ability]),
    multiple=True,
    help="Test only this ability; may be given several times.",
)
@TEXT_OR_JSON
@NETWORK
def command(url: str, only: tuple[str, ...], style: Style, settings_file: Path | None) -> None:
    """Test the registry at URL, ours or any other, against the standard API (v0.1).

    It is only read, with a few hundred requests. Exit codes: 0 all holds, 1 something does not,
    3 it could not be reached.
    """
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"{url!r} is not a URL.", "Give one that begins with https://.")
    chosen = [check for check in CHECKS if not only or check.ability in only]
    found: dict[Ability, list[Finding]] = defaultdict(list)
    address, network = registry_address(url), network_of(settings_file)
    with Probe(address, network) as probe, ConsoleProgress() as progress:
        probe.require_signed_in()
        progress.stage("Asking", len(chosen))
        for check, finding in run_checks(probe, chosen):
            found[check.ability].append(finding)
            progress.advance()
    sections = tuple(Section(ability.value, url, tuple(rows)) for ability, rows in found.items())
    report = Report(sections, _summary(sections))
    show_report(report, style)
    if report.exit_code:
        sys.exit(report.exit_code)


def _summary(sections: tuple[Section, ...]) -> str:
    passed, failed, skipped = (
        sum(section.count(level) for section in sections)
        for level in (Level.PASSED, Level.ERROR, Level.NOTE)
    )
    return f"{counted_of(passed, 'check')} passed, {failed} failed, {skipped} not tried."
