"""The command `mcp-static`: one module a command, loaded when it is called."""

import importlib
import sys
from typing import Any, Final

import click

from builder import __version__
from builder.cli.console import fail
from builder.model.errors import RegistryError

_COMMANDS: Final = {
    "validate": "Check a server.json against every rule.",
    "rules": "Print the rules.",
    "schema": "Print the JSON Schema of a kind of document.",
    "import": "Take in entries from a file or another registry.",
    "build": "Build the static registry from a Git commit.",
    "serve": "Serve a built registry on this machine.",
}
"""Each command with its help, so that listing them loads none."""


class _Commands(click.Group):
    """A group whose commands are modules of this package, imported on demand: starting is fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"builder.cli.{cmd_name.rstrip('_')}_command")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except RegistryError as error:
            fail(error)
            sys.exit(error.exit_code)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mcp-static")
def main() -> None:
    """Keep a registry of MCP servers in a Git repository, and serve it as static files.

    Exit codes: 0 fine, 1 the input is at fault, 2 wrong usage, 3 the network or a service failed.
    """
