"""Lists of what to import, and names that have no namespace."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from mcp_static.cli import main
from mcp_static.importing.importing import read_patterns

from tests.importing.entries import NAME, entry, git, take, written
from tests.registries import server_json
from tests.servers import run_cli


def test_only_the_names_asked_for_make_an_allowlist(tmp_path: Path) -> None:
    names = ["io.github.alice/weather", "io.github.alice/maps", "com.example/x"]
    (tmp_path / "only.txt").write_text("# ours\nio.github.alice/*  # all of hers\ncom.example/y\n")
    (tmp_path / "s.ndjson").write_text("\n".join(json.dumps(entry(name)) for name in names))
    run = run_cli(
        "import", tmp_path / "s.ndjson", "--into", tmp_path / "r.git", "--only", tmp_path / "only.txt"
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("2 versions")
    assert "1 not asked for" in run.stdout


def test_an_allowlist_without_names_is_refused(tmp_path: Path) -> None:
    (tmp_path / "only").write_text("# nothing\n")
    (tmp_path / "s").write_text(json.dumps(entry()))
    run = run_cli("import", tmp_path / "s", "--into", tmp_path / "r.git", "--only", tmp_path / "only")
    assert (run.returncode, "names no server" in run.stderr) == (1, True)


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
