"""How much commands say: `--quiet` and `--verbose`."""

from typing import Final

import click

from mcp_static.cli.console import be_quiet, say

_TRACED: Final = f"{__name__}.traced"


def _be_quiet(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        be_quiet(context)


def _be_verbose(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing and not context.meta.get(_TRACED):
        context.meta[_TRACED] = True  # the option may stand before the command's name and after it
        from mcp_static.cli.tracing import trace  # loads what is of no use otherwise

        context.with_resource(trace(lambda line: say(line, always=True)))


QUIET_AND_VERBOSE: Final[tuple[click.Option, ...]] = (
    click.Option(
        ["-q", "--quiet"],
        is_flag=True,
        expose_value=False,
        callback=_be_quiet,
        help="Print results and errors alone: no notes, no progress.",
    ),
    click.Option(
        ["-v", "--verbose"],
        is_flag=True,
        expose_value=False,
        callback=_be_verbose,
        help="Print each request and each git command as well.",
    ),
)
"""Options that stand before a command's name as well as after it."""
