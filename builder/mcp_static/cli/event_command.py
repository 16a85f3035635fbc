"""`mcp-static event`: what the event of a workflow asks for, for pipelines that one trigger starts."""

from pathlib import Path

import click

from mcp_static.cli.forge_options import EVENT
from mcp_static.forges.workflow import read_event


@click.command("event")
@EVENT
def command(event_file: Path) -> None:
    """Say what an event asks for: `check`, `comment` (which `bot` answers) or `nothing`."""
    click.echo(read_event(event_file).asks_for or "nothing")
