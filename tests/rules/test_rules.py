"""Every rule is broken by something, and nothing sound breaks any."""

import json
import subprocess
import sys
from typing import Any, get_args

import pytest
from mcp_static.api.entries import (
    MAX_ACCEPTED_BYTES,
    MAX_ENTRY_BYTES,
    MAX_SERVER_BYTES,
    EntryMeta,
    entry_bytes,
    provenance_bytes,
)
from mcp_static.check.report import check_report
from mcp_static.model.layout import Location, parse_location, record_path
from mcp_static.model.lifecycle import MAX_STATUS_MESSAGE, Status
from mcp_static.model.names import parse_name
from mcp_static.model.times import LAST_SECOND
from mcp_static.reports.findings import Finding, Level, Section
from mcp_static.reports.printing import Style, print_report
from mcp_static.rules import RULES
from mcp_static.rules.markdown import rules_page
from mcp_static.rules.registry_index import SnapshotIndex
from mcp_static.rules.rule import Applies, EmptyRegistry
from mcp_static.rules.run import findings_of, read_record, structural_findings
from mcp_static.rules.sidecars import parse_accepted, parse_lifecycle
from mcp_static.rules.uniqueness import MAX_VERSIONS
from mcp_static.rules.validation import validation_report

from tests.registries import server_json
from tests.rules.breaches import BREACHES, NAME, SOUND
from tests.servers import PROJECT


def raw(document: dict[str, Any] | bytes) -> bytes:
    return document if isinstance(document, bytes) else json.dumps(document, indent=4).encode()


@pytest.mark.parametrize(("rule", "document", "paths"), BREACHES)
def test_a_breach_is_found_where_it_is(
    rule: str, document: dict[str, Any] | bytes, paths: list[str]
) -> None:
    problems = findings_of(read_record(raw(document)), EmptyRegistry())
    assert [problem.path for problem in problems if problem.id == rule] == paths


@pytest.mark.parametrize(("rule", "document", "paths"), BREACHES)
def test_structural_breaches_hold_at_every_build_and_others_do_not(
    rule: str, document: dict[str, Any] | bytes, paths: list[str]
) -> None:
    assert paths
    found = {problem.id for problem in structural_findings(read_record(raw(document)))}
    applies = next(known.applies for known in RULES if known.id == rule)
    assert (rule in found) == (applies is Applies.STRUCTURAL)


def test_a_fix_fits_its_finding_and_not_only_its_rule() -> None:
    document = server_json(NAME)
    del document["description"]
    document["title"] = 3
    fixes = {finding.path: finding.fix for finding in findings_of(read_record(raw(document)))}
    assert fixes["description"].startswith("Add `description`")
    assert fixes["title"] == 'Write it in quotes: "3".'


@pytest.mark.parametrize("document", SOUND)
def test_sound_documents_break_nothing(document: dict[str, Any]) -> None:
    assert findings_of(read_record(raw(document))) == []


SNAPSHOT_AND_PATH_RULES = {
    "path-from-name",
    "name-unique",
    "version-unique",
    "version-count",
    "package-registry-trusted",
    "remote-host",
    "remote-unique",
    "remote-similar",
}


def test_every_rule_is_broken_here_and_has_an_id_of_its_own() -> None:
    ids = [rule.id for rule in RULES]
    assert len(set(ids)) == len(ids)
    assert {rule for rule, _, _ in BREACHES} | SNAPSHOT_AND_PATH_RULES == set(ids)


def test_all_problems_are_reported_at_once() -> None:
    document = server_json(
        "io.github.alice/weather", "latest", title=" ", websiteUrl="ftp://x", packages=[{}]
    )
    found = {problem.id for problem in findings_of(read_record(raw(document)))}
    assert found >= {"version-in-a-path", "text-not-blank", "website-https", "schema"}


def location(name: str, version: str) -> Location:
    found = parse_location(record_path(parse_name(name), version))
    assert found is not None
    return found


def test_a_record_lies_where_its_name_and_version_say() -> None:
    document = raw(server_json(NAME, "1.0.0"))
    right = read_record(document, location(NAME, "1.0.0"))
    message = read_record(document, location(NAME, "1.0.1"))
    assert structural_findings(right) == []
    assert [problem.id for problem in structural_findings(message)] == ["path-from-name"]


def index_with(*documents: dict[str, Any]) -> SnapshotIndex:
    index = SnapshotIndex()
    for document in documents:
        index.add(parse_name(document["name"]), document["version"], document)
    return index


def found_in(index: SnapshotIndex, document: dict[str, Any]) -> list[str]:
    return [problem.id for problem in findings_of(read_record(raw(document)), index)]


