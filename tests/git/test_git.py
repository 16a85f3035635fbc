"""Reading repositories of every kind, and what each unreadable one is told."""

import shutil
import subprocess
from pathlib import Path

import pytest
from mcp_static.git.blobs import BlobReader
from mcp_static.git.history import first_parent_history
from mcp_static.git.records import read_records
from mcp_static.git.repository import (
    has_uncommitted_records,
    open_repository,
    read_settings,
    require_data,
    require_whole_history,
    resolve_commit,
)
from mcp_static.git.writing import NewCommit, write_commits
from mcp_static.model.errors import InputError

from tests.registries import Registry, path_of

ALICE = "io.github.alice/weather"


def test_bare_worktree_and_linked_worktree_read_the_same(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "tree", bare=False)
    registry.publish(ALICE)
    head = registry.publish(ALICE, "1.0.1")
    registry.git("reset", "--hard", "-q")
    registry.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "other")
    subprocess.run(
        ["git", "clone", "-q", "--bare", str(registry.path), str(tmp_path / "bare.git")], check=True
    )
    seen = []
    for path in (
        registry.path,
        registry.path / "registry-data",
        tmp_path / "linked",
        tmp_path / "bare.git",
    ):
        with open_repository(path) as repository:
            assert resolve_commit(repository, "HEAD") == head
            seen.append(list(first_parent_history(repository, head)))
    assert seen[0] == seen[1] == seen[2] == seen[3]
    assert [[change.path for change in commit.changes] for commit in seen[0]] == [
        [path_of(ALICE, "1.0.0")],
        [path_of(ALICE, "1.0.1")],
    ]


def test_merges_are_compared_with_their_first_parent(registry: Registry) -> None:
    registry.publish(ALICE)
    registry.git("branch", "side", "main")
    side = registry.commit({path_of(ALICE, "2.0.0"): "{}"}, branch="side", time=5_000)
    main = registry.publish(ALICE, "1.0.1")
    merge = registry.commit({path_of(ALICE, "2.0.0"): "{}"}, merge=side)
    with open_repository(registry.path) as repository:
        history = list(first_parent_history(repository, merge))
        assert [commit.id for commit in history][1:] == [main, merge]
        assert [change.path for change in history[-1].changes] == [path_of(ALICE, "2.0.0")]
        assert [c.id for c in first_parent_history(repository, merge, after=main)] == [merge]
        with pytest.raises(InputError, match="rewritten"):
            list(first_parent_history(repository, merge, after=side))


def test_paths_of_any_bytes_are_read(registry: Registry) -> None:
    odd = {
        "registry-data/servers/a b/ü/\nx": "1",
        "registry-data/:colon": "2",
        "registry-data/\x01h": "3",
    }
    registry.commit(dict(odd))
    registry.commit({}, time=registry.time)
    registry.commit({"registry-data/\x01h": None})
    with open_repository(registry.path) as repository:
        history = list(first_parent_history(repository, registry.head))
    assert {change.path for change in history[0].changes} == set(odd)
    assert history[1].changes == ()
    assert [(change.path, change.blob) for change in history[2].changes] == [
        ("registry-data/\x01h", None)
    ]


def test_git_configuration_does_not_change_what_is_read(registry: Registry) -> None:
    registry.publish(ALICE)
    for key, value in {
        "log.showSignature": "true",
        "diff.renames": "copies",
        "core.quotePath": "true",
        "log.date": "iso",
        "diff.noprefix": "true",
        "color.ui": "always",
        "log.decorate": "full",
    }.items():
        registry.git("config", key, value)
    with open_repository(registry.path) as repository:
        (commit,) = first_parent_history(repository, registry.head)
    assert commit.time == registry.time
    assert [change.path for change in commit.changes] == [path_of(ALICE, "1.0.0")]


def test_replaced_objects_are_not_believed(registry: Registry) -> None:
    first = registry.publish(ALICE)
    other = registry.publish(ALICE, "6.6.6")
    registry.git("replace", first, other)
    with open_repository(registry.path) as repository:
        history = list(first_parent_history(repository, registry.head))
    assert [change.path for change in history[0].changes] == [path_of(ALICE, "1.0.0")]


def test_large_blobs_are_cut_and_missing_ones_named(registry: Registry) -> None:
    registry.commit({"registry-data/big": "x" * 10_000_000, "registry-data/small": "y"})
    with open_repository(registry.path) as repository:
        blobs = [
            change.blob
            for commit in first_parent_history(repository, registry.head)
            for change in commit.changes
            if change.blob
        ]
        with BlobReader(repository) as reader:
            assert [len(content) for content in reader.read(blobs, 1000)] == [1001, 1]
            with pytest.raises(InputError, match="lacks the object"):
                list(reader.read(["f" * 40], 1000))


def test_records_of_a_commit(registry: Registry) -> None:
    registry.publish(ALICE)
    registry.set_status(ALICE, "1.0.0", "deprecated")
    registry.commit({path_of(ALICE, "9.9.9"): "elsewhere"}, modes={path_of(ALICE, "9.9.9"): "120000"})
    with open_repository(registry.path) as repository:
        found = read_records(repository, registry.head, frozenset({"server.json", "status.json"}), 1000)
        assert [(str(place.name), place.version, place.file) for place, _ in found] == [
            (ALICE, "1.0.0", "server.json"),
            (ALICE, "1.0.0", "status.json"),
        ]


