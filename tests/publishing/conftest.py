"""Fixtures: the stage, seen from its workflows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.github_double import GitHubDouble
from tests.doubles.github_repository import RepositoryDouble
from tests.publishing.steps import WEATHER
from tests.stage import Stage, settings_text, source_record, staged


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A registry on a double of GitHub that merges by itself; the workflow's token is the bot's."""
    with GitHubDouble(tmp_path / "github") as hub:
        monkeypatch.setenv("GITHUB_API_URL", hub.url)
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
        monkeypatch.setenv("MCP_STATIC_RATE_WAIT", "0.05")
        yield staged(hub, tmp_path, settings_text())


@pytest.fixture
def protected_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A registry whose main is protected as the documentation asks, and whose operator is acme."""
    with GitHubDouble(tmp_path / "github") as hub:
        monkeypatch.setenv("GITHUB_API_URL", hub.url)
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
        stage = staged(hub, tmp_path, settings_text(), protected=True)
        stage.registry.grant("acme", "admin")
        yield stage


@pytest.fixture
def source(stage: Stage) -> RepositoryDouble:
    """Alice's repository, with a release."""
    source = stage.hub.add_repository("alice/weather")
    source.tag("v1.0.0", source.commit({"server.json": source_record(WEATHER)}))
    return source
