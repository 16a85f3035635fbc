"""`mcp-static merge`: checks a pull request against main as it is now, and merges it."""

import sys
from pathlib import Path

import click

from mcp_static.cli.console import show
from mcp_static.cli.forge_options import EVENT, HANDOVER, REPO, STATE
from mcp_static.forges.workflow import open_workflow, read_event
from mcp_static.git.access import network_of
from mcp_static.git.repository import open_repository
from mcp_static.publishing.checking import pull_job
from mcp_static.publishing.handover import read_handover
from mcp_static.publishing.merging import merge


@click.command("merge")
@EVENT
@REPO
@STATE
@HANDOVER
def command(event_file: Path, repo: Path, built: Path, handover: Path | None) -> None:
    """Publish the pull request of an event: one commit on main with its records, if all is well.

    With --handover the check has run elsewhere, without a right to write; nothing that the pull
    request contains is parsed here. Without, the check runs here and its report is posted.

    Exit codes: 0 merged, or nothing to do; 1 the check failed; 3 something could not be checked.
    """
    event = read_event(event_file)
    with (
        open_repository(repo) as clone,
        open_workflow(event.repository, clone, event.clone_url, network=network_of(clone)) as workflow,
    ):
        job = pull_job(event, clone, workflow.registry, workflow.clients, built)
        result = merge(job, read_handover(handover) if handover is not None else None)
    show(result.message)
    if result.exit_code:
        sys.exit(result.exit_code)
