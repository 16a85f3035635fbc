"""The repository that an import writes to."""

import json
import subprocess
from pathlib import Path

import pytest
from mcp_static.api.entries import OFFICIAL_META
from mcp_static.model.errors import InputError
from mcp_static.settings import parse_settings

from tests.conftest import build_registry
from tests.importing.entries import NAME, entry, git, take
from tests.registries import Registry


def test_a_work_tree_is_brought_up_to_date_and_never_trampled(tmp_path: Path) -> None:
    into = tmp_path / "tree"
    take([entry()], into)
    file = next(into.rglob("server.json"))
    assert git(into, "status", "--porcelain") == ""
    file.write_text("edited")
    with pytest.raises(InputError, match="uncommitted changes"):
        take([entry(version="2.0.0", day=2)], into)
    assert file.read_text() == "edited"
    git(into, "checkout", "-q", "--detach")
    with pytest.raises(InputError, match="no branch"):
        take([entry(version="2.0.0", day=2)], into)


def test_an_enclosing_repository_is_never_written_to(tmp_path: Path) -> None:
    outer = Registry(tmp_path / "outer", bare=False)
    outer.commit({"thesis.tex": "x"})
    outer.git("reset", "--hard", "-q")
    inner = outer.path / "registry"
    inner.mkdir()
    (inner / "file").write_text("x")
    before = outer.head
    with pytest.raises(InputError, match="not a Git repository"):
        take([entry()], inner)
    assert outer.head == before
    (inner / "file").unlink()
    assert take([entry()], inner).published == 1  # an empty folder becomes a repository of its own
    assert outer.head == before


def test_untracked_records_are_not_overwritten(tmp_path: Path) -> None:
    into = tmp_path / "tree"
    take([entry()], into)
    mine = next(into.rglob("server.json")).parent.with_name("2.0.0") / "server.json"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(InputError, match="uncommitted"):
        take([entry(version="2.0.0", day=2)], into)
    assert mine.read_text() == "mine"


def test_what_a_killed_import_left_undone_is_ended_by_the_next(tmp_path: Path) -> None:
    into = tmp_path / "tree"
    take([entry()], into)
    # As if killed after the branch had moved and before the work tree was brought up to date.
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(into), str(bare)], check=True)
    take([entry(version="2.0.0", day=2)], bare)
    git(into, "fetch", "-q", str(bare), "main")
    git(into, "update-ref", "refs/heads/main", "FETCH_HEAD")
    before = git(into, "rev-parse", "main~1")
    (into / ".git/mcp-static/unfinished-checkout").write_text(before)
    (into / ".git/index.lock").touch()
    assert take([entry(version="3.0.0", day=3)], into).published == 1
    assert git(into, "status", "--porcelain") == ""
    assert len(list(into.rglob("server.json"))) == 3


def test_an_import_killed_before_it_committed_touches_no_later_work(tmp_path: Path) -> None:
    into = tmp_path / "tree"
    take([entry()], into)
    (into / ".git/mcp-static/unfinished-checkout").write_text(git(into, "rev-parse", "main"))
    mine = next(into.rglob("server.json"))
    mine.write_text("edited since")
    with pytest.raises(InputError, match="uncommitted"):
        take([entry(version="2.0.0", day=2)], into)
    assert mine.read_text() == "edited since"


def test_a_new_repository_gets_settings_to_begin_with(tmp_path: Path) -> None:
    into = tmp_path / "new.git"
    first = take([entry(day=3)], into)
    assert first.has_settings
    text = git(into, "show", "HEAD:registry.toml")
    assert parse_settings(text).title == "Imported MCP servers"
    settings = "\n".join(
        line.removeprefix("# ").partition("  ")[0] for line in text.splitlines() if "= " in line
    )
    assert parse_settings(settings).url == "https://mcp.example.com", "what is commented out is valid"
    build_registry(Registry(into), tmp_path / "dist")
    found = json.loads((tmp_path / f"dist/v0.1/servers/{NAME}/versions/1.0.0.json").read_bytes())
    assert found["_meta"][OFFICIAL_META]["updatedAt"].startswith("2025-10-03")
    second = take([entry(), entry(version="1.1.0", day=4)], into)
    assert not second.has_settings
    assert git(into, "show", "HEAD:registry.toml") == text
