"""`mcp-static catch-up`: checks for pull requests whose events were lost."""

from pathlib import Path

import click

from mcp_static.cli.network_options import NETWORK, network_of
from mcp_static.forges.workflow import open_workflow
from mcp_static.publishing.catching_up import catch_up


@click.command("catch-up")
@click.argument("full_name", metavar="OWNER/NAME")
@NETWORK
def command(full_name: str, settings_file: Path | None) -> None:
    """Start a check of every open pull request whose head has no report yet; for a schedule."""
    with open_workflow(full_name, network=network_of(settings_file)) as workflow:
        started = catch_up(workflow.registry)
    if started:
        click.echo(f"The check of {', '.join(started)} is started.")
    else:
        click.echo("Every open pull request has a report on its head.")
