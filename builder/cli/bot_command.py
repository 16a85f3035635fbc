"""`mcp-static bot`: the commands of a comment carried out."""

from pathlib import Path

import click

from builder.cli.forge_options import EVENT, REPO
from builder.forge.bot import answer_comment
from builder.forge.credentials import token_from_environment
from builder.forge.events import read_event
from builder.git.repository import open_repository


@click.command("bot")
@EVENT
@REPO
def command(event_file: Path, repo: Path) -> None:
    """Answer a comment on an issue or pull request: /publish, /status, /check, /help."""
    event = read_event(event_file)
    with open_repository(repo) as repository:
        click.echo(answer_comment(event, repository, token_from_environment()))
