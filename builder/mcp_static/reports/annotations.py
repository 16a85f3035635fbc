"""Annotations of a GitHub workflow: workflow commands, escaped as GitHub's documentation asks."""

from mcp_static.model.terminal import printable
from mcp_static.reports.findings import Finding, Level


def annotation(file: str, finding: Finding) -> str:
    """The command that shows a finding at a file."""
    kind = "warning" if finding.level is Level.WARNING else "error"
    text = printable(f"{finding.sentence}. {finding.fix}".strip())
    return f"::{kind} file={_property(file)},title={_property(finding.id)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
