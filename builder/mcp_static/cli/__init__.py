"""The command `mcp-static`: one module per command, loaded when it is called."""

import click

from mcp_static import __version__
from mcp_static.cli.group import Commands
from mcp_static.cli.terminal_options import QUIET_AND_VERBOSE


@click.group(
    cls=Commands,
    params=[*QUIET_AND_VERBOSE],
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, "-V", "--version", prog_name="mcp-static")
def main() -> None:
    """Keep a registry of MCP servers in a Git repository, and serve it as static files.

    Exit codes: 0 fine, 1 the input is at fault, 2 wrong usage, 3 the network or a service failed (the
    same call may succeed later), 130 interrupted.
    """
