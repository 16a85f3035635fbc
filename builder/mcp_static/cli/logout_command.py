"""`mcp-static logout`: forgets the logins."""

import click

from mcp_static.forges.github.login import forget_token
from mcp_static.forges.gitlab.login import forget_logins


@click.command("logout")
def command() -> None:
    """Forget the logins of `mcp-static login`. At the forge they stay valid until revoked there."""
    found = [forget_token(), forget_logins()]
    click.echo("Forgotten." if any(found) else "There was no login.")