def test_a_folder_without_repository_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not in a Git repository"):
        open_repository(tmp_path)
    with pytest.raises(InputError, match="not in a Git repository"):
        open_repository(tmp_path / "missing")


def test_an_empty_repository_is_told_from_a_missing_commit(registry: Registry) -> None:
    with open_repository(registry.path) as repository:
        with pytest.raises(InputError, match="no commits yet"):
            resolve_commit(repository, "HEAD")
        registry.publish(ALICE)
        for revision in ("no-such-branch", "f" * 40, "--all", "-h", "HEAD:registry-data", ""):
            with pytest.raises(InputError, match="There is no commit"):
                resolve_commit(repository, revision)


def test_a_commit_without_records_is_told(registry: Registry) -> None:
    registry.commit({"README.md": "x"})
    with open_repository(registry.path) as repository:
        with pytest.raises(InputError, match="no folder registry-data"):
            require_data(repository, registry.head)
        registry.commit({"registry-data": "a file"})
        with pytest.raises(InputError, match="no folder registry-data"):
            require_data(repository, registry.head)


def test_a_shallow_clone_is_told_how_to_get_the_rest(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    registry.publish(ALICE, "1.0.1")
    clone = tmp_path / "shallow"
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", f"file://{registry.path}", str(clone)], check=True
    )
    with open_repository(clone) as repository, pytest.raises(InputError) as caught:
        require_whole_history(repository)
    assert "git fetch --unshallow" in caught.value.fix


def test_a_damaged_repository_is_an_error_not_an_end(registry: Registry) -> None:
    registry.publish(ALICE)
    registry.publish(ALICE, "1.0.1")
    with open_repository(registry.path) as repository:
        head = resolve_commit(repository, "main")
        for pack in (registry.path / "objects").glob("??"):
            shutil.rmtree(pack)
        for pack in (registry.path / "objects" / "pack").iterdir():
            pack.unlink()
        with pytest.raises(InputError, match="could not read the history"):
            list(first_parent_history(repository, head))


def test_settings_come_from_the_commit(registry: Registry) -> None:
    registry.publish(ALICE)
    before = registry.head
    registry.commit({"registry.toml": 'title = "Ours"\nurl = "https://mcp.example.com/"\n'})
    with open_repository(registry.path) as repository:
        assert read_settings(repository, before).title == "MCP Static Registry"
        settings = read_settings(repository, registry.head)
        assert (settings.title, settings.url) == ("Ours", "https://mcp.example.com")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title = ", "is not TOML"),
        ('titel = "x"', "titel"),
        ('url = "ftp://x"', "url"),
        ('url = "https://x/?q"', "url"),
        ("title = 7", "title"),
        ('namespace = "Not A Domain"', "namespace"),
        ('namespace = "io.modelcontextprotocol.registry"', "namespace"),
    ],
)
def test_settings_at_fault_are_named(registry: Registry, text: str, message: str) -> None:
    registry.commit({"registry.toml": text})
    with open_repository(registry.path) as repository, pytest.raises(InputError, match=message):
        read_settings(repository, registry.head)


@pytest.mark.parametrize("kind", ["link", "folder", "submodule", "large"])
def test_settings_that_cannot_be_read_are_not_taken_for_none(registry: Registry, kind: str) -> None:
    name = "registry.toml"
    head = registry.publish(ALICE)
    match kind:
        case "link":
            registry.commit({name: "settings/registry.toml"}, modes={name: "120000"})
        case "folder":
            registry.commit({f"{name}/title": "Ours"})
        case "submodule":
            registry.commit({name: head}, modes={name: "160000"})
        case _:
            registry.commit({name: "#" * (1 << 20) + '\ntitle = "Ours"'})
    expected = "larger than 1 MiB" if kind == "large" else "not a plain file"
    with open_repository(registry.path) as repository, pytest.raises(InputError, match=expected):
        read_settings(repository, registry.head)


def test_uncommitted_records_are_noticed(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "tree", bare=False)
    registry.publish(ALICE)
    registry.git("reset", "--hard", "-q")
    with open_repository(registry.path) as repository:
        assert not has_uncommitted_records(repository)
        (registry.path / "registry-data" / "new.json").write_text("{}")
        assert has_uncommitted_records(repository)


def test_commits_are_written_all_or_none(registry: Registry) -> None:
    registry.publish(ALICE)
    before = registry.head
    with open_repository(registry.path) as repository:
        bad = [NewCommit(1, "good\n", {"a": b"1"}), NewCommit(2, "bad\n", {"a//b": b"2"})]
        with pytest.raises(InputError, match="Git refused"):
            write_commits(repository, bad)
        assert registry.head == before
        assert write_commits(repository, [NewCommit(7, "good\n", {"a": b"1"})]) == 1
    assert registry.git("log", "-1", "--format=%ct %s") == "7 good"
    assert registry.git("rev-parse", "main~1") == before


def test_settings_may_end_their_lines_as_windows_does(registry: Registry) -> None:
    for content in (b'title = "A"\r\nurl = "https://a.example"\r\n', b'\xef\xbb\xbftitle = "A"\n'):
        registry.commit({"registry.toml": content})
        with open_repository(registry.path) as repository:
            assert read_settings(repository, registry.head).title == "A"
    registry.commit({"registry.toml": b"title = '\xff'"})
    with open_repository(registry.path) as repository, pytest.raises(InputError, match="UTF-8"):
        read_settings(repository, registry.head)
