"""`mcp-static read-comment`: what a comment asks for, for the bot."""

from pathlib import Path

import click

from mcp_static.cli.forge_options import EVENT, REPO
from mcp_static.forges.workflow import open_workflow, read_event
from mcp_static.git.access import network_of
from mcp_static.git.repository import open_repository
from mcp_static.publishing.comment_reading import read_comment
from mcp_static.reports.printing import counted_of


@click.command("read-comment")
@EVENT
@REPO
@click.option(
    "--handover",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Write what `bot` takes from this; nothing if the comment asks for nothing.",
)
@click.option(
    "--outputs",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append the number of commands for later jobs of a workflow ($GITHUB_OUTPUT).",
)
def command(event_file: Path, repo: Path, handover: Path, outputs: Path | None) -> None:
    """Read what a comment on an issue or pull request asks for; nothing is changed.

    What it names is looked up and checked, so this needs no right to write, and should have none.
    """
    event = read_event(event_file)
    with (
        open_repository(repo) as clone,
        open_workflow(event.repository, network=network_of(clone)) as workflow,
    ):
        read = read_comment(event, clone, workflow.registry, workflow.clients)
    count = 0
    if isinstance(read, str):
        click.echo(read)
    else:
        count = len(read.requests)
        handover.write_bytes(read.written())
        click.echo(f"{counted_of(count, 'command')} read.")
    if outputs is not None:
        with outputs.open("a", encoding="utf-8") as stream:
            stream.write(f"commands={count}\n")
