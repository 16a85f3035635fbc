"""Printing a report: for a terminal, a comment in Markdown, programs, and a workflow's annotations."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

import orjson

from mcp_static.model.terminal import printable, printable_json, without_commands
from mcp_static.reports.findings import Finding, Level, Report, Section
from mcp_static.reports.markdown import report_markdown

Style = Literal["text", "markdown", "json", "github"]
Paint = Callable[[str, Level], str]
"""Colors the sign of a level, for a terminal."""

MAX_TEXT: Final = 20_000
"""Characters of one text of a report in JSON."""

_SIGNS: Final = {
    Level.PASSED: "✓",
    Level.NOTE: "·",
    Level.WARNING: "!",
    Level.UNKNOWN: "?",
    Level.HELD: "⏸",
    Level.ERROR: "✗",
}


def _plain(sign: str, _level: Level) -> str:
    return sign


def print_report(
    report: Report,
    style: Style,
    most: int | None = None,
    more: Mapping[str, object] | None = None,
    paint: Paint = _plain,
) -> str:
    """A report in one of the styles, without a newline at the end.

    Text shows `most` findings of a section, if given, and signs as `paint` colors them; JSON always has
    all, with `more` members. In the log of a workflow, none of them is a command but the annotations of
    the style `github`.
    """
    if style == "json":
        document = report_document(report) | dict(more or {})
        return printable_json(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    if style == "markdown":
        return report_markdown(report)
    if style == "github":
        summary = without_commands(printable(report.summary, keep="\n"))
        return "\n".join([*_annotations(report), summary])
    blocks = [section_text(section, most, paint) for section in report.sections if section.findings]
    blocks += [printable(note) for note in report.notes]
    return without_commands("\n".join([*blocks, printable(report.summary, keep="\n")]))


def section_text(section: Section, most: int | None = None, paint: Paint = _plain) -> str:
    """One section for a terminal; rules that passed are counted, everything else is shown."""
    signs = {level: paint(sign, level) for level, sign in _SIGNS.items()}
    lines = [f"{signs[section.level]} {printable(section.title)}"]
    counted = [finding for finding in section.findings if finding.has_passed and finding.is_counted]
    shown = [finding for finding in section.findings if finding not in counted]
    lines += findings_lines(shown, most, paint)
    if counted:
        lines.append(f"  {signs[Level.PASSED]} {counted_of(len(counted), 'rule')} passed")
    return "\n".join(lines)


def findings_lines(
    findings: Sequence[Finding], most: int | None = None, paint: Paint = _plain
) -> list[str]:
    """Findings for a terminal, each with its fix; `most` of them, if given."""
    lines = []
    for finding in findings[:most]:
        place = f"{finding.line}:{finding.column}: " if finding.line else ""
        sign = paint(_SIGNS[finding.level], finding.level)
        lines.append(f"  {sign} {printable(place + finding.sentence)}  [{finding.id}]")
        if finding.fix and not finding.has_passed:
            lines += [printable(f"      {line}") for line in finding.fix.splitlines()]
    if most is not None and len(findings) > most:
        lines.append(f"  … and {len(findings) - most:,} more")
    return lines


def counted_of(number: int, noun: str, plural: str = "") -> str:
    """A number of things, in words: `1 error`, `2 errors`, and with its plural `2 entries`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def _annotations(report: Report) -> list[str]:
    return [
        _annotation(section.file, finding)
        for section in report.sections
        for finding in section.findings
        if finding.level in {Level.ERROR, Level.HELD, Level.UNKNOWN, Level.WARNING}
    ]


def _annotation(file: str, finding: Finding) -> str:
    """A workflow command, escaped as GitHub's documentation asks, that shows a finding at a file."""
    kind = "warning" if finding.level is Level.WARNING else "error"
    text = without_commands(printable(f"{finding.sentence}. {finding.fix}".strip()))
    place = f",line={finding.line},col={finding.column}" if finding.line else ""
    return f"::{kind} file={_property(file)}{place},title={_property(finding.id)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(without_commands(text)).replace(":", "%3A").replace(",", "%2C")


def report_document(report: Report) -> dict[str, Any]:
    """The members that every report has in JSON."""
    return {
        "level": report.level.value,
        "summary": _shown(report.summary, keep="\n"),
        "notes": [_shown(note) for note in report.notes],
        "sections": [
            {
                "title": _shown(section.title),
                "file": _shown(section.file),
                "level": section.level.value,
                "findings": [_member(finding) for finding in section.findings],
            }
            for section in report.sections
        ],
    }


def _member(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "level": finding.level.value,
        "path": _shown(finding.path),
        **({"line": finding.line, "column": finding.column} if finding.line else {}),
        "message": _shown(finding.message),
        "fix": _shown(finding.fix, keep="\n"),
    }


def _shown(text: str, keep: str = "") -> str:
    """A printable text, cut where it is longer than anybody reads."""
    shown = printable(text[:MAX_TEXT], keep)
    return shown if len(shown) < MAX_TEXT else f"{shown[: MAX_TEXT - 1]}…"
