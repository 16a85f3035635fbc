"""`mcp-static verify`: compares a registry, stored or served, with its own checksums."""

import sys
from pathlib import Path

import click

from mcp_static.cli.console import ConsoleProgress
from mcp_static.cli.network_options import NETWORK, network_of
from mcp_static.cli.reporting import show_report
from mcp_static.cli.style_options import TEXT_OR_JSON
from mcp_static.conformance.served import ServedRegistry
from mcp_static.conformance.verifying import Verification, folder_reader, verify
from mcp_static.model.errors import InputError
from mcp_static.model.registry_address import registry_address
from mcp_static.net.client import Client
from mcp_static.reports.findings import Report, Section
from mcp_static.reports.printing import Style, counted_of

_SAMPLE = 200
_SECONDS = 120
_NAMED = 50


@click.command("verify")
@click.argument("target", metavar="URL|FOLDER", default="dist")
@click.option("--all", "is_all", is_flag=True, help="Compare every document, not a sample.")
@click.option(
    "--sample",
    type=click.IntRange(1),
    default=_SAMPLE,
    show_default=True,
    help="How many documents to compare, chosen at random.",
)
@TEXT_OR_JSON
@NETWORK
def command(
    target: str, style: Style, settings_file: Path | None, *, is_all: bool, sample: int
) -> None:
    """Compare a served registry, or an output folder, with what its snapshot and checksums say.

    Exit codes: 0 all is as it should be, 1 something is not, 3 it could not be reached.
    """
    chosen = None if is_all else sample
    with ConsoleProgress() as progress:
        if target.startswith(("http://", "https://")):
            target = registry_address(target)
            with Client(seconds=_SECONDS, network=network_of(settings_file)) as client:
                served = ServedRegistry(client, target)
                found = verify(served.read, chosen, progress, served.read_list, served)
        elif Path(target).is_dir():
            found = verify(folder_reader(Path(target)), chosen, progress)
        else:
            raise InputError(f"{target} is neither a folder nor a URL.", "Give dist, or https://….")
    report = _report(target, found)
    show_report(report, style, most=_NAMED)
    if report.exit_code:
        sys.exit(report.exit_code)


def _report(target: str, found: Verification) -> Report:
    summary = (
        f"{target} has {found.commit[:12]}: {found.compared:,} of "
        f"{counted_of(found.listed, 'document')} compared, "
        f"{sum(problem.is_error for problem in found.problems)} wrong."
    )
    if found.stale:
        summary += f" Of {counted_of(found.stale, 'document')}, a cache had an older copy."
    advice = ("`mcp-static build --full` rewrites everything; then deploy again.",)
    section = Section("Documents", target, tuple(found.problems))
    return Report((section,), summary, advice if any(one.is_error for one in found.problems) else ())
