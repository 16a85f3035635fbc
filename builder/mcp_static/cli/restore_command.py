"""`mcp-static restore`: a takedown withdrawn."""

from pathlib import Path

import click

from mcp_static.cli.operator_options import BY, REASON, REPO, carry_out
from mcp_static.git.repository import open_repository, resolve_commit
from mcp_static.moderation.decisions import grounds
from mcp_static.moderation.places import parse_place
from mcp_static.moderation.takedowns import restore


@click.command("restore")
@click.argument("target", metavar="NAMESPACE[/SERVER[@VERSION]]")
@REASON
@BY
@REPO
def command(target: str, reason: str, by: str | None, repo: Path) -> None:
    """Withdraw the takedown of exactly this version, server or namespace."""
    place = parse_place(target)
    with open_repository(repo) as repository:
        head = resolve_commit(repository, "HEAD")
        made = restore(repository, head, place, grounds(repository, reason, by))
        carry_out(repository, made, "with the next deploy it is served as its owner left it.")
