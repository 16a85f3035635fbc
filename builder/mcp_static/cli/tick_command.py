"""`mcp-static tick`: a commit for the quarantines that have ended."""

from pathlib import Path

import click

from mcp_static.cli.operator_options import REPO
from mcp_static.git.repository import open_repository, resolve_commit
from mcp_static.moderation.ticking import tick


@click.command("tick")
@REPO
def command(repo: Path) -> None:
    """Commit nothing but the time if a quarantine has ended since the last commit.

    Dates are compared with the times of commits, so that a build depends on nothing else.
    """
    with open_repository(repo) as repository:
        ended = tick(repository, resolve_commit(repository, "HEAD"))
    if ended:
        click.echo(f"The quarantine of {', '.join(ended)} has ended. Push the new commit, and deploy.")
    else:
        click.echo("No quarantine has ended since the last commit; nothing to do.")
