"""Ctrl-C ends every command with 130, and leaves nothing half done."""

import json
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from mcp_static.cli.group import INTERRUPTED

from tests.conftest import build_registry
from tests.interrupting import Ended, interrupted_at, interrupted_by_git, started
from tests.registries import Registry, files_below, server_json
from tests.servers import run_cli, serve_in_background

ALICE = "io.github.alice/weather"


def require_plain_end(ended: Ended) -> None:
    """It ended as an interrupted program should, and says no more than that."""
    assert ended.code == INTERRUPTED, ended.stderr
    assert ended.stderr.endswith("Interrupted.\n"), ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.fixture
def clone(tmp_path: Path) -> Registry:
    """A registry with a work tree, in which operators' commands commit."""
    registry = Registry(tmp_path / "clone", bare=False)
    registry.publish(ALICE)
    registry.commit({"registry.toml": 'title = "Test"\n'})
    registry.git("reset", "--hard", "-q")
    return registry


@pytest.mark.parametrize("step", ["status", "fast-import", "reset"])
@pytest.mark.parametrize(
    "command",
    [
        ("block", "--host", "example.net", "--reason", "A test."),
        ("takedown", ALICE, "--reason", "A test."),
    ],
    ids=["block", "takedown"],
)
def test_an_operators_act_is_done_or_not(
    command: tuple[str, ...], step: str, clone: Registry, tmp_path: Path
) -> None:
    before = clone.head
    require_plain_end(interrupted_by_git(step, tmp_path / "i", *command, cwd=clone.path))
    assert clone.git("status", "--porcelain") == ""
    clone.git("fsck", "--strict")
    after = clone.head
    assert clone.git("rev-list", "--count", f"{before}..{after}") in {"0", "1"}
    if step != "fast-import":  # which may be done before the signal arrives
        assert (after != before) == (step == "reset")
    if after == before:
        assert run_cli(*command, cwd=clone.path).returncode == 0


@pytest.mark.parametrize("step", ["fast-export", "reset", "reflog", "gc"])
def test_what_is_erased_is_erased_whole(step: str, clone: Registry, tmp_path: Path) -> None:
    clone.publish(ALICE, "1.0.1")
    clone.git("reset", "--hard", "-q")
    before = clone.head
    command = ("erase", f"{ALICE}@1.0.0", "--reason", "A secret.", "--yes")
    require_plain_end(interrupted_by_git(step, tmp_path / "i", *command, cwd=clone.path))
    assert clone.git("status", "--porcelain") == ""
    if step == "fast-export":
        assert clone.head == before
    else:
        assert clone.git("log", "-1", "--format=%s") == f"Erase {ALICE}@1.0.0"


@pytest.fixture
def large(tmp_path: Path) -> Registry:
    """A registry whose build takes a while."""
    registry = Registry(tmp_path / "registry.git")
    for number in range(40):
        registry.publish(f"com.example/s-{number}")
    return registry


@pytest.mark.parametrize("stage", ["Reading history", "Writing documents"])
def test_a_build_is_shown_whole_or_not_at_all(stage: str, large: Registry, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    build_registry(large, out)
    before = files_below(out)
    large.publish(ALICE)
    command = ("build", "--repo", large.path, "--out", out, "--full", "--workers", "2")
    require_plain_end(interrupted_at(stage, started(*command)))
    assert files_below(out) == before
    build_registry(large, out)
    assert len(files_below(out)) > len(before)


def test_a_deploy_is_shown_whole_or_not_at_all(large: Registry, tmp_path: Path) -> None:
    out, place = tmp_path / "dist", tmp_path / "served"
    build_registry(large, out)
    assert run_cli("deploy", place, "--out", out).returncode == 0
    before = files_below(place)
    large.publish(ALICE)
    build_registry(large, out)
    ended = interrupted_at("Writing files", started("deploy", place, "--out", out))
    require_plain_end(ended)
    assert files_below(place) == before
    assert run_cli("deploy", place, "--out", out).returncode == 0
    assert files_below(place) == files_below(out)


def test_an_import_is_done_or_not(tmp_path: Path) -> None:
    entries = [{"server": server_json(f"com.example/s-{number}")} for number in range(3)]
    file = tmp_path / "entries.ndjson"
    file.write_text("".join(f"{json.dumps(entry)}\n" for entry in entries))
    into = tmp_path / "into.git"
    ended = interrupted_at("Reading entries", started("import", file, "--into", into))
    require_plain_end(ended)
    assert run_cli("import", file, "--into", into).returncode == 0
    assert Registry(into).git("rev-list", "--count", "main") >= "3"


@pytest.mark.parametrize(
    "command", [("search", "weather"), ("show", ALICE), ("conformance",), ("publish", "--dry-run")]
)
def test_waiting_for_the_network_ends_at_once(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text(json.dumps(server_json(ALICE)))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        named = (url,) if command == ("conformance",) else ("--registry", url)
        process = started(*command, *named, cwd=tmp_path)
        asked, _ = silent.accept()
        with asked:
            asked.recv(1)
            process.send_signal(signal.SIGINT)
            stdout, stderr = process.communicate(timeout=10)
    require_plain_end(Ended(process.returncode, stdout, stderr))


def test_a_question_can_be_left(tmp_path: Path) -> None:
    process = started("init", cwd=tmp_path, stdin=subprocess.PIPE)
    assert process.stderr is not None
    said = ""
    while "weather: " not in said:
        said += process.stderr.read(1)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=10)
    require_plain_end(Ended(process.returncode, stdout, said + stderr))
    assert list(tmp_path.iterdir()) == []


def test_serving_ends(large: Registry, tmp_path: Path) -> None:
    build_registry(large, tmp_path / "dist")
    with serve_in_background(tmp_path / "dist") as served:
        assert served.get("/v0.1/health").ok, "it has begun to serve"
        served.process.send_signal(signal.SIGINT)
        assert served.process.wait(timeout=20) == INTERRUPTED
