"""The report of files that were validated."""

from collections.abc import Sequence

from mcp_static.reports.findings import Finding, Level, Report, Section
from mcp_static.reports.printing import counted_of


def validation_report(*files: tuple[str, Sequence[Finding]]) -> Report:
    """A section for each file, given with its breaches, and a sentence for each."""
    sections = tuple(Section(file, file, tuple(findings)) for file, findings in files)
    return Report(sections, "\n".join(map(_sentence, sections)))


def _sentence(section: Section) -> str:
    errors, warnings = section.count(Level.ERROR), section.count(Level.WARNING)
    if errors:
        more = f", {counted_of(warnings, 'warning')}" if warnings else ""
        return f"{section.title} cannot be published: {counted_of(errors, 'error')}{more}."
    more = f" ({counted_of(warnings, 'warning')})" if warnings else ""
    return f"{section.title} is valid{more}."
