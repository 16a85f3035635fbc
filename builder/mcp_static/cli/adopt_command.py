"""`mcp-static adopt`: who proved each name of a registry, read from its records and remembered."""

import time
from pathlib import Path

import click

from mcp_static.cli.forge_options import REPO
from mcp_static.git.repository import open_repository
from mcp_static.git.writing import NewCommit, require_clean, tip_of, write_commits
from mcp_static.model.errors import InputError
from mcp_static.proofs.adoption import adopted_files
from mcp_static.reports.printing import counted_of


@click.command("adopt")
@REPO
def command(repo: Path) -> None:
    """Remember who has proven the names of a registry so far, in one commit of identity.json files.

    For registries that were imported, merged by hand, or published before there were such files. What
    they remember already stays; running it again changes nothing.
    """
    with open_repository(repo) as repository:
        require_clean(repository)
        commit = tip_of(repository)
        if commit is None:
            raise InputError(f"{repo} has no commits yet.", "Publish or import something first.")
        files = adopted_files(repository, commit)
        if not files:
            click.echo("Everything is remembered already.")
            return
        message = "Remember who has proven the names so far"
        write_commits(repository, [NewCommit(int(time.time()), message, files)])
    click.echo(f"{counted_of(len(files), 'identity.json file')} written, in one commit.")
