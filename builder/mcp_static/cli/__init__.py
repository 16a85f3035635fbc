"""The command `mcp-static`: one module per command, loaded when it is called."""

import gc
import importlib
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any, Final, NoReturn

import click

from mcp_static import __version__
from mcp_static.cli.console import fail
from mcp_static.model.errors import InputError, RegistryError

_COMMANDS: Final = {
    "init": "Draft a server.json from what a project already says.",
    "validate": "Check a server.json against every rule.",
    "keygen": "Make a key for a domain, and the lines that publish it.",
    "verify-domain": "Show what each DNS server says about a domain's keys, and what is missing.",
    "sign": "Sign a server.json with a domain's key.",
    "publish": "Propose a server.json to a registry.",
    "status": "Propose that a version is active, deprecated or deleted.",
    "login": "Log in to GitHub, for publish and status.",
    "logout": "Forget that login.",
    "rules": "Print the rules.",
    "schema": "Print the JSON Schema of a kind of document.",
    "new": "Write the repository of a new registry.",
    "upgrade": "Bring a registry's repository up to this release.",
    "adopt": "Remember who has proven the names of a registry so far.",
    "import": "Import entries from a file or another registry.",
    "sync": "Take in and withdraw what sources and lists say.",
    "build": "Build the static registry from a Git commit.",
    "deploy": "Deploy a built registry to a folder or a bucket.",
    "hosts": "Say where a registry can be served, and whether it fits.",
    "serve": "Serve a built registry on this machine.",
    "verify": "Compare a registry, stored or served, with its checksums.",
    "conformance": "Test a served registry against the standard API.",
    "doctor": "Tell which servers clients block, and what to change.",
    "takedown": "Take down a version, a server or a namespace.",
    "restore": "Withdraw a takedown.",
    "block": "Take nothing new from an account, a key, a host, …",
    "unblock": "Take it again.",
    "freeze": "Close publishing.",
    "thaw": "Open publishing again.",
    "affected-by": "List what rests on an account, a repository, a key or a host.",
    "tick": "Let quarantines end that are over.",
    "erase": "Erase a server or a version from history.",
    "event": "Say what the event of a workflow asks for.",
    "check": "Check a change: rules, names, packages.",
    "report": "Post the report of a check on its pull request.",
    "merge": "Merge a pull request that is proven.",
    "catch-up": "Have pull requests checked whose events were lost.",
    "read-comment": "Read the commands of a comment, for the bot.",
    "bot": "Carry out the commands of a comment.",
}
"""Each command with its help, so that listing them loads none."""


class _Commands(click.Group):
    """A group whose commands are modules of this package, imported on demand: starting is fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        # GitPython looks for git while it is imported; our runner does, when git is needed.
        os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
        try:
            module = _loaded(f"mcp_static.cli.{cmd_name.replace('-', '_')}_command")
        except ModuleNotFoundError as error:
            raise _explained(error, cmd_name) from None
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            raise _explained(error, str(ctx.invoked_subcommand)) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def main(self, *args: Any, **kwargs: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # a terminal may lack the characters we print
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().main(*args, **kwargs)
        except RegistryError as error:
            fail(error)
            sys.exit(error.exit_code)
        except OSError as error:
            _fail_for(error)


def _loaded(name: str) -> ModuleType:
    """A module, imported if need be."""
    if name in sys.modules:
        return sys.modules[name]
    with _no_collections():
        return importlib.import_module(name)


@contextmanager
def _no_collections() -> Iterator[None]:
    """Spare what is made meanwhile the garbage collector, for good.

    Modules are a hundred thousand objects that stay. To look for garbage among them, while they are
    made and again later on, takes up to a fifth of a command's time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _explained(error: ModuleNotFoundError, command: str) -> Exception:
    """What to raise for a module that a command lacks; a bug of ours is raised unchanged."""
    from mcp_static.cli.extras import missing_extra  # loads what no other call needs

    return missing_extra(error, command) or error


def _fail_for(error: OSError) -> NoReturn:
    where = f"{error.filename}: " if error.filename else ""
    with suppress(OSError):
        fail(InputError(f"{where}{error.strerror or error}.", "Check the path and its rights."))
    # What is still buffered for a full or closed output would fail again when Python ends.
    os._exit(InputError.exit_code)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mcp-static")
def main() -> None:
    """Keep a registry of MCP servers in a Git repository, and serve it as static files.

    Exit codes: 0 fine, 1 the input is at fault, 2 wrong usage, 3 the network or a service failed.
    """
