"""What operators' commands have in common: why, by whom, and how a decision is committed and told."""

from pathlib import Path
from typing import Final

import click

from mcp_static.git.repository import Repository
from mcp_static.moderation.decisions import Decision, commit_decision

REPO: Final = click.option(
    "--repo",
    type=click.Path(path_type=Path),
    default=".",
    show_default=True,
    help="A clone of the registry's repository, on the branch to commit to.",
)
REASON: Final = click.option(
    "--reason", required=True, help="Why; the public log of moderation shows it."
)
BY: Final = click.option(
    "--by", metavar="NAME", help="Who decides it; the name that Git commits by unless given."
)


def carry_out(repository: Repository, made: Decision, then: str) -> None:
    """Commit a decision, and say what was done and what happens next."""
    commit = commit_decision(repository, made)
    click.echo(f"Committed {commit[:12]}: {made.entry.act.value} {made.entry.subject}.")
    if made.effect:
        click.echo(made.effect)
    click.echo(f"Push it; {then}")
