"""Forms in which entries really come: older ones, pages, times that are odd, lists from an editor."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from mcp_static.api.entries import OFFICIAL_META
from mcp_static.cli import main
from mcp_static.importing.importing import read_patterns
from mcp_static.model.errors import InputError

from tests.importing.test_importing import NAME, entry, git, take
from tests.registries import server_json
from tests.servers import run_cli


def written(path: Path, *documents: Any) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in documents))
    return path


def test_flat_entries_of_the_api_before_the_standard_are_read(tmp_path: Path) -> None:
    official = {"published_at": "2025-09-09T14:46:04.478661Z", "updated_at": "2025-09-09T14:46:04Z"}
    flat = {**server_json(NAME), "status": "deprecated", "_meta": {OFFICIAL_META: official}}
    page = {"servers": [flat], "metadata": {"count": 1}}
    report = take(written(tmp_path / "old.json", page), tmp_path / "r.git")
    assert (report.published, report.statuses, report.left_out) == (1, 1, [])
    path = git(tmp_path / "r.git", "ls-tree", "-r", "--name-only", "main").splitlines()[0]
    assert json.loads(git(tmp_path / "r.git", "show", f"main:{path}")) == server_json(NAME)
    assert git(tmp_path / "r.git", "log", "--format=%ct", "--reverse").split()[0] == "1757429164"


def test_a_page_that_is_not_the_last_says_so_and_pages_of_a_whole_walk_do_not(tmp_path: Path) -> None:
    first = {"servers": [entry()], "metadata": {"nextCursor": "x"}}
    last = {"servers": [entry(version="2.0.0", day=2)], "metadata": {}}
    report = take(written(tmp_path / "pages", first, last), tmp_path / "a.git")
    assert (report.published, report.left_out) == (2, [])
    report = take(written(tmp_path / "page", first), tmp_path / "b.git")
    assert report.published == 1
    assert "nextCursor" in report.left_out[0].message


def test_a_zip_is_told_from_a_broken_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        archive.writestr("e.ndjson", json.dumps(entry()))
    with pytest.raises(InputError, match="zip archive"):
        take(tmp_path / "e.zip", tmp_path / "r.git")


@pytest.mark.parametrize(
    ("official", "time"),
    [
        ({"publishedAt": 1759312800, "updatedAt": 1759312800000}, 1759312800),
        ({"publishedAt": 1759312800999}, 1759312800),
        ({"statusChangedAt": "0001-01-01T00:00:00Z"}, 1759276800),
    ],
    ids=["seconds", "milliseconds", "the zero time of Go"],
)
def test_times_of_other_kinds_are_read(official: dict[str, Any], time: int, tmp_path: Path) -> None:
    report = take([entry(**official)], tmp_path / "r.git")
    assert report.left_out == []
    assert git(tmp_path / "r.git", "log", "--format=%ct", "--", "registry-data") == str(time)


@pytest.mark.parametrize("value", [True, [], -5, 1e300, "1759312800"])
def test_what_is_no_time_is_left_out_and_not_taken_for_now(value: Any, tmp_path: Path) -> None:
    report = take([entry(publishedAt=value)], tmp_path / "r.git")
    assert (report.published, len(report.left_out)) == (0, 1)
    assert "publishedAt" in report.left_out[0].message


def test_a_list_from_an_editor_that_writes_a_byte_order_mark_keeps_its_first_name(
    tmp_path: Path,
) -> None:
    (tmp_path / "only").write_bytes(b"\xef\xbb\xbfio.github.alice/a\r\nio.github.alice/b\r\n")
    assert read_patterns(tmp_path / "only") == ("io.github.alice/a", "io.github.alice/b")
    lines = b"\xef\xbb\xbf" + json.dumps(entry()).encode() + b"\n"
    (tmp_path / "source").write_bytes(lines)
    assert take(tmp_path / "source", tmp_path / "r.git").published == 1


def test_what_an_earlier_list_let_in_is_named(tmp_path: Path) -> None:
    source = written(tmp_path / "s", entry("io.github.alice/a"), entry("io.github.alice/b"))
    (tmp_path / "first").write_text("io.github.alice/a\nio.github.alice/b\n")
    (tmp_path / "second").write_text("io.github.alice/a\n")
    arguments: list[str | Path] = ["import", source, "--into", tmp_path / "r.git", "--only"]
    assert "io.github.alice/b" not in run_cli(*arguments, tmp_path / "first").stderr
    run = run_cli(*arguments, tmp_path / "second")
    assert "io.github.alice/b 1.0.0" in run.stderr
    assert "mcp-static sync" in run.stderr


def test_an_empty_repository_object_is_no_obstacle(tmp_path: Path) -> None:
    bare = {"server": {**server_json(NAME), "repository": {}}}
    assert take([bare], tmp_path / "r.git", lenient=True).published == 1


def test_a_list_of_bare_names_asks_for_a_namespace_and_gets_it(tmp_path: Path) -> None:
    package = {"registryType": "pypi", "identifier": "docs-mcp", "transport": {"type": "stdio"}}
    server = {"name": "docs-search", "description": "Search the handbook.", "version": "1.2.0"}
    entries = [{"server": {**server, "packages": [package]}}, {"server": server_json(NAME)}]
    source = written(tmp_path / "bare.json", {"servers": entries})
    report = take(source, tmp_path / "a.git")
    assert report.published == 1
    [left] = report.left_out
    assert "--namespace com.example" in left.message
    report = take(source, tmp_path / "b.git", namespace="org.example.mcp")
    assert (report.published, report.left_out) == (2, [])
    path = "registry-data/servers/mc/org.example.mcp/docs-search/1.2.0/server.json"
    found = json.loads(git(tmp_path / "b.git", "show", f"main:{path}"))
    assert found["name"] == "org.example.mcp/docs-search"
    assert found["packages"] == [{"version": "1.2.0", **package}]


@pytest.mark.parametrize("namespace", ["a/b", "-a", "a b"])
def test_a_namespace_that_is_none_is_refused(namespace: str, tmp_path: Path) -> None:
    arguments = ["import", "x.json", "--into", str(tmp_path / "r.git"), "--namespace", namespace]
    run = CliRunner().invoke(main, arguments)
    assert isinstance(run.exception, SystemExit)
    assert run.exit_code == 2
