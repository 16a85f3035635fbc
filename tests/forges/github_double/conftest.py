"""A double of GitHub with a registry on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.github_double import GitHubDouble
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.github_state import ACTIONS_BOT
from tests.forges.github_double.clients import Clients

WORKFLOW = b"""
on:
  workflow_dispatch:
    inputs:
      sha: {required: true}
"""


@pytest.fixture
def double(tmp_path: Path) -> Iterator[GitHubDouble]:
    """A hub with a registry of `acme`, and the users alice and bob."""
    with GitHubDouble(tmp_path / "github") as double:
        double.add_user("acme", type="Organization")
        for login in ("alice", "bob"):
            double.add_user(login)
            double.add_token(f"token-of-{login}", login)
        double.add_token("token-of-the-bot", ACTIONS_BOT)
        registry = double.add_repository("acme/registry")
        registry.commit({"a/one.txt": b"one\n", "a/two.txt": b"two\n", "top.txt": b"top\n"})
        registry.commit({".github/workflows/deploy.yml": WORKFLOW})
        registry.grant(ACTIONS_BOT, "write")
        yield double


@pytest.fixture
def registry(double: GitHubDouble) -> RepositoryDouble:
    return double.repository("acme/registry")


@pytest.fixture
def clients(double: GitHubDouble) -> Iterator[Clients]:
    clients = Clients(double)
    yield clients
    clients.close()
