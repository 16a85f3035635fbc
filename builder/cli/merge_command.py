"""`mcp-static merge`: a pull request checked against main as it is now, and merged."""

import sys
from pathlib import Path

import click

from builder.cli.forge_options import EVENT, REPO, STATE
from builder.forge.credentials import token_from_environment
from builder.forge.events import read_event
from builder.forge.merging import merge
from builder.forge.pull_check import pull_checker
from builder.git.repository import open_repository


@click.command("merge")
@EVENT
@REPO
@STATE
def command(event_file: Path, repo: Path, built: Path) -> None:
    """Check the pull request of an event again, report on it, and merge it if registry.toml says so.

    Exit codes: 0 merged, or nothing to do; 1 not green; 3 something could not be checked.
    """
    event = read_event(event_file)
    token = token_from_environment()
    with open_repository(repo) as repository, pull_checker(event, repository, token, built) as checker:
        result = merge(checker)
    click.echo(result.says)
    if result.exit_code:
        sys.exit(result.exit_code)
