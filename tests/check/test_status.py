"""Changes of status: who may make them, and why none can be brought twice."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from mcp_static.check.report import CheckReport
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import parse_name
from mcp_static.publishing.proposing import status_bytes, status_file
from mcp_static.reports.findings import Level

from tests.conftest import build_registry
from tests.doubles.github_repository import RepositoryDouble
from tests.registries import Registry, path_of
from tests.stage import Stage, failed, ids, source_record

WEATHER = "io.github.alice/weather"
PATH = path_of(WEATHER, "1.0.0", "status.json")


@pytest.fixture(autouse=True)
def published(stage: Stage) -> None:
    """One version, published before."""
    stage.registry.commit(stage.record(WEATHER))


def status(value: str = "deprecated", **more: Any) -> bytes:
    return json.dumps({"status": value, **more}).encode()


def check(stage: Stage, content: bytes, requester: str = "alice", **more: Any) -> CheckReport:
    branch = f"status-{len(stage.registry.issues)}"
    number = stage.propose(requester, {PATH: content}, branch=branch, **more)
    return stage.check(number, requester=requester)


def test_the_account_may_set_a_status(stage: Stage) -> None:
    report = check(stage, status(statusMessage="Use 2.x"))
    assert report.level is Level.PASSED
    assert [accepted.is_publish for accepted in report.accepted] == [False]


def test_a_stranger_may_not(stage: Stage) -> None:
    report = check(stage, status("deleted"), "mallory")
    assert report.level is Level.ERROR
    assert {"github-account", "source"} <= ids(failed(report))


def test_a_version_and_its_status_may_come_together(stage: Stage) -> None:
    files = {
        **stage.record(WEATHER, "2.0.0"),
        path_of(WEATHER, "2.0.0", "status.json"): status(),
    }
    report = stage.check(stage.propose("alice", files), requester="alice")
    assert report.level is Level.PASSED
    assert len(report.accepted) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"no json",
        b'{"status":"gone"}',
        b'{"status":"deprecated","statusMessage":"' + b"x" * 501 + b'"}',
        b'{"status":"deprecated","name":"io.github.bob/maps"}',
        b'{"status":"deprecated","version":"9.9.9"}',
        b'{"status":"deprecated","replaces":"' + b"0" * 64 + b'"}',
        b'{"status":"deprecated","more":1}',
        b'{"status":"deprecated","by":"sync"}',
        b'{"status":"deprecated","source":"https://registry.example.org"}',
        b'{"status":"deprecated","statusMessage":"a\\u001b[31mb"}',
        b'{"status":"deprecated","statusMessage":"a\\udb40\\udc41b"}',
        b'{"status":"deprecated","statusMessage":"a\\nb"}',
    ],
)
def test_a_status_that_is_none_or_another_versions_is_refused(content: bytes, stage: Stage) -> None:
    assert "status-file" in ids(failed(check(stage, content)))


def test_a_status_without_a_version_is_refused(stage: Stage) -> None:
    files = {path_of(WEATHER, "7.0.0", "status.json"): status()}
    report = stage.check(stage.propose("alice", files), requester="alice")
    assert "status-file" in ids(failed(report))


def test_a_status_names_the_one_that_it_replaces_so_that_none_comes_back(stage: Stage) -> None:
    first = status()
    stage.registry.commit({PATH: first})
    again = status("active", replaces=hashlib.sha256(first).hexdigest())
    assert check(stage, again).level is Level.PASSED
    stage.registry.commit({PATH: again})
    assert "status-file" in ids(failed(check(stage, first)))  # even when the owner brings it
    third = status("deprecated", replaces=hashlib.sha256(again).hexdigest())
    stage.registry.commit({PATH: third})
    assert "status-file" in ids(failed(check(stage, again)))


@pytest.fixture
def source(stage: Stage) -> RepositoryDouble:
    return stage.hub.add_repository("alice/weather")


def bound(value: Status = Status.DEPRECATED, version: str = "1.0.0") -> bytes:
    return status_bytes(status_file(parse_name(WEATHER), version, value, None, None))


def test_a_status_at_the_head_of_the_owners_branch_speaks_for_them_now(
    stage: Stage, source: RepositoryDouble
) -> None:
    source.commit({".mcp/status.json": bound()})
    assert check(stage, bound(), "bob").level is Level.PASSED
    source.commit({".mcp/status.json": None})
    assert check(stage, bound(), "mallory").level is Level.ERROR


def test_a_status_under_a_tag_speaks_for_nobody(stage: Stage, source: RepositoryDouble) -> None:
    source.tag("v1.0.0", source.commit({"status.json": bound()}))
    source.commit({"status.json": None})
    assert check(stage, bound(), "mallory").level is Level.ERROR


def test_a_server_json_that_merely_exists_authorizes_no_status(
    stage: Stage, source: RepositoryDouble
) -> None:
    source.tag("v1.0.0", source.commit({"server.json": source_record(WEATHER)}))
    assert check(stage, bound(Status.DELETED), "mallory").level is Level.ERROR


def test_a_status_in_a_source_has_to_say_for_which_version_it_is_meant(
    stage: Stage, source: RepositoryDouble
) -> None:
    source.commit({"status.json": status("deleted")})
    report = check(stage, status("deleted"), "mallory")
    line = next(line for line in failed(report) if line.id == "source")
    assert "for which version" in line.message


def test_only_the_lifecycle_of_a_status_is_served(registry: Registry, tmp_path: Path) -> None:
    registry.publish(WEATHER)
    registry.commit({PATH: bound()})
    build_registry(registry, tmp_path / "dist")
    page = tmp_path / "dist/v0.1/servers/io.github.alice/weather/versions/1.0.0.json"
    entry = json.loads(page.read_bytes())
    official = entry["_meta"]["io.modelcontextprotocol.registry/official"]
    assert official["status"] == "deprecated"
    assert b"replaces" not in page.read_bytes()
