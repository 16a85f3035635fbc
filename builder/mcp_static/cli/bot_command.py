"""`mcp-static bot`: carries out the commands of a comment."""

from pathlib import Path

import click

from mcp_static.cli.console import show
from mcp_static.cli.forge_options import EVENT, REPO
from mcp_static.forges.workflow import open_workflow, read_event
from mcp_static.git.access import network_of
from mcp_static.git.repository import open_repository
from mcp_static.publishing.bot import answer_comment
from mcp_static.publishing.comment_handover import read_comment_handover


@click.command("bot")
@EVENT
@REPO
@click.option(
    "--handover",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="What `read-comment --handover` wrote about this comment.",
)
def command(event_file: Path, repo: Path, handover: Path) -> None:
    """Carry out what a comment on an issue or pull request asks for, and answer it.

    The comment was read elsewhere, without a right to write: here only the commands of people with
    write access are read. If that ended without a result, their acts are carried out all the same.
    """
    event = read_event(event_file)
    read = read_comment_handover(handover) if handover.exists() else None
    with (
        open_repository(repo) as clone,
        open_workflow(event.repository, clone, event.clone_url, network=network_of(clone)) as workflow,
    ):
        show(answer_comment(event, clone, workflow.registry, read))
