"""`mcp-static unblock`: somebody let in again."""

from pathlib import Path

import click

from mcp_static.cli.blocking import blockable, change_settings, chosen
from mcp_static.cli.operator_options import BY, REASON, REPO
from mcp_static.moderation.settings import unblock


@click.command("unblock")
@blockable
@REASON
@BY
@REPO
def command(reason: str, by: str | None, repo: Path, **given: str | None) -> None:
    """Take something off the lists of what is blocked."""
    listed, value = chosen(given)
    change_settings(
        repo,
        reason,
        by,
        lambda text, why: unblock(text, listed, value, why),
        "the check takes it again from now on.",
    )
