"""No deploy shows readers an earlier state than they have seen, unless somebody says so."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from mcp_static.api.lineage import LINEAGE, LINEAGE_COMMITS, read_lineage

from tests.conftest import build_registry
from tests.registries import Registry, files_below
from tests.servers import run_cli

NAME = "com.example/weather"


@pytest.fixture
def out(registry: Registry, tmp_path: Path) -> Path:
    registry.publish(NAME, "1.0.0")
    build_registry(registry, tmp_path / "dist")
    return tmp_path / "dist"


def kept(out: Path) -> Path:
    """A copy of an output, as an artifact or a backup is one."""
    copy = out.with_name(
        f"{out.name}-{json.loads((out / 'data/snapshot.json').read_bytes())['commit']}"
    )
    subprocess.run(["cp", "-rL", str(out), str(copy)], check=True)
    return copy


def deploy(out: Path, place: Path, *more: str | Path) -> "subprocess.CompletedProcess[str]":
    return run_cli("deploy", place, "--out", out, *more)


def commits_of(registry: Registry) -> list[str]:
    done = subprocess.run(
        ["git", "-C", str(registry.path), "rev-list", "--first-parent", "HEAD"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.split()


def test_an_output_lists_the_commits_before_it(registry: Registry, out: Path) -> None:
    registry.set_status(NAME, "1.0.0", "deprecated")
    build_registry(registry, out)
    document = json.loads((out / LINEAGE).read_bytes())
    assert document["commits"] == commits_of(registry)
    assert json.loads((out / "data/snapshot.json").read_bytes())["lineage"] == LINEAGE


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """Lists of few commits, so that tests need no hundreds of them."""
    monkeypatch.setattr("mcp_static.build.build.LINEAGE_COMMITS", 5)
    return 5


def test_the_list_has_an_end(registry: Registry, out: Path, few: int) -> None:
    for number in range(few + 2):
        registry.publish(NAME, f"1.1.{number}")
    build_registry(registry, out)
    commits = json.loads((out / LINEAGE).read_bytes())["commits"]
    assert commits == commits_of(registry)[:few]
    assert few < LINEAGE_COMMITS


@pytest.mark.parametrize("body", [None, b"", b"[]", b'{"format":2,"commits":["a"]}', b'{"format":1}'])
def test_what_is_no_list_of_commits_lists_none(body: bytes | None) -> None:
    assert read_lineage(body) == frozenset()


def test_an_earlier_state_is_refused_by_the_output_itself(
    registry: Registry, out: Path, tmp_path: Path
) -> None:
    place = tmp_path / "srv"
    earlier = kept(out)
    registry.set_status(NAME, "1.0.0", "deleted")
    build_registry(registry, out)
    assert deploy(out, place).returncode == 0
    shown = files_below(place)
    done = deploy(earlier, place)
    assert done.returncode == 1
    assert "could undo takedowns" in done.stderr
    assert "--allow-rollback" in done.stderr
    assert files_below(place) == shown
    assert deploy(earlier, place, "--repo", registry.path).returncode == 1
    assert files_below(place) == shown
    assert deploy(earlier, place, "--allow-rollback").returncode == 0
    assert files_below(place) == files_below(earlier)
    assert deploy(out, place).returncode == 0, "the later one comes after"


def test_another_line_of_history_is_refused(registry: Registry, out: Path, tmp_path: Path) -> None:
    place = tmp_path / "srv"
    shutil.copytree(registry.path, tmp_path / "other")
    other = Registry(tmp_path / "other")
    registry.publish(NAME, "2.0.0")
    build_registry(registry, out)
    assert deploy(out, place).returncode == 0
    other.publish(NAME, "3.0.0")
    build_registry(other, tmp_path / "elsewhere")
    for more in ((), ("--repo", other.path), ("--repo", registry.path)):
        assert deploy(tmp_path / "elsewhere", place, *more).returncode == 1
    assert files_below(place) == files_below(out)


def test_a_deploy_of_long_ago_is_told_by_a_clone(
    registry: Registry, out: Path, tmp_path: Path, few: int
) -> None:
    place = tmp_path / "srv"
    assert deploy(out, place).returncode == 0
    for number in range(few):
        registry.publish(NAME, f"1.1.{number}")
    build_registry(registry, out)
    done = deploy(out, place)
    assert done.returncode == 1
    assert "--repo" in done.stderr
    assert deploy(out, place, "--repo", registry.path).returncode == 0
    assert files_below(place) == files_below(out)


def test_what_cannot_be_told_is_refused(registry: Registry, out: Path, tmp_path: Path) -> None:
    place = tmp_path / "srv"
    assert deploy(out, place).returncode == 0
    registry.publish(NAME, "2.0.0")
    build_registry(registry, out)
    (place / "data/snapshot.json").write_bytes(b"damaged")
    done = deploy(out, place)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert deploy(out, place, "--allow-rollback").returncode == 0
    assert deploy(out, place, "--repo", tmp_path / "nowhere").returncode == 1
