"""`mcp-static report`: the result of a check, posted as a comment."""

from pathlib import Path

import click

from mcp_static.cli.console import show
from mcp_static.cli.forge_options import EVENT
from mcp_static.cli.network_options import NETWORK, network_of
from mcp_static.forges.workflow import open_workflow, read_event
from mcp_static.model.errors import InputError
from mcp_static.publishing.handover import read_handover
from mcp_static.publishing.reporting import post_failure, post_report


@click.command("report")
@EVENT
@click.option(
    "--handover",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="What `check --handover` wrote about this pull request.",
)
@NETWORK
def command(event_file: Path, handover: Path, settings_file: Path | None) -> None:
    """Post the report of a check on its pull request, in the one comment that is edited.

    Where the check ended without a result, the comment says so.
    """
    event = read_event(event_file)
    if event.number is None:
        raise InputError("The event is about no pull request.", "Nothing was posted.")
    checked = read_handover(handover) if handover.exists() else None
    if checked is not None and event.number != checked.pull_request:
        raise InputError(
            f"{handover} is about another pull request than the event.", "Nothing was posted."
        )
    with open_workflow(event.repository, network=network_of(settings_file)) as workflow:
        if checked is None:
            post_failure(workflow.registry, event.number, event.head)
        else:
            post_report(workflow.registry, checked)
    show(f"Reported on #{event.number}.")
