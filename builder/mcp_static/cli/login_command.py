"""`mcp-static login`: logs in to the forge of a registry, for publish and status."""

import os
from pathlib import Path

import click

from mcp_static.cli.author_options import REGISTRY, SETTINGS, settings_of
from mcp_static.cli.console import show
from mcp_static.forges.device_login import DeviceFlow, Tokens
from mcp_static.forges.github import login as github_login
from mcp_static.forges.gitlab import login as gitlab_login
from mcp_static.forges.gitlab.instance import Instance
from mcp_static.forges.kept_files import kept_file
from mcp_static.forges.logins import gitlab_at
from mcp_static.model.errors import InputError
from mcp_static.publishing.registry_client import (
    VARIABLE,
    RegistryFacts,
    read_facts,
    registry_address,
)
from mcp_static.settings.network import NetworkSettings


@click.command("login")
@REGISTRY
@click.option("--client-id", help="The application to log in with, if not the registry's own.")
@SETTINGS
def command(registry: str | None, client_id: str | None, settings_file: Path | None) -> None:
    """Log in to the forge of a registry by typing a code in a browser, on this or another device.

    Without a registry, with --client-id, that is GitHub. Not needed where GITHUB_TOKEN or, for a
    registry on GitLab, GITLAB_TOKEN is set, or GitHub's own `gh` is logged in.
    """
    network = settings_of(settings_file).network
    facts = None
    if client_id is None or registry or os.environ.get(VARIABLE):
        facts = read_facts(registry_address(registry), network)
    gitlab = gitlab_at(facts.repository, facts.forge) if facts is not None else None
    if gitlab is not None:
        assert facts is not None
        _log_in_to_gitlab(gitlab, client_id or facts.gitlab_client_id, facts, network)
        return
    client_id = client_id or (facts.client_id if facts is not None else "")
    if not client_id:
        raise InputError(
            f"{facts.title if facts is not None else 'GitHub'} names no OAuth app to log in with.",
            "Log in with `gh auth login`, set GITHUB_TOKEN, or give --client-id.",
        )
    tokens = _tokens(github_login.device_flow(client_id, network))
    github_login.keep_token(tokens.access_token)
    _tell(github_login.TOKEN_FILE)


def _log_in_to_gitlab(
    instance: Instance, client_id: str, facts: RegistryFacts, network: NetworkSettings
) -> None:
    if not client_id:
        advice = gitlab_login.how_to_set(instance)
        raise InputError(
            f"{facts.title} names no application of {instance.host} to log in with.",
            f"{advice[:1].upper()}{advice[1:]}, or give --client-id.",
        )
    tokens = _tokens(gitlab_login.device_flow(client_id, instance, network))
    gitlab_login.keep_login(instance, client_id, tokens)
    _tell(gitlab_login.LOGINS_FILE)


def _tokens(flow: DeviceFlow) -> Tokens:
    login = flow.begin()
    show(f"Open {login.verification_uri} and type {login.user_code}.")
    return flow.finish(login)


def _tell(name: str) -> None:
    click.echo(f"You are logged in; the token is in {kept_file(name)}.")
