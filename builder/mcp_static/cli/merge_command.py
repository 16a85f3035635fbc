"""`mcp-static merge`: a pull request checked against main as it is now, and merged."""

import sys
from pathlib import Path

import click

from mcp_static.cli.forge_options import EVENT, REPO, STATE
from mcp_static.forges.github.client import GitHub
from mcp_static.forges.github.events import read_event
from mcp_static.forges.github.login import token_from_environment
from mcp_static.git.repository import open_repository
from mcp_static.publishing.checking import pull_job
from mcp_static.publishing.merging import merge


@click.command("merge")
@EVENT
@REPO
@STATE
def command(event_file: Path, repo: Path, built: Path) -> None:
    """Check the pull request of an event again, report on it, and merge it if registry.toml says so.

    Exit codes: 0 merged, or nothing to do; 1 not green; 3 something could not be checked.
    """
    event = read_event(event_file)
    with open_repository(repo) as repository, GitHub(token_from_environment()) as github:
        result = merge(pull_job(event, repository, github, built))
    click.echo(result.message)
    if result.exit_code:
        sys.exit(result.exit_code)
