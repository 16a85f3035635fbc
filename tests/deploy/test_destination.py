"""The folder that a deploy goes to: what cannot be one, and what others or killed deploys left there."""

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from mcp_static.build.progress import Silent
from mcp_static.deploy.folder import FolderOptions, deploy_to_folder
from mcp_static.deploy.release import open_release
from mcp_static.deploy.rollback import RollbackGuard
from mcp_static.model.errors import InputError

from tests.conftest import build_registry
from tests.deploy.test_tree_update import deploy, exactly, publish, store, trees
from tests.registries import Registry


@pytest.fixture
def out(registry: Registry, tmp_path: Path) -> Path:
    registry.publish("io.github.user3/server", "1.0.0", description="A server. " * 8)
    build_registry(registry, tmp_path / "dist")
    return tmp_path / "dist"


def test_the_root_of_the_file_system_is_left_alone(out: Path) -> None:
    with pytest.raises(InputError, match="cannot be deployed to"):
        deploy(out, Path("/"))


@pytest.mark.parametrize("is_deployed", [False, True])
def test_nothing_is_put_into_an_output(*, is_deployed: bool, out: Path, tmp_path: Path) -> None:
    served = tmp_path / "srv" if is_deployed else out
    deploy(out, tmp_path / "srv")
    before = exactly(served)
    with pytest.raises(InputError, match="inside an output"):
        deploy(out, served / "registry")
    assert exactly(served) == before


def test_what_others_keep_with_the_releases_stays(
    registry: Registry, out: Path, tmp_path: Path
) -> None:
    place, elsewhere = tmp_path / "srv", tmp_path / "elsewhere"
    deploy(out, place, keep=1)
    shutil.copytree(out.resolve(), elsewhere)
    untouched = exactly(elsewhere)
    (store(place) / "1234567890.bak").write_text("mine")
    (store(place) / "999999-copy.tar").write_text("mine")
    (store(place) / "spare-mine").mkdir()
    (store(place) / "spare-000009-abcdef").symlink_to(elsewhere)
    (store(place) / "999999-abcdef").symlink_to(elsewhere)
    for version in ("2.0.0", "3.0.0", "4.0.0"):
        publish(registry, out, version)
        deploy(out, place, keep=1)
        assert exactly(place) == exactly(out)
    assert place.resolve().name.startswith("000004-")
    assert (store(place) / "1234567890.bak").read_text() == "mine"
    assert (store(place) / "999999-copy.tar").read_text() == "mine"
    assert (store(place) / "spare-mine").is_dir()
    assert exactly(elsewhere) == untouched


def test_releases_are_ordered_by_number(registry: Registry, out: Path, tmp_path: Path) -> None:
    place = tmp_path / "srv"
    deploy(out, place, keep=1)
    [first] = trees(place, "0")
    first.rename(first.with_name(f"999999-{first.name.partition('-')[2]}"))
    place.unlink()
    for number in (1_000_000, 1_000_001):
        publish(registry, out, f"{number}.0.0")
        deploy(out, place, keep=1)
        assert place.resolve().name.startswith(f"{number}-")


def test_a_tree_that_is_half_removed_is_never_taken_for_a_whole_one(
    registry: Registry, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "srv"
    deploy(out, place, keep=3)
    publish(registry, out, "2.0.0")
    whole_rmtree = shutil.rmtree

    def killed_midway(path: str | Path, **options: Any) -> None:
        half = Path(path, "v0.1")
        if half.is_dir():
            monkeypatch.setattr(shutil, "rmtree", whole_rmtree)
            whole_rmtree(half)
            raise KeyboardInterrupt
        whole_rmtree(path, **options)

    monkeypatch.setattr(shutil, "rmtree", killed_midway)
    with pytest.raises(KeyboardInterrupt):
        deploy(out, place, keep=1)
    assert exactly(place) == exactly(out)
    for version in ("3.0.0", "4.0.0", "5.0.0"):
        publish(registry, out, version)
        deploy(out, place, keep=3)
        assert exactly(place) == exactly(out)


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """Have the system refuse to write more than so many bytes into a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_deploy_that_cannot_be_written_takes_no_room(
    *, is_first: bool, registry: Registry, out: Path, tmp_path: Path
) -> None:
    place = tmp_path / "srv"
    if not is_first:
        deploy(out, place)
        publish(registry, out, "2.0.0")
    before = exactly(place)
    with no_file_beyond(1000), pytest.raises(InputError, match="could not be written: File too large"):
        deploy(out, place)
    assert exactly(place) == before
    assert not (store(place) / "unfinished").exists()
    deploy(out, place)
    assert exactly(place) == exactly(out)


def test_who_waits_for_another_deploy_says_so(out: Path, tmp_path: Path) -> None:
    place = tmp_path / "srv"
    store(place).mkdir()
    other = FileLock(store(place) / "lock")
    said: list[str] = []

    class Told(Silent):
        def stage(self, title: str, total: int | None = None) -> None:
            said.append(title)
            other.release()

    guard = RollbackGuard(None, is_allowed=True)
    with other:
        deploy_to_folder(open_release(out.resolve()), place, FolderOptions(), Told(), guard)
    assert said[0] == f"Waiting for another deploy to {place}"
    assert exactly(place) == exactly(out)
