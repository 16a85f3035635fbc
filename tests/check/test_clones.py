"""Checks in clones that have less than everything, and with and without an earlier build."""

import subprocess
from pathlib import Path

import pytest
from mcp_static.check.checking import check
from mcp_static.check.report import CheckReport
from mcp_static.forges.clients import Clients
from mcp_static.forges.github.client import GitHub
from mcp_static.git.repository import open_repository
from mcp_static.proofs.context import proof_context
from mcp_static.reports.findings import Level

from tests.conftest import build_registry
from tests.registries import Registry, path_of
from tests.stage import Stage, account_of, failed, ids

WEATHER = "io.github.alice/weather"
REMOTES = [{"type": "streamable-http", "url": "https://mcp.weather-tools.dev/"}]


def clone(stage: Stage, path: Path, number: int, *options: str, depth: bool = False) -> Path:
    """A clone made with some options, with the head of a pull request fetched."""
    url = f"file://{stage.registry.path}"
    stage.registry.store.git("config", "uploadpack.allowFilter", "true")
    stage.registry.store.git("config", "uploadpack.allowAnySHA1InWant", "true")
    subprocess.run(["git", "clone", "-q", "--bare", *options, url, str(path)], check=True)
    shallow = ["--depth=1"] if depth else []
    subprocess.run(
        ["git", "--git-dir", str(path), "fetch", "-q", *shallow, "origin", f"refs/pull/{number}/head"],
        check=True,
    )
    return path


def checked(stage: Stage, path: Path, number: int, built: Path | None = None) -> CheckReport:
    """Check a pull request in a clone, brought by Alice."""
    user = stage.hub.user("alice")
    head = stage.registry.store.git("rev-parse", f"refs/pull/{number}/head")
    with open_repository(path) as repository, GitHub(None) as github:
        context = proof_context(stage.settings, Clients(github), account_of(user))
        return check(repository, stage.registry.head, head, context, built)


def test_a_clone_without_blobs_is_enough(stage: Stage, tmp_path: Path) -> None:
    stage.registry.commit(stage.record("io.github.bob/maps"))
    number = stage.propose("alice", stage.record(WEATHER))
    path = clone(stage, tmp_path / "partial.git", number, "--filter=blob:none")
    assert checked(stage, path, number).level is Level.PASSED


def test_a_clone_of_the_two_commits_alone_says_what_it_cannot_tell(
    stage: Stage, tmp_path: Path
) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    stage.registry.commit(stage.record("io.github.bob/maps"))
    path = clone(stage, tmp_path / "shallow.git", number, "--depth=1", depth=True)
    report = checked(stage, path, number)
    assert report.level is Level.PASSED
    assert "too shallow" in report.notes[0]


def test_an_edit_is_noticed_even_there(stage: Stage, tmp_path: Path) -> None:
    stage.registry.commit(stage.record("io.github.bob/maps"))
    number = stage.propose("alice", {path_of("io.github.bob/maps", "1.0.0"): b"{}"})
    path = clone(stage, tmp_path / "shallow.git", number, "--depth=1", depth=True)
    assert "change-immutable" in ids(failed(checked(stage, path, number)))


def built(stage: Stage, out: Path) -> Path:
    """The registry built as it is now."""
    registry = Registry(stage.registry.path)
    build_registry(registry, out)
    return out


@pytest.mark.parametrize("state", ["none", "current", "older", "newer", "damaged", "elsewhere"])
def test_a_state_changes_nothing_but_the_time_it_takes(
    state: str, stage: Stage, tmp_path: Path
) -> None:
    out = tmp_path / "dist"
    if state == "older":
        stage.registry.commit(stage.record("io.github.bob/other"))
        built(stage, out)
    base = stage.registry.commit(stage.record("io.github.bob/maps", remotes=REMOTES))
    if state == "current":
        built(stage, out)
    if state == "damaged":
        built(stage, out)
        database = next(tmp_path.glob("dist.state/*/state.sqlite3"))
        database.write_bytes(database.read_bytes()[:5000])
    if state == "newer":
        stage.registry.commit(
            {path_of("io.github.bob/maps", "1.0.0", "status.json"): b'{"status":"deleted"}'}
        )
        built(stage, out)
    if state == "elsewhere":
        out = tmp_path / "nowhere"
    fine = stage.propose("alice", stage.record(WEATHER), parent=base, branch="fine")
    taken = stage.propose("alice", stage.record(WEATHER, remotes=REMOTES), parent=base, branch="taken")
    path = clone(stage, tmp_path / "own.git", fine)
    clone_more = ["git", "--git-dir", str(path), "fetch", "-q", "origin", f"refs/pull/{taken}/head"]
    subprocess.run(clone_more, check=True)
    user = stage.hub.user("alice")
    with open_repository(path) as repository, GitHub(None) as github:
        context = proof_context(stage.settings, Clients(github), account_of(user))
        for number, rules in ((fine, set()), (taken, {"remote-unique"})):
            head = stage.registry.store.git("rev-parse", f"refs/pull/{number}/head")
            report = check(repository, base, head, context, out)
            assert ids(failed(report)) == rules
    scanned = bool(report.notes)
    assert scanned is (state in {"none", "damaged", "elsewhere"})


def test_what_was_deleted_since_the_last_build_gives_its_address_back(
    stage: Stage, tmp_path: Path
) -> None:
    stage.registry.commit(stage.record("io.github.bob/maps", remotes=REMOTES))
    out = built(stage, tmp_path / "dist")
    stage.registry.commit(
        {path_of("io.github.bob/maps", "1.0.0", "status.json"): b'{"status":"deleted"}'}
    )
    number = stage.propose("alice", stage.record(WEATHER, remotes=REMOTES))
    path = clone(stage, tmp_path / "own.git", number)
    assert checked(stage, path, number, out).level is Level.PASSED


@pytest.mark.parametrize("built_at", ["publish", "removal", "start"])
def test_a_removed_path_is_free_for_its_first_bytes_alone(
    built_at: str, stage: Stage, tmp_path: Path
) -> None:
    out = tmp_path / "dist"
    if built_at == "start":
        built(stage, out)
    stage.registry.commit({path_of(WEATHER, "1.0.0"): b"never valid"})
    stage.registry.commit(stage.record(WEATHER))
    if built_at == "publish":
        built(stage, out)
    stage.registry.commit({path_of(WEATHER, "1.0.0"): None})
    if built_at == "removal":
        built(stage, out)
    other = stage.propose("alice", stage.record(WEATHER, description="Other words."), branch="other")
    path = clone(stage, tmp_path / "own.git", other)
    (line,) = failed(checked(stage, path, other, out))
    assert (line.id, line.path) == ("change-immutable", path_of(WEATHER, "1.0.0"))
    blind = checked(stage, path, other)
    assert any("once had other bytes" in note for note in blind.notes)
    assert blind.level is Level.PASSED
    again = stage.propose("alice", stage.record(WEATHER), branch="again")
    path = clone(stage, tmp_path / "again.git", again)
    report = checked(stage, path, again, out)
    assert (report.level, report.notes) == (Level.PASSED, ())
