"""Deploying to a folder: one step, earlier releases kept, nothing of anybody else's touched."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import FileLock

from tests.conftest import build_registry
from tests.registries import Registry, files_below
from tests.servers import PROJECT, run_cli


@pytest.fixture
def out(registry: Registry, tmp_path: Path) -> Path:
    for number in range(20):
        registry.publish(f"io.github.user{number}/server", "1.0.0")
    build_registry(registry, tmp_path / "dist")
    return tmp_path / "dist"


def releases(place: Path) -> list[str]:
    return sorted(path.name for path in store(place).iterdir() if path.name[:6].isdecimal())


def store(place: Path) -> Path:
    return place.with_name(f"{place.name}.releases")


def test_a_release_is_shown_at_once_and_shares_what_stayed(
    registry: Registry, out: Path, tmp_path: Path
) -> None:
    place = tmp_path / "srv" / "registry"
    first = run_cli("deploy", place, "--out", out)
    assert first.returncode == 0, first.stderr
    assert files_below(place) == files_below(out)
    assert "up to date" in run_cli("deploy", place, "--out", out).stdout
    assert len(releases(place)) == 1
    registry.publish("io.github.user3/server", "2.0.0")
    build_registry(registry, out)
    second = run_cli("deploy", place, "--out", out)
    assert files_below(place) == files_below(out)
    [copied] = (int(word) for word in second.stdout.split() if word.isdecimal())
    assert 5 < copied < 40
    assert "all others shared" in second.stdout
    page = "data/export/index.json"
    document = "v0.1/servers/io.github.user5/server/versions/1.0.0.json"
    old, new = (place.with_name("registry.releases") / name for name in releases(place))
    assert (old / document).stat().st_ino == (new / document).stat().st_ino
    assert (old / page).read_bytes() != (new / page).read_bytes()


def test_so_many_releases_stay(registry: Registry, out: Path, tmp_path: Path) -> None:
    place = tmp_path / "registry"
    for number in range(4):
        run_cli("deploy", place, "--out", out, "--keep", "2")
        registry.publish("com.example/new", f"1.0.{number}")
        build_registry(registry, out)
    assert [name[:6] for name in releases(place)] == ["000003", "000004"]


@pytest.mark.parametrize("wait", [0.0, 0.15, 0.25, 0.3, 0.4])
def test_killed_at_any_moment_the_old_release_or_the_new_is_shown(
    wait: float, registry: Registry, out: Path, tmp_path: Path
) -> None:
    place = tmp_path / "registry"
    run_cli("deploy", place, "--out", out)
    before = files_below(place)
    registry.publish("com.example/new", "1.0.0")
    build_registry(registry, out)
    command = [sys.executable, "-m", "mcp_static", "deploy", str(place), "--out", str(out)]
    process = subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": str(PROJECT / "builder")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(wait)
    process.kill()
    process.wait()
    assert files_below(place) in (before, files_below(out))
    assert run_cli("deploy", place, "--out", out).returncode == 0
    assert files_below(place) == files_below(out)
    assert not (store(place) / "unfinished").exists()


def test_what_is_somebody_elses_is_left_as_it_is(out: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "precious").write_text("x")
    link = tmp_path / "link"
    link.symlink_to(folder)
    for place in (folder, link):
        run = run_cli("deploy", place, "--out", out)
        assert run.returncode == 1
        assert "Traceback" not in run.stderr
    assert (folder / "precious").read_text() == "x"
    assert link.readlink() == folder


def test_what_makes_no_sense_is_told(out: Path, tmp_path: Path) -> None:
    assert run_cli("deploy", tmp_path / "x", "--out", out, "--dry-run").returncode == 2
    assert run_cli("deploy", tmp_path / "x", "--out", tmp_path / "nothing").returncode == 1
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("is_newer_first", [True, False])
def test_of_two_deploys_at_once_the_newer_one_is_shown(
    *, is_newer_first: bool, registry: Registry, out: Path, tmp_path: Path
) -> None:
    place = tmp_path / "registry"
    assert run_cli("deploy", place, "--out", out).returncode == 0
    older, newer = tmp_path / "older", tmp_path / "newer"
    for number, copy in enumerate((older, newer)):
        registry.publish("com.example/new", f"1.0.{number}")
        build_registry(registry, out)
        subprocess.run(["cp", "-rL", "--preserve=timestamps", out, copy], check=True)
    in_order = (newer, older) if is_newer_first else (older, newer)
    with ThreadPoolExecutor(2) as pool:
        deploys = []
        with FileLock(place.with_name("registry.releases") / "lock"):  # a third deploy, under way
            for copy in in_order:
                deploys.append(pool.submit(run_cli, "deploy", place, "--out", copy))
                time.sleep(1.5)
            assert not any(deploy.done() for deploy in deploys), "they wait for it"
        done = {copy: deploy.result() for copy, deploy in zip(in_order, deploys, strict=True)}
    assert done[newer].returncode == 0, done[newer].stderr
    assert files_below(place) == files_below(newer)
    if done[older].returncode:
        assert "--allow-rollback" in done[older].stderr
