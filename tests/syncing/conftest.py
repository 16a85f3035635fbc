"""Fixtures: a mirror, and a registry on a double of GitHub."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.github_double import GitHubDouble
from tests.stage import Stage, settings_text, staged
from tests.syncing.sources import Mirror


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    """A registry that takes in from sources."""
    return Mirror(tmp_path / "mirror.git")


@pytest.fixture
def protected_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A registry whose main is protected as the documentation asks, and whose operator is acme."""
    with GitHubDouble(tmp_path / "github") as hub:
        monkeypatch.setenv("GITHUB_API_URL", hub.url)
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
        monkeypatch.setenv("GITHUB_TOKEN", "token-of-bot")
        stage = staged(hub, tmp_path, settings_text(), protected=True)
        stage.registry.grant("acme", "admin")
        yield stage