def test_names_and_versions_are_unique_in_a_snapshot() -> None:
    index = index_with(server_json(NAME, "1.0.0-rc.1"), server_json(NAME, "cafe\u0301"))
    assert found_in(index, server_json("io.github.Alice/Weather", "2.0.0")) == ["name-unique"]
    assert found_in(index, server_json("io.github.Alice/other", "2.0.0")) == ["name-unique"]
    assert found_in(index, server_json(NAME, "1.0.0-rc.1")) == ["version-unique"]
    assert "version-unique" in found_in(index, server_json(NAME, "1.0.0-RC.1"))
    assert "version-unique" in found_in(index, server_json(NAME, "caf\u00e9"))
    assert found_in(index, server_json(NAME, "1.0.0")) == []


def test_a_server_has_a_bounded_number_of_versions() -> None:
    index = index_with(*(server_json(NAME, f"0.0.{number}") for number in range(MAX_VERSIONS)))
    assert found_in(index, server_json(NAME, "1.0.0")) == ["version-count"]


def test_the_largest_entry_stays_within_its_limit() -> None:
    times = (LAST_SECOND, LAST_SECOND, LAST_SECOND)
    wide = EntryMeta(Status.DEPRECATED, "\U00010000" * MAX_STATUS_MESSAGE, *times, is_latest=False)
    escaped = EntryMeta(Status.DEPRECATED, "<" * MAX_STATUS_MESSAGE, *times, is_latest=False)
    provenance = provenance_bytes("a" * 64, b"x" * MAX_ACCEPTED_BYTES)
    for worst in (wide, escaped):
        entry = entry_bytes(b"s" * MAX_SERVER_BYTES, worst, "a." * 100, provenance)
        assert len(entry) <= MAX_ENTRY_BYTES


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'{"status": "gone"}', b'{"status": "active", "x": 1}', b'{"status": 1}',
     json.dumps({"status": "active", "statusMessage": "x" * 501}).encode()],
)  # fmt: skip
def test_other_statuses_say_what_is_wrong(content: bytes) -> None:
    assert isinstance(parse_lifecycle(content), str)


def test_what_the_merge_noted_is_bounded() -> None:
    assert parse_accepted(b'{"proof": "<account>"}') == rb'{"proof":"\u003caccount\u003e"}'
    assert isinstance(parse_accepted(json.dumps({"a": "x" * 5000}).encode()), str)
    assert isinstance(parse_accepted(b"7"), str)


def test_reports_cannot_move_a_terminal_or_end_an_annotation() -> None:
    document = server_json(NAME, "\x1b[2Jx") | {"_meta": {"a\nb::error::,%": None}}
    problems = findings_of(read_record(raw(document)))
    text = print_report(validation_report(("a\x1b[31m.json", problems)), "text")
    assert "\x1b" not in text
    lines = print_report(validation_report(("a,b:c.json", problems)), "github").splitlines()
    assert len(lines) == len(problems) + 1
    assert all(
        line.startswith(("::error file=a%2Cb%3Ac.json,title=", "::warning file="))
        for line in lines[:-1]
    )


@pytest.mark.parametrize("style", get_args(Style))
def test_a_version_is_no_command_in_the_log_of_a_workflow(style: Style) -> None:
    """The runner takes `##[command]` anywhere in a line for a command, and `::command` at its start."""
    finding = Finding("x", Level.ERROR, "##[add-mask]a", "\n ::add-mask::b\n::add-mask::c", "##[d]")
    titles = ("What it changes", f"Publish {NAME} 1##[add-mask]e")
    sections = [Section(title, "##[f]", (finding,)) for title in titles]
    report = check_report("0" * 40, "1" * 40, sections, notes=("::add-mask::g",))
    text = print_report(report, style)
    assert "##[" not in text
    lines = [line.lstrip() for line in text.splitlines()]
    assert not [line for line in lines if line.startswith("::") and style != "github"]
    assert not [line for line in lines if line.startswith("::add-mask")]
    if style == "json":
        assert json.loads(text)["sections"][0]["findings"][0]["path"] == "##[d]"


def test_a_json_report_is_json_with_everything_in_it() -> None:
    problems = findings_of(read_record(raw(server_json("x"))))
    found = json.loads(print_report(validation_report(("server.json", problems)), "json"))
    assert found["level"] == "error"
    (section,) = found["sections"]
    assert section["file"] == "server.json"
    assert set(section["findings"][0]) == {"id", "level", "path", "message", "fix"}


def test_the_handbook_in_docs_is_current() -> None:
    assert (PROJECT / "docs" / "rules.md").read_text() == rules_page(), "run `make docs`"


@pytest.mark.integration
def test_checking_one_file_loads_no_git_and_no_server() -> None:
    code = "import sys, mcp_static.cli.validate_command; print([m for m in ('git','pydantic','starlette') if m in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        cwd=PROJECT,
    )
    assert run.stdout.strip() == "[]"
