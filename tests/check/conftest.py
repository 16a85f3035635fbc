"""Fixtures: the stage, and domains around it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.check.domains import Domains
from tests.doubles.dns_lab import DnsLab
from tests.doubles.github_double import GitHubDouble
from tests.doubles.https import Authority, HttpsFront, always
from tests.stage import Stage, settings_text, staged


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A registry on a double of GitHub that merges by itself."""
    with GitHubDouble(tmp_path / "github") as hub:
        monkeypatch.setenv("GITHUB_API_URL", hub.url)
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
        monkeypatch.setenv("MCP_STATIC_RATE_WAIT", "0.05")
        monkeypatch.delenv("GITHUB_TOKEN", raising=False)
        yield staged(hub, tmp_path, settings_text())


@pytest.fixture(scope="module")
def lab() -> Iterator[DnsLab]:
    with DnsLab() as lab:
        yield lab


@pytest.fixture
def domains(
    stage: Stage, lab: DnsLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Domains]:
    authority = Authority(tmp_path / "authority")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    with HttpsFront(authority) as front:
        for host in ("weather-tools.dev", "api.weather-tools.dev", "plain.test"):
            front.host(host, always(404))
        lab.set_txt("weather-tools.dev")
        lab.set_txt("api.weather-tools.dev")
        domains = Domains(stage, lab, front, tmp_path)
        domains.configure()
        yield domains
