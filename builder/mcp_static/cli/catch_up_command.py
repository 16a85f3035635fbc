"""`mcp-static catch-up`: checks for pull requests whose events were lost."""

import click

from mcp_static.forges.workflow import open_workflow
from mcp_static.publishing.catching_up import catch_up


@click.command("catch-up")
@click.argument("full_name", metavar="OWNER/NAME")
def command(full_name: str) -> None:
    """Start a check of every open pull request whose head has no report yet; for a schedule."""
    with open_workflow(full_name) as workflow:
        started = catch_up(workflow.registry)
    if started:
        click.echo(f"The check of {', '.join(started)} is started.")
    else:
        click.echo("Every open pull request has a report on its head.")
