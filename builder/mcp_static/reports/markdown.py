"""A report as a comment in Markdown.

Whatever an author wrote is shown as text: every character that could act is escaped.
"""

import re
from typing import Final

from mcp_static.model.terminal import printable
from mcp_static.reports.findings import Finding, Level, Report, Section

_EMOJI: Final = {
    Level.PASSED: "✅",
    Level.NOTE: "▫️",
    Level.WARNING: "⚠️",
    Level.UNKNOWN: "❔",
    Level.HELD: "⏸️",
    Level.ERROR: "❌",
}
_ACTIVE: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>&~@:/=$^\"'])")


def escaped(text: str) -> str:
    """Text as Markdown that shows just this text: no markup, mention, reference, link or line break."""
    return _ACTIVE.sub(lambda sign: f"&#{ord(sign[1])};", printable(text))


def report_markdown(report: Report, footer: str = "") -> str:
    """The report for a comment; what passed is folded."""
    blocks = [f"**{escaped(report.summary)}**"]
    blocks += [_section(section) for section in report.sections]
    blocks += [f"*{escaped(note)}*" for note in report.notes]
    if footer:
        blocks.append(f"<sub>{escaped(footer)}</sub>")
    return "\n\n".join(blocks)


def finding_line(finding: Finding) -> str:
    """One finding as an item of a list, with its fix below it."""
    where = f"<code>{escaped(finding.path)}</code> " if finding.path else ""
    if finding.line:
        where += f"(line {finding.line}) "
    line = f"- {_EMOJI[finding.level]} {where}{escaped(finding.message)} (<code>{finding.id}</code>)"
    has_fix = finding.fix and not _is_folded(finding)
    return f"{line}\n  **{escaped(finding.fix)}**" if has_fix else line


def _is_folded(finding: Finding) -> bool:
    return finding.level in {Level.PASSED, Level.NOTE}


def _section(section: Section) -> str:
    lines = [f"### {_EMOJI[section.level]} {escaped(section.title)}", ""]
    lines += [finding_line(finding) for finding in section.findings if not _is_folded(finding)]
    folded = [finding_line(finding) for finding in section.findings if _is_folded(finding)]
    if folded:
        lines += ["", f"<details><summary>{len(folded)} passed</summary>", ""]
        lines += [*folded, "", "</details>"]
    return "\n".join(lines)
