"""What an erasure leaves behind for later publishes: versions are gone for good, addresses are free."""

import pytest
from mcp_static.check.report import CheckReport
from mcp_static.reports.findings import Level
from mcp_static.settings import parse_settings

from tests.moderation.desk import REASON, Operator
from tests.registries import Registry, path_of
from tests.stage import Stage, failed, ids, settings_text

WEATHER, MAPS = "io.github.alice/weather", "io.github.bob/maps"
REMOTES = [{"type": "streamable-http", "url": "https://mcp.weather-tools.dev/"}]


@pytest.fixture
def operator(stage: Stage) -> Operator:
    """An operator of a registry with two versions of a server, one of them removed again."""
    for version in ("1.0.0", "1.1.0"):
        stage.registry.commit(stage.record(WEATHER, version, remotes=REMOTES))
    stage.registry.commit({path_of(WEATHER, "1.1.0"): None})
    return Operator(Registry(stage.registry.path))


def publish(stage: Stage, name: str, version: str = "1.0.0", more: str = "") -> CheckReport:
    """Check a publish of the server's owner."""
    login = name.split("/")[0].removeprefix("io.github.")
    files = stage.record(name, version, remotes=REMOTES)
    number = stage.propose(login, files, branch=f"publish-{version}")
    return stage.check(number, requester=login, settings=parse_settings(settings_text(more=more)))


def test_an_erased_version_is_not_published_again(stage: Stage, operator: Operator) -> None:
    """Nor one that was removed before, though the server itself is restored."""
    operator.ok("erase", WEATHER, REASON, "--yes")
    assert "not-taken-down" in ids(failed(publish(stage, WEATHER, "1.2.0")))
    operator.ok("restore", WEATHER, REASON)
    assert ids(failed(publish(stage, WEATHER, "1.1.0"))) >= {"version-unique", "not-taken-down"}
    assert publish(stage, WEATHER, "1.3.0").level is Level.PASSED


def test_erased_addresses_are_free_until_their_hosts_are_blocked(
    stage: Stage, operator: Operator
) -> None:
    assert ids(failed(publish(stage, MAPS))) == {"remote-unique"}
    told = operator.ok("erase", WEATHER, REASON, "--yes")
    assert "mcp-static block --host`:\n  mcp.weather-tools.dev\n" in told
    assert publish(stage, MAPS, "1.0.1").level is Level.PASSED
    operator.ok("block", "--host", "mcp.weather-tools.dev", REASON)
    blocked = operator.file("registry.toml")
    report = publish(stage, MAPS, "1.0.2", blocked[blocked.index("[blocked]") :])
    assert ids(failed(report)) == {"not-blocked"}
