"""`mcp-static thaw`: publishing opened again."""

from pathlib import Path

import click

from mcp_static.cli.blocking import change_settings
from mcp_static.cli.operator_options import BY, REASON, REPO
from mcp_static.moderation.settings import thaw


@click.command("thaw")
@REASON
@BY
@REPO
def command(reason: str, by: str | None, repo: Path) -> None:
    """Open publishing again."""
    change_settings(
        repo,
        reason,
        by,
        thaw,
        "publishing is open again; pull requests that were refused have to be checked again.",
    )
