"""Remotes whose addresses have a password, as jobs of GitLab have them: no message shows it."""

from collections.abc import Callable
from pathlib import Path

import git
import pytest
from mcp_static.git.access import GitAccess
from mcp_static.git.promised import bring_blobs
from mcp_static.git.remotes import fetch_commits, fetch_head, push_commit, push_head
from mcp_static.git.repository import Repository, open_repository
from mcp_static.model.errors import RegistryError

from tests.registries import Registry

URL = "http://gitlab-ci-token:s3cret@127.0.0.1:9/acme/registry.git"
"""Nothing listens there."""


def bring(repository: Repository) -> None:
    repository.git.remote("add", "origin", URL)
    bring_blobs(repository, "origin", ["0" * 39 + "1"])


@pytest.mark.parametrize(
    "reach",
    [
        lambda repository: fetch_commits(repository, URL, ["main"], GitAccess()),
        lambda repository: fetch_head(repository, URL, GitAccess()),
        lambda repository: push_head(repository, URL, "x", GitAccess()),
        lambda repository: push_commit(repository, URL, "HEAD", "x", GitAccess()),
        bring,
    ],
)
def test_no_message_shows_the_password_of_an_address(
    tmp_path: Path, reach: Callable[[git.Repo], None]
) -> None:
    registry = Registry(tmp_path / "registry.git")
    registry.publish("com.example/weather")
    with open_repository(registry.path) as repository, pytest.raises(RegistryError) as failed:
        reach(repository)
    assert "127.0.0.1:9/acme/registry" in str(failed.value)
    assert "s3cret" not in str(failed.value)
