"""`mcp-static tick`: a commit for the quarantines that have ended."""

from pathlib import Path

import click

from mcp_static.cli.console import show
from mcp_static.cli.operator_options import REPO
from mcp_static.forges.workflow import open_workflow
from mcp_static.git.access import network_of
from mcp_static.git.repository import open_repository, resolve_commit
from mcp_static.moderation.ticking import tick
from mcp_static.publishing.operating import tick_on
from mcp_static.publishing.sweeping import sweep


@click.command("tick")
@REPO
@click.option(
    "--on-forge",
    "--on-github",
    "full_name",
    metavar="OWNER/NAME",
    help="Commit to the main of this repository on the workflow's forge, past its protection, and "
    "deploy.",
)
def command(repo: Path, full_name: str | None) -> None:
    """Commit nothing but the time if a quarantine has ended since the last commit.

    Dates are compared with the times of commits, so that a build depends on nothing else. On a forge it
    also removes what jobs that were killed have left there, and closes reviews that nobody waits for.
    """
    with open_repository(repo) as repository:
        if full_name is not None:
            with open_workflow(full_name, repository, network=network_of(repository)) as workflow:
                ended = tick_on(workflow.registry, repository)
                for line in sweep(workflow.registry, repository):
                    show(f"{line}.")
        else:
            ended = tick(repository, resolve_commit(repository, "HEAD"))
    if ended and full_name is not None:
        show(f"The quarantine of {', '.join(ended)} has ended; the deploy is started.")
    elif ended:
        show(f"The quarantine of {', '.join(ended)} has ended. Push the new commit, and deploy.")
    else:
        show("No quarantine has ended since the last commit; nothing to do.")
