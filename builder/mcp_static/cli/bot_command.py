"""`mcp-static bot`: carries out the commands of a comment."""

from pathlib import Path

import click

from mcp_static.cli.forge_options import EVENT, REPO
from mcp_static.forges.workflow import open_workflow, read_event
from mcp_static.git.repository import open_repository
from mcp_static.publishing.bot import answer_comment


@click.command("bot")
@EVENT
@REPO
def command(event_file: Path, repo: Path) -> None:
    """Answer a comment on an issue or pull request: /publish, /status, /check, /help."""
    event = read_event(event_file)
    with (
        open_repository(repo) as clone,
        open_workflow(event.repository, clone, event.clone_url) as workflow,
    ):
        click.echo(answer_comment(event, clone, workflow.registry, workflow.clients))
