"""Reports on the terminal: their signs in colors, where there are any."""

from collections.abc import Mapping
from typing import Final

import click

from mcp_static.model.terminal import without_commands
from mcp_static.reports.findings import Level, Report, Section
from mcp_static.reports.printing import Style, print_report, section_text

_COLORS: Final = {
    Level.PASSED: "green",
    Level.WARNING: "yellow",
    Level.HELD: "yellow",
    Level.UNKNOWN: "magenta",
    Level.ERROR: "red",
}


def show_report(
    report: Report,
    style: Style,
    most: int | None = None,
    more: Mapping[str, object] | None = None,
    *,
    is_error: bool = False,
) -> None:
    """Print a report as `print_report` writes it; with `is_error`, on standard error."""
    click.echo(print_report(report, style, most, more, _painted), err=is_error)


def show_section(section: Section, most: int | None = None, *, is_error: bool = False) -> None:
    """Print one section as `section_text` writes it; with `is_error`, on standard error."""
    click.echo(without_commands(section_text(section, most, _painted)), err=is_error)


def _painted(sign: str, level: Level) -> str:
    return click.style(sign, fg=_COLORS.get(level))
