"""`mcp-static freeze`: publishing closed."""

from pathlib import Path

import click

from mcp_static.cli.blocking import change_settings
from mcp_static.cli.operator_options import BY, REASON, REPO
from mcp_static.moderation.settings import freeze


@click.command("freeze")
@REASON
@BY
@REPO
def command(reason: str, by: str | None, repo: Path) -> None:
    """Close publishing: checks and merges refuse everything new, and reading goes on."""
    change_settings(
        repo,
        reason,
        by,
        freeze,
        "checks and merges refuse everything from now on. `mcp-static thaw` opens it again.",
    )
