"""A check's report in print: for a terminal, a pull request, programs, and a workflow's annotations.

Whatever an author wrote is shown as text: in Markdown every character that could act is escaped.
"""

import re
from typing import Any, Final, Literal

import orjson

from mcp_static.check.report import CheckReport, Line, Mark, Section, Verdict
from mcp_static.check.report_text import annotation
from mcp_static.model.terminal import printable

CheckFormat = Literal["text", "markdown", "json", "github"]

_SIGNS: Final = {
    Mark.PASSED: "✓",
    Mark.NOTE: "·",
    Mark.WARNING: "!",
    Mark.FAILED: "✗",
    Mark.UNKNOWN: "?",
}
_EMOJI: Final = {
    Mark.PASSED: "✅",
    Mark.NOTE: "▫️",
    Mark.WARNING: "⚠️",
    Mark.FAILED: "❌",
    Mark.UNKNOWN: "❔",
}
_ACTIVE: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>&~@:/=$^\"'])")


def print_check(report: CheckReport, style: CheckFormat) -> str:
    """The report in one of the formats, without a newline at the end."""
    if style == "json":
        return orjson.dumps(_as_json(report), option=orjson.OPT_INDENT_2).decode()
    if style == "markdown":
        return as_markdown(report)
    if style == "github":
        return "\n".join([*_annotations(report), summary(report)])
    return _as_text(report)


def summary(report: CheckReport) -> str:
    """One sentence for the whole."""
    if report.verdict is Verdict.NOT_A_PUBLISH:
        return "This changes no record, so there is nothing to prove; a maintainer decides about it."
    titles = [section.title for section in report.sections[1:]]
    what = titles[0] if len(titles) == 1 else f"{len(titles)} changes of records"
    if report.verdict is Verdict.GREEN:
        return printable(f"{what}: proven, ready to be merged.")
    failed = sum(line.mark is Mark.FAILED for section in report.sections for line in section.lines)
    if report.verdict is Verdict.RED:
        return printable(
            f"{what if titles else 'The change'}: {failed} to mend before it can be merged."
        )
    return printable(f"{what}: could not be checked to the end; nothing is wrong so far.")


def escaped(text: str) -> str:
    """Text as Markdown that shows just this text: no markup, mention, reference, link or line break."""
    return _ACTIVE.sub(lambda sign: f"&#{ord(sign[1])};", printable(text))


def as_markdown(report: CheckReport) -> str:
    """The report for a comment: what is green lies folded."""
    blocks = [f"**{escaped(summary(report))}**"]
    blocks += [_section(section) for section in report.sections]
    blocks += [f"*{escaped(note)}*" for note in report.notes]
    blocks.append(f"<sub>Checked {report.head[:12]} against {report.base[:12]}.</sub>")
    return "\n\n".join(blocks)


def _section(section: Section) -> str:
    shown = [line for line in section.lines if line.mark not in {Mark.PASSED, Mark.NOTE}]
    folded = [line for line in section.lines if line.mark in {Mark.PASSED, Mark.NOTE}]
    lines = [f"### {_EMOJI[section.mark]} {escaped(section.title)}", ""]
    for line in shown:
        where = f"<code>{escaped(line.path)}</code> " if line.path else ""
        lines.append(f"- {_EMOJI[line.mark]} {where}{escaped(line.says)} (<code>{line.id}</code>)")
        if line.mend:
            lines.append(f"  **{escaped(line.mend)}**")
    if folded:
        lines += ["", f"<details><summary>{len(folded)} in order</summary>", ""]
        lines += [
            f"- {_EMOJI[line.mark]} {escaped(line.says)} (<code>{line.id}</code>)" for line in folded
        ]
        lines += ["", "</details>"]
    return "\n".join(lines)


def _as_text(report: CheckReport) -> str:
    blocks = [section_text(section) + "\n" for section in report.sections]
    blocks += [printable(note) for note in report.notes]
    return "\n".join([*blocks, summary(report)])


def section_text(section: Section) -> str:
    """One section for a terminal: rules that hold are counted, proofs shown one by one."""
    lines = [printable(f"{_SIGNS[section.mark]} {section.title}")]
    passed = 0
    for line in section.lines:
        if line.mark is Mark.PASSED and not line.is_proof:
            passed += 1
            continue
        lines.append(_text_line(line))
        if line.mend and line.mark is not Mark.PASSED:
            lines.append(printable(f"      {line.mend}"))
    if passed:
        lines.append(f"  {_SIGNS[Mark.PASSED]} {passed} rules hold")
    return "\n".join(lines)


def _text_line(line: Line) -> str:
    return printable(
        f"  {_SIGNS[line.mark]} {f'{line.path} ' if line.path else ''}{line.says}  [{line.id}]"
    )


def _annotations(report: CheckReport) -> list[str]:
    found = []
    for section in report.sections:
        for line in section.lines:
            if line.mark in {Mark.FAILED, Mark.UNKNOWN, Mark.WARNING}:
                kind = "warning" if line.mark is Mark.WARNING else "error"
                sentence = printable(f"{line.path} {line.says}. {line.mend}".strip())
                found.append(annotation(kind, section.file, line.id, sentence))
    return found


def _as_json(report: CheckReport) -> dict[str, Any]:
    return {
        "verdict": report.verdict.value,
        "base": report.base,
        "head": report.head,
        "notes": list(report.notes),
        "sections": [
            {
                "title": printable(section.title),
                "file": printable(section.file),
                "mark": section.mark.value,
                "lines": [
                    {
                        "id": line.id,
                        "mark": line.mark.value,
                        "path": printable(line.path),
                        "says": printable(line.says),
                        "mend": line.mend,
                    }
                    for line in section.lines
                ],
            }
            for section in report.sections
        ],
        "accepted": [
            {
                "name": str(accepted.name),
                "version": accepted.version,
                "files": sorted(map(printable, accepted.files)),
                "proof": accepted.outcome.proof,
                "facts": dict(accepted.outcome.facts),
            }
            for accepted in report.accepted
        ],
    }
