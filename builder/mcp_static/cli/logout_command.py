"""`mcp-static logout`: forgets the login."""

import click

from mcp_static.forges.github.login import forget_token


@click.command("logout")
def command() -> None:
    """Forget the login of `mcp-static login`. At GitHub it stays valid until it is revoked there."""
    click.echo("Forgotten." if forget_token() else "There was no login.")
