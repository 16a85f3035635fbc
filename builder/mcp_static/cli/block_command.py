"""`mcp-static block`: somebody kept out."""

from pathlib import Path

import click

from mcp_static.cli.blocking import blockable, change_settings, chosen
from mcp_static.cli.operator_options import BY, REASON, REPO
from mcp_static.moderation.settings import block


@click.command("block")
@blockable
@REASON
@BY
@REPO
def command(reason: str, by: str | None, repo: Path, **given: str | None) -> None:
    """Take nothing new from an account, a repository, a namespace, a key or a host.

    What is published already stays: `affected-by` lists it, `takedown` hides it.
    """
    listed, value = chosen(given)
    change_settings(
        repo,
        reason,
        by,
        lambda text, why: block(text, listed, value, why),
        "the check refuses what it names from now on. It hides nothing that stands: list that with "
        "`mcp-static affected-by`.",
    )
