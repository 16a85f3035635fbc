"""A deploy to a folder works on what changed alone, and ends as one that goes through every file."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp_static.build.progress import Silent
from mcp_static.deploy.folder import FolderOptions, FolderReport, deploy_to_folder
from mcp_static.deploy.release import open_release
from mcp_static.deploy.rollback import RollbackGuard
from mcp_static.hosts.hosts import host_named
from mcp_static.model.errors import InputError
from mcp_static.settings import Settings

from tests.conftest import build_registry
from tests.registries import Registry, files_below


def deploy(out: Path, place: Path, **options: Any) -> FolderReport:
    """Deploy an output in this process, whatever was there before."""
    guard = RollbackGuard(None, is_allowed=True)
    return deploy_to_folder(
        open_release(out.resolve()), place, FolderOptions(**options), Silent(), guard
    )


def store(place: Path) -> Path:
    return place.with_name(f"{place.name}.releases")


def trees(place: Path, beginning: str) -> list[Path]:
    return sorted(store(place).glob(f"{beginning}*"))


def exactly(root: Path) -> dict[str, tuple[bytes, int] | None]:
    """Every file with its content and time, and every folder."""
    found: dict[str, tuple[bytes, int] | None] = {}
    for folder, _, names in os.walk(root.resolve()):
        found[os.path.relpath(folder, root.resolve())] = None
        for name in names:
            path = Path(folder, name)
            key = os.path.relpath(path, root.resolve())
            found[key] = (path.read_bytes(), path.stat().st_mtime_ns)
    return found


@pytest.fixture
def out(registry: Registry, tmp_path: Path) -> Path:
    for number in range(5):
        registry.publish(f"io.github.user{number}/server", "1.0.0")
    build_registry(registry, tmp_path / "dist")
    return tmp_path / "dist"


def publish(registry: Registry, out: Path, version: str) -> None:
    registry.publish("io.github.user3/server", version)
    build_registry(registry, out)


def test_no_deploy_but_the_first_goes_through_every_file(
    registry: Registry, out: Path, tmp_path: Path
) -> None:
    place = tmp_path / "srv"
    assert deploy(out, place).is_full
    for number in range(2, 8):
        publish(registry, out, f"{number}.0.0")
        report = deploy(out, place)
        assert not report.is_full
        assert 5 < report.copied < 45
        assert exactly(place) == exactly(out)
    assert len(trees(place, "0")) == 3
    assert len(trees(place, "spare-")) == 1


def test_releases_that_are_kept_are_not_touched(registry: Registry, out: Path, tmp_path: Path) -> None:
    place = tmp_path / "srv"
    deploy(out, place, keep=2)
    before: dict[str, dict[str, tuple[bytes, int] | None]] = {}
    for number in range(2, 6):
        publish(registry, out, f"{number}.0.0")
        deploy(out, place, keep=2)
        for release in trees(place, "0"):
            assert exactly(release) == before.setdefault(release.name, exactly(release))
    assert [release.name[:6] for release in trees(place, "0")] == ["000004", "000005"]


@pytest.mark.parametrize("name", ["nginx", "nginx-rules", "apache", "github-pages", "cloudflare"])
def test_what_a_host_has_next_to_listed_files_comes_and_goes_with_them(
    name: str, registry: Registry, tmp_path: Path
) -> None:
    out, place = tmp_path / "dist", tmp_path / "srv"
    target = host_named(name).target(Settings.model_validate({}))
    for number in range(3):
        registry.publish(f"io.github.user{number}/server", "1.0.0", title="Weather " * 5)
    build_registry(registry, out, target=target)
    deploy(out, place, keep=1)
    for change in range(4):
        if change == 1:
            registry.set_status("io.github.user1/server", "1.0.0", "deleted")
        else:
            registry.publish("com.example/index", f"{change}.0.0", time=registry.time + 86_400)
        build_registry(registry, out, target=target)
        assert not deploy(out, place, keep=1).is_full
        assert exactly(place) == exactly(out)


def test_another_host_or_version_of_the_tool_has_every_file_looked_at(
    registry: Registry, out: Path, tmp_path: Path
) -> None:
    place = tmp_path / "srv"
    deploy(out, place)
    target = host_named("github-pages").target(Settings.model_validate({}))
    publish(registry, out, "2.0.0")
    build_registry(registry, out, target=target)
    assert deploy(out, place).is_full
    assert exactly(place) == exactly(out)


def test_what_others_put_into_a_tree_leads_nowhere(
    registry: Registry, out: Path, tmp_path: Path
) -> None:
    place, elsewhere = tmp_path / "srv", tmp_path / "elsewhere"
    shutil.copytree(out.resolve() / "v0.1", elsewhere)
    untouched = files_below(elsewhere)
    deploy(out, place, keep=1)
    for spare in trees(place, "spare-"):
        (spare / ".well-known").mkdir(exist_ok=True)
        (spare / ".well-known" / "token").write_text("x")
        (spare / "mine").mkdir()
        (spare / "mine" / "page.html").write_text("x")
        shutil.rmtree(spare / "v0.1" / "servers" / "io.github.user3")
        (spare / "v0.1" / "servers" / "io.github.user3").symlink_to(
            elsewhere / "servers" / "io.github.user3"
        )
        (spare / "feed.xml").unlink()
        (spare / "feed.xml").symlink_to(elsewhere / "version.json")
        (spare / "data" / "lineage.json").unlink()
        (spare / "data" / "lineage.json").mkdir()
    publish(registry, out, "2.0.0")
    assert not deploy(out, place, keep=1).is_full
    assert files_below(elsewhere) == untouched
    shown = files_below(place)
    assert "mine/page.html" not in shown
    assert not any(path.is_symlink() for path in place.resolve().rglob("*"))
    expected = files_below(out)
    assert shown["feed.xml"] == expected["feed.xml"]
    assert shown["data/lineage.json"] == expected["data/lineage.json"]


def test_a_tree_that_cannot_tell_what_it_has_is_not_trusted(
    registry: Registry, out: Path, tmp_path: Path
) -> None:
    place = tmp_path / "srv"
    deploy(out, place, keep=1)
    [spare] = trees(place, "spare-")
    for part in (spare / "data" / "checksums").glob("registry*.txt"):
        part.unlink()
        part.write_text("")
    publish(registry, out, "2.0.0")
    assert deploy(out, place, keep=1).is_full
    assert exactly(place) == exactly(out)


def test_a_full_deploy_repairs_what_others_changed(out: Path, tmp_path: Path) -> None:
    place = tmp_path / "srv"
    deploy(out, place)
    document = place.resolve() / "v0.1/servers/io.github.user1/server/versions/1.0.0.json"
    document.unlink()
    document.write_text("{}")
    (place.resolve() / "v0.1" / "servers" / "more.json").write_text("{}")
    assert deploy(out, place).is_current
    assert deploy(out, place, full=True).copied == 1
    assert exactly(place) == exactly(out)
    assert deploy(out, place, full=True).is_current


def test_what_no_build_has_made_is_not_deployed(registry: Registry, out: Path, tmp_path: Path) -> None:
    place = tmp_path / "srv"
    (out.resolve() / "notes.txt").write_text("x")
    (out.resolve() / "v0.1" / "servers" / "notes.txt").write_text("x")
    deploy(out, place)
    publish(registry, out, "2.0.0")
    deploy(out, place)
    assert not list(store(place).rglob("notes.txt"))


def test_a_damaged_release_is_not_shown_and_the_next_one_is(
    registry: Registry, out: Path, tmp_path: Path
) -> None:
    place = tmp_path / "srv"
    deploy(out, place)
    before = exactly(place)
    publish(registry, out, "2.0.0")
    document = out.resolve() / "v0.1/servers/io.github.user3/server/versions/2.0.0.json"
    whole = document.read_bytes()
    document.unlink()
    document.write_bytes(whole[:-1])
    for full in (False, True):
        with pytest.raises(InputError, match="does not match its checksum"):
            deploy(out, place, full=full)
        assert exactly(place) == before
    document.write_bytes(whole)
    deploy(out, place)
    assert files_below(place) == files_below(out)


EVENTS = st.lists(
    st.sampled_from(["publish", "new", "delete", "restore", "next day", "lose a spare", "keep more"]),
    min_size=2,
    max_size=7,
)


@given(events=EVENTS)
@settings(max_examples=6)
def test_after_whatever_happened_the_folder_is_the_output(
    events: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("events")
    registry, out, place = Registry(folder / "r.git"), folder / "dist", folder / "srv"
    target = host_named("nginx-rules").target(Settings.model_validate({}))
    registry.publish("com.example/first", "1.0.0", description="First. " * 10)
    keep = 1
    for number, event in enumerate(["publish", *events]):
        if event in {"delete", "restore"}:
            status = "deleted" if event == "delete" else "active"
            registry.set_status("com.example/first", "1.0.0", status, f"{number}.")
        elif event == "new":
            registry.publish(f"io.github.user{number}/server", "1.0.0")
        elif event == "lose a spare":
            for spare in trees(place, "spare-")[:1]:
                shutil.rmtree(spare)
        else:
            later = 86_400 if event == "next day" else 60
            registry.publish("com.example/other", f"{number}.0.0", time=registry.time + later)
            keep += event == "keep more"
        build_registry(registry, out, target=target)
        deploy(out, place, keep=keep)
        assert exactly(place) == exactly(out)
        assert len(trees(place, "0")) <= keep
