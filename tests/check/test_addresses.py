"""Who has the address of a remote: at the check, after a deletion, and under a takedown."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from mcp_static.check.report import CheckReport
from mcp_static.model.layout import record_path
from mcp_static.model.names import parse_name
from mcp_static.reports.findings import Level
from mcp_static.settings import parse_settings

from tests.conftest import build_registry
from tests.registries import Registry, path_of
from tests.stage import Stage, failed, ids, settings_text

WEATHER = "io.github.alice/weather"
MAPS = "io.github.bob/maps"
ADDRESS = "https://mcp.weather-tools.dev/"
DELETED = b'{"status":"deleted"}'
TAKEDOWN: dict[str, Any] = {
    "status": "deleted", "reason": "Malware.", "at": "2026-01-01T00:00:00Z", "by": "acme"
}  # fmt: skip


def remotes(url: str = ADDRESS) -> list[dict[str, Any]]:
    return [{"type": "streamable-http", "url": url}]


def publish(stage: Stage, url: str = ADDRESS, built: Path | None = None) -> CheckReport:
    """The check of Alice's server at an address."""
    files = stage.record(WEATHER, remotes=remotes(url))
    branch = f"publish-{len(stage.registry.issues)}"
    return stage.check(stage.propose("alice", files, branch=branch), requester="alice", built=built)


def active_again(*, over: bytes = DELETED) -> bytes:
    replaces = hashlib.sha256(over).hexdigest()
    return json.dumps({"status": "active", "replaces": replaces}).encode()


@pytest.mark.parametrize(
    "url", ["https://MCP.weather-tools.dev:443/#a", "https://mcp.weather-tools.dev./?"]
)
def test_another_spelling_is_refused(url: str, stage: Stage) -> None:
    stage.registry.commit(stage.record(MAPS, remotes=remotes(url)))
    assert ids(failed(publish(stage))) == {"remote-unique"}


def test_another_query_is_reported(stage: Stage) -> None:
    stage.registry.commit(stage.record(MAPS, remotes=remotes(f"{ADDRESS}?a=1")))
    report = publish(stage)
    assert report.level is Level.PASSED
    assert any(line.id == "remote-similar" and MAPS in line.message
               for section in report.sections for line in section.findings)  # fmt: skip


def test_the_state_of_a_build_knows_every_spelling(stage: Stage, tmp_path: Path) -> None:
    stage.registry.commit(stage.record(MAPS, remotes=remotes("https://MCP.weather-tools.dev:443/#a")))
    stage.registry.commit(
        stage.record("io.github.bob/q", remotes=remotes("https://a.weather-tools.dev/?q"))
    )
    built = tmp_path / "built"
    build_registry(Registry(stage.registry.path), built)
    report = publish(stage, built=built)
    assert ids(failed(report)) == {"remote-unique"}
    assert not any("No earlier build" in note and "remotes" in note for note in report.notes)
    assert publish(stage, "https://a.weather-tools.dev", built).level is Level.PASSED


def test_a_version_set_active_again_is_held_against_what_was_taken_since(stage: Stage) -> None:
    path = path_of(WEATHER, "1.0.0", "status.json")
    stage.registry.commit({**stage.record(WEATHER, remotes=remotes()), path: DELETED})
    files = {path: active_again()}
    report = stage.check(stage.propose("alice", files, branch="free"), requester="alice")
    assert report.level is Level.PASSED, failed(report)
    assert report.accepted[0].remotes == (ADDRESS,)
    stage.registry.commit(stage.record(MAPS, remotes=remotes("https://mcp.weather-tools.dev")))
    report = stage.check(stage.propose("alice", files, branch="taken"), requester="alice")
    assert ids(failed(report)) == {"remote-unique"}


def test_what_stays_deleted_is_held_against_nothing(stage: Stage) -> None:
    path = path_of(WEATHER, "1.0.0", "status.json")
    stage.registry.commit({**stage.record(WEATHER, remotes=remotes()), path: DELETED})
    stage.registry.commit(stage.record(MAPS, remotes=remotes()))
    replaces = hashlib.sha256(DELETED).hexdigest()
    content = json.dumps({"status": "deleted", "statusMessage": "Gone.", "replaces": replaces}).encode()
    report = stage.check(stage.propose("alice", {path: content}), requester="alice")
    assert report.level is Level.PASSED, failed(report)
    assert report.accepted[0].remotes == ()


@pytest.mark.parametrize("names", [("io.github.alice/a", "io.github.alice/b"),
                                   ("io.github.alice/b", "io.github.alice/a")])  # fmt: skip
def test_one_pull_request_cannot_do_both(names: tuple[str, str], stage: Stage) -> None:
    back, fresh = names
    path = path_of(back, "1.0.0", "status.json")
    stage.registry.commit({**stage.record(back, remotes=remotes()), path: DELETED})
    files = {path: active_again(), **stage.record(fresh, remotes=remotes())}
    report = stage.check(stage.propose("alice", files), requester="alice")
    assert ids(failed(report)) == {"remote-unique"}


@pytest.mark.parametrize(
    "folder", ["servers/bo/io.github.bob/maps/1.0.0", "servers/bo/io.github.bob/maps",
               "servers/bo/io.github.bob"],
)  # fmt: skip
@pytest.mark.parametrize("content", [json.dumps(TAKEDOWN).encode(), b"{"], ids=["whole", "unreadable"])
def test_what_is_taken_down_keeps_its_addresses(folder: str, content: bytes, stage: Stage) -> None:
    """Its owner cannot hand them on by deleting it."""
    status = path_of(MAPS, "1.0.0", "status.json")
    stage.registry.commit({**stage.record(MAPS, remotes=remotes()), status: DELETED})
    assert publish(stage).level is Level.PASSED
    stage.registry.commit({f"registry-data/{folder}/takedown.json": content})
    assert ids(failed(publish(stage))) == {"remote-unique"}


@pytest.mark.parametrize("subdomains", [True, False])
def test_so_does_what_is_taken_down_with_the_domain_above(subdomains: bool, stage: Stage) -> None:
    name = "dev.weather-tools.api/maps"
    status = path_of(name, "1.0.0", "status.json")
    above = record_path(parse_name("dev.weather-tools/x"), "1").split("/x/")[0]
    content = json.dumps(TAKEDOWN | {"subdomains": subdomains}).encode()
    stage.registry.commit({**stage.record(name, remotes=remotes()), status: DELETED})
    stage.registry.commit({f"{above}/takedown.json": content})
    assert (publish(stage).level is Level.ERROR) is subdomains


def test_hosts_of_the_registrys_own_are_a_setting(stage: Stage) -> None:
    assert ids(failed(publish(stage, "https://mcp.corp/"))) == {"remote-host"}
    stage.settings = parse_settings(settings_text(more='[remotes]\ninternal = ["*.corp"]\n'))
    assert publish(stage, "https://mcp.corp/").level is Level.PASSED
