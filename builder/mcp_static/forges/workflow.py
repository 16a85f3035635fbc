"""What a workflow runs with: its event, the registry's repository, and the clients of proofs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mcp_static.forges import clients
from mcp_static.forges.event import Event
from mcp_static.forges.github import events as github_events
from mcp_static.forges.github import instance as github_instance
from mcp_static.forges.github.client import PUBLIC_VARIABLE, GitHub
from mcp_static.forges.github.login import token_from_environment
from mcp_static.forges.github.repository import GitHubRepository
from mcp_static.forges.gitlab import events as gitlab_events
from mcp_static.forges.gitlab.instance import TOKEN_VARIABLE, runs_here
from mcp_static.forges.registry_forge import ProofClients, RegistryForge
from mcp_static.git.repository import Repository
from mcp_static.settings.network import NetworkSettings


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow's way to the registry's forge, and to the forges that proofs ask."""

    registry: RegistryForge
    clients: ProofClients


def read_event(path: Path) -> Event:
    """Read the event of a workflow; raises InputError for one that no command understands."""
    return gitlab_events.read_event(path) if runs_here() else github_events.read_event(path)


@contextmanager
def open_workflow(
    full_name: str,
    clone: Repository | None = None,
    clone_url: str = "",
    network: NetworkSettings | None = None,
) -> Iterator[Workflow]:
    """The way to a registry by its full name, with the token of the environment.

    In a job of GitLab's CI it lives on that GitLab, otherwise on GitHub. All is asked from `network`.
    `clone` and `clone_url` are what commits are made in and pushed to, where the forge makes none by
    itself.
    """
    if not runs_here():
        with GitHub(token_from_environment(), network=network) as github:
            yield Workflow(GitHubRepository(github, full_name), clients.Clients(github))
        return
    from mcp_static.forges.gitlab.repository import GitLabProject  # slow to load, and for GitLab alone

    token = os.environ.get(TOKEN_VARIABLE) or None
    public = os.environ.get(PUBLIC_VARIABLE) or None
    with (
        GitLabProject(token, full_name, clone, clone_url, network=network) as project,
        GitHub(public, github_instance.PUBLIC, network=network) as github,
    ):
        yield Workflow(project, clients.Clients(github, project.facts))
