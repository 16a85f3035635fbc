"""What a workflow runs with: its event, the registry's repository, and the clients of proofs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mcp_static.forges.event import Event
from mcp_static.forges.github import events
from mcp_static.forges.github.client import GitHub
from mcp_static.forges.github.login import token_from_environment
from mcp_static.forges.github.repository import GitHubRepository
from mcp_static.forges.registry_forge import ProofClients, RegistryForge


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow's way to the registry's forge, and to the forges that proofs ask."""

    registry: RegistryForge
    clients: ProofClients


def read_event(path: Path) -> Event:
    """Read the event of a workflow; raises InputError for one that no command understands."""
    return events.read_event(path)


@contextmanager
def open_workflow(full_name: str) -> Iterator[Workflow]:
    """The way to a registry by its full name, with the token of the environment."""
    with GitHub(token_from_environment()) as github:
        yield Workflow(GitHubRepository(github, full_name), github)
