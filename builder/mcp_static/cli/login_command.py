"""`mcp-static login`: logs in to GitHub, for publish and status."""

from pathlib import Path

import click

from mcp_static.cli.author_options import REGISTRY, SETTINGS, settings_of
from mcp_static.forges.github.login import begin_login, finish_login, keep_token, token_file
from mcp_static.model.errors import InputError
from mcp_static.publishing.registry_client import read_facts, registry_address


@click.command("login")
@REGISTRY
@click.option("--client-id", help="The OAuth app to log in with, if not the registry's own.")
@SETTINGS
def command(registry: str | None, client_id: str | None, settings_file: Path | None) -> None:
    """Log in to GitHub by typing a code in a browser, on this or another device.

    Not needed where GITHUB_TOKEN is set, or GitHub's own `gh` is logged in.
    """
    if client_id is None:
        facts = read_facts(registry_address(registry), settings_of(settings_file).network)
        client_id = facts.client_id
        if not client_id:
            raise InputError(
                f"{facts.title} names no OAuth app to log in with.",
                "Log in with `gh auth login`, set GITHUB_TOKEN, or give --client-id.",
            )
    login = begin_login(client_id)
    click.echo(f"Open {login.address} and type {login.user_code}.")
    token = finish_login(client_id, login)
    keep_token(token)
    click.echo(f"You are logged in; the token is in {token_file()}.")
