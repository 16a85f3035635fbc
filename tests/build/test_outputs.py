"""Where a build may write, and what it says when it cannot."""

import json
import resource
import signal
from pathlib import Path

import pytest
from filelock import FileLock
from mcp_static.model.errors import InputError

from tests.conftest import build_registry
from tests.registries import Registry, files_below
from tests.servers import run_cli

ALICE = "io.github.alice/weather"


def test_a_folder_that_is_not_ours_is_left_alone(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    precious = tmp_path / "dist"
    precious.mkdir()
    (precious / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="was not made by mcp-static"):
        build_registry(registry, precious)
    assert (precious / "thesis.tex").read_text() == "years of work"
    assert not (tmp_path / "dist.state").exists()
    link = tmp_path / "link"
    link.symlink_to(precious)
    with pytest.raises(InputError, match="leads somewhere else"):
        build_registry(registry, link)
    state = tmp_path / "other.state"
    state.mkdir()
    (state / "mine").write_text("x")
    with pytest.raises(InputError, match="not made by mcp-static"):
        build_registry(registry, tmp_path / "other")


def test_an_empty_folder_may_be_taken(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    (tmp_path / "dist").mkdir()
    build_registry(registry, tmp_path / "dist")
    assert (tmp_path / "dist/data/snapshot.json").exists()


def test_two_builds_at_once_do_not_meet(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    out = tmp_path / "dist"
    build_registry(registry, out)
    with FileLock(tmp_path / "dist.state" / "lock"), pytest.raises(InputError, match="under way"):
        build_registry(registry, out)
    assert build_registry(registry, out).is_current


def test_a_full_disk_is_said_and_what_was_shown_stays(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    out = tmp_path / "dist"
    build_registry(registry, out)
    before = files_below(out)
    for number in range(120):
        registry.publish(f"com.example/server-{number}")

    def few_bytes_a_file() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    for more in ([], ["--full"]):
        run = run_cli(
            "build", "--repo", registry.path, "--out", out, *more, preexec_fn=few_bytes_a_file
        )
        assert run.returncode == 1, run.stderr
        assert "could not be written" in run.stderr
        assert "Traceback" not in run.stderr
        assert files_below(out) == before
    build_registry(registry, out)
    assert json.loads((out / "data/snapshot.json").read_bytes())["counts"]["versions"] == 121


def test_an_output_that_cannot_be_made_is_said(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    (tmp_path / "file").write_text("x")
    run = run_cli("build", "--repo", registry.path, "--out", tmp_path / "file" / "dist")
    assert run.returncode == 1
    assert "could not be written" in run.stderr
    run = run_cli("build", "--repo", registry.path, "--out", "/proc/dist")
    assert run.returncode == 1
    assert "could not be written" in run.stderr
    assert "Traceback" not in run.stderr


def test_an_output_inside_another_is_refused(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    build_registry(registry, tmp_path / "dist")
    with pytest.raises(InputError, match="inside the output"):
        build_registry(registry, tmp_path / "dist" / "sub")
    for out in ("/", ".."):
        with pytest.raises(InputError, match="cannot be an output"):
            build_registry(registry, Path(out))
