"""`mcp-static new`: the whole repository of a new registry."""

from pathlib import Path
from typing import Any

import click

from mcp_static.cli.console import say
from mcp_static.cli.registry_options import (
    ask,
    can_ask,
    given_in,
    installed_by,
    registry_options,
)
from mcp_static.model.terminal import printable
from mcp_static.scaffolding.creating import create_registry, require_empty


@click.command("new")
@click.argument("folder", type=click.Path(path_type=Path))
@registry_options
@click.option("--yes", is_flag=True, help="Ask nothing; take what follows from the options.")
def command(folder: Path, *, yes: bool, **values: Any) -> None:
    """Write the repository of a new registry to FOLDER: settings, workflows, texts, a first commit.

    On a terminal it asks for what the options do not say. The tool's release is pinned with the digests
    that the package index has of it.
    """
    require_empty(folder)
    name = folder.resolve().name
    given = given_in(values)
    if not yes and can_ask():
        given = ask(given, name)
    answers = given.answers(name)
    installed = installed_by(values)
    count = create_registry(folder, answers, installed, values["tool_url"])
    if installed.note:
        say(f"note: {installed.note}")
    click.echo(printable(f"{folder}: {answers.title}, {count} files, one commit on main"))
    click.echo("\nNext:")
    click.echo(printable(f"  cd {folder} && mcp-static build && mcp-static serve"))
    if answers.repository:
        click.echo(printable(f"  git remote add origin {answers.repository}.git"))
        click.echo("  git push --set-upstream origin main")
    click.echo("  README.md has the rest of the set-up.")
