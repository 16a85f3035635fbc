"""What an import says of what it left out."""

import json
import time
from pathlib import Path
from typing import Any

from mcp_static.model.layout import record_path
from mcp_static.model.names import parse_name
from mcp_static.model.server import PUBLISHER_META
from mcp_static.model.times import format_time

from tests.importing.entries import NAME, entry, git, take, written
from tests.servers import run_cli


def test_what_cannot_be_taken_is_named_and_the_rest_is_taken(tmp_path: Path) -> None:
    future = format_time(int(time.time()) + 86_400)
    bad: list[Any] = [
        7, {"server": 7}, {"x": 1}, entry("nameless"), entry(version="../../x"), entry(version="latest"),
        entry(version="1.1.0", publishedAt="yesterday"), entry(version="1.2.0", status="gone"),
        entry(version="1.3.0", publishedAt=future, updatedAt=future),
        {"server": {"name": NAME, "version": "3.0.0", "description": 7}},
        entry("io.github.Alice/weather", day=2), {"server": {"name": 1, "version": 2}},
    ]  # fmt: skip
    report = take([entry(), *bad], tmp_path / "r.git", lenient=True)
    assert report.published == 1
    assert len(report.left_out) == len(bad)
    lines = "not json\n" + json.dumps(entry(version="4.0.0")) + "\n{broken\n"
    (tmp_path / "lines").write_text(json.dumps(entry()) + "\n" + lines)
    report = take(tmp_path / "lines", tmp_path / "r.git")
    assert (report.published, report.known, len(report.unread)) == (1, 1, 2)


def test_what_only_authors_may_not_do_is_taken_and_counted(tmp_path: Path) -> None:
    odd, odder = entry(version="1.1.0"), entry(version="1.2.0")
    odd["server"]["license"] = "MIT"
    odder["server"] |= {"license": "MIT", "description": "<your description here>"}
    report = take([entry(), odd, odder], tmp_path / "r.git")
    assert (report.published, report.left_out) == (3, [])
    assert report.spared["unknown-field"] == 2
    assert report.spared["no-placeholder"] == 1
    assert any("unknown-field (2), no-placeholder (1)" in note for note in report.notes)


def test_everything_is_named_once_and_counted_by_reason(tmp_path: Path) -> None:
    long = [entry(version=f"1.0.{number}", day=1) for number in range(60)]
    for one in long:
        one["server"]["description"] = "x" * 101
    source = written(
        tmp_path / "s", *long, *long[:5], entry(NAME, "3.0.0", status="gone"), entry(NAME, "2.0.0")
    )
    command: list[str | Path] = ["import", source, "--into", tmp_path / "r.git"]
    run = run_cli(*command, "--report", tmp_path / "all.md", "--report", tmp_path / "all.json")
    assert run.returncode == 0, run.stderr
    assert "Left out: schema (60), status (1)" in run.stderr
    assert "--lenient also imports 60 of those left out" in run.stderr
    found = json.loads((tmp_path / "all.json").read_bytes())
    (section,) = found["sections"]
    assert [one["path"] for one in section["findings"]].count(f"{NAME} 1.0.59") == 1
    assert len(section["findings"]) == 61
    assert "Left out: schema (60), status (1)." in found["notes"]
    run = run_cli(*command, "--report", tmp_path / "all.md")
    run = run_cli(*command, "--report", tmp_path / "all.md")
    text = (tmp_path / "all.md").read_text()
    assert text.count("1&#46;0&#46;59<") == 2, "each report is appended"


def test_a_source_that_was_not_read_to_its_end_ends_with_1(tmp_path: Path) -> None:
    first = {"servers": [entry()], "metadata": {"nextCursor": "x", "count": 1}}
    run = run_cli("import", written(tmp_path / "page", first), "--into", tmp_path / "r.git")
    assert (run.returncode, run.stdout[:9]) == (1, "1 version")
    assert "names a next one (`nextCursor`)" in run.stderr
    assert "not read to its end" in run.stderr


def test_what_a_publisher_provided_beyond_its_bound_does_not_cost_the_server(tmp_path: Path) -> None:
    found = entry()
    provided = {"readme": "x" * 10_000}
    found["server"]["_meta"] = {PUBLISHER_META: provided}
    report = take([found], tmp_path / "a.git")
    assert (report.published, [one.id for one in report.altered]) == (1, ["publisher-metadata"])
    path = record_path(parse_name(NAME), "1.0.0")
    assert "_meta" not in json.loads(git(tmp_path / "a.git", "show", f"main:{path}"))
    assert take([found], tmp_path / "a.git").altered == [], "what is known is not named again"
    report = take([found], tmp_path / "b.git", lenient=True)
    assert report.altered == []
    kept = json.loads(git(tmp_path / "b.git", "show", f"main:{path}"))
    assert kept["_meta"] == {PUBLISHER_META: provided}


def test_a_version_that_is_there_twice_with_different_contents_is_named(tmp_path: Path) -> None:
    other = entry()
    other["server"]["title"] = "Another"
    report = take([entry(), other, entry()], tmp_path / "r.git")
    assert (report.published, report.known) == (1, 2)
    assert [one.id for one in report.left_out] == ["changed-bytes"]


def test_a_type_that_no_schema_has_is_named_and_never_served(tmp_path: Path) -> None:
    found = entry()
    found["server"]["remotes"] = [{"type": "websocket", "url": "https://mcp.example.com/ws"}]
    report = take([found, entry(version="2.0.0")], tmp_path / "r.git", lenient=True)
    assert report.published == 1
    assert "'websocket'" in report.left_out[0].message


def test_a_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    source = written(tmp_path / "s", entry())
    run = run_cli("import", source, "--into", tmp_path / "r.git", "--report", tmp_path / "no" / "r.md")
    assert (run.returncode, "cannot be written" in run.stderr) == (1, True)
    assert "Traceback" not in run.stderr
