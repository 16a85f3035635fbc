"""`mcp-static conformance`: a registry held against the standard API."""

import sys
from typing import Any

import click
import orjson

from mcp_static.api.abilities import Ability
from mcp_static.cli.console import ConsoleProgress
from mcp_static.conformance.check import Finding, Result, examine
from mcp_static.conformance.checks import CHECKS
from mcp_static.conformance.probe import Probe
from mcp_static.model.errors import UsageError
from mcp_static.model.terminal import printable

_SIGNS = {Result.HOLDS: "✓", Result.FAILS: "✗", Result.NOT_SEEN: "·"}


@click.command("conformance")
@click.argument("url")
@click.option(
    "--only",
    type=click.Choice([ability.value for ability in Ability]),
    multiple=True,
    help="Look at this ability alone; may be given several times.",
)
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def command(url: str, only: tuple[str, ...], style: str) -> None:
    """Hold the registry at URL, ours or any other, against the standard API (v0.1).

    It is only read, with some hundreds of requests. Exit codes: 0 all holds, 1 something does not,
    3 it could not be reached.
    """
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"{url!r} is no address.", "It begins with https://, without /v0.1.")
    chosen = [check for check in CHECKS if not only or check.ability in only]
    findings: list[Finding] = []
    with Probe(url.removesuffix("/v0.1")) as probe, ConsoleProgress() as progress:
        progress.stage("Asking", len(chosen))
        for finding in examine(probe, chosen):
            findings.append(finding)
            progress.advance()
    click.echo(_as_json(findings) if style == "json" else _as_text(findings))
    if any(finding.result is Result.FAILS for finding in findings):
        sys.exit(1)


def _as_text(findings: list[Finding]) -> str:
    lines = []
    ability = None
    for finding in findings:
        if finding.check.ability is not ability:
            ability = finding.check.ability
            lines.append(f"{ability.value}")
        lines.append(f"  {_SIGNS[finding.result]} {finding.check.says}  [{finding.check.id}]")
        if finding.why:
            lines.append(printable(f"      {finding.why}"))
    counts = {result: sum(f.result is result for f in findings) for result in Result}
    lines.append(", ".join(f"{count} {result.value}" for result, count in counts.items()) + ".")
    return "\n".join(lines)


def _as_json(findings: list[Finding]) -> str:
    rows: list[dict[str, Any]] = [
        {
            "id": finding.check.id,
            "ability": finding.check.ability.value,
            "says": finding.check.says,
            "result": finding.result.value,
            "why": finding.why,
        }
        for finding in findings
    ]
    return orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode()
