"""The group of all commands: loaded one at a time, listed by who uses them, ended with an exit code."""

import difflib
import gc
import importlib
import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any, Final, NoReturn

import click
from click.shell_completion import CompletionItem

from mcp_static.cli.catalog import COMMANDS, GROUPS, OTHER_WORDS, Entry
from mcp_static.cli.console import fail, say, wants_color, was_interrupted
from mcp_static.cli.terminal_options import QUIET_AND_VERBOSE
from mcp_static.model.errors import InputError, RegistryError, UsageError

INTERRUPTED: Final = 130
"""What shells call the end by Ctrl-C: 128 and the number of SIGINT."""


class _Formatter(click.HelpFormatter):
    """Help with headings and names that stand out where there are colors."""

    def write_heading(self, heading: str) -> None:
        super().write_heading(click.style(heading, bold=True))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        named = [(click.style(name, fg="cyan"), text) for name, text in rows]
        super().write_dl(named, col_max, col_spacing)


class _Context(click.Context):
    formatter_class = _Formatter


class _Listed(click.Command):
    """A command of the catalog: as its module has it, with examples and what all commands take."""

    context_class = _Context

    def __init__(self, command: click.Command, entry: Entry) -> None:
        super().__init__(
            command.name,
            callback=command.callback,
            params=[*command.params, *QUIET_AND_VERBOSE],
            help=command.help,
        )
        self._examples: Final = entry.examples

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse what was typed; raises BadParameter for text that is not UTF-8: only paths may be."""
        rest = super().parse_args(ctx, args)
        for parameter in self.params:
            value = ctx.params.get(parameter.name or "")
            texts = value if isinstance(value, tuple) else (value,)
            if parameter.type is click.STRING and not all(map(_is_text, texts)):
                raise click.BadParameter("it is not UTF-8.", ctx, parameter)
        return rest

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Examples"):
            for example in self._examples:
                formatter.write(f"{'':>{formatter.current_indent}}{example}\n")


class Commands(click.Group):
    """A group whose commands are modules of this package, imported on demand: starting is fast."""

    context_class = _Context

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the groups."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command, from its module; raises UsageError for one whose libraries are not installed."""
        if cmd_name not in COMMANDS:
            return None
        # GitPython looks for git while it is imported; our runner does, when git is needed.
        os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
        try:
            module = _loaded(f"mcp_static.cli.{cmd_name.replace('-', '_')}_command")
        except ModuleNotFoundError as error:
            raise _explained(error, cmd_name) from None
        return _Listed(module.command, COMMANDS[cmd_name])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called; one that is not there ends with what may have been meant."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            ctx.fail(f"No such command {name!r}.{_meant(name)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; raises UsageError if it lacks a library that an extra installs."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            raise _explained(error, str(ctx.invoked_subcommand)) from None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """What a shell offers in the place of a command's name; no command is loaded for it."""
        names = [
            CompletionItem(name, help=entry.summary)
            for name, entry in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, grouped by who uses them."""
        width = max(map(len, COMMANDS))  # so that the groups are aligned with each other
        for title, entries in GROUPS.items():
            with formatter.section(title):
                rows = [(name.ljust(width), entry.summary) for name, entry in entries.items()]
                formatter.write_dl(rows)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line, and end with its exit code; every error of ours is a message."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # a terminal may lack the characters we print
                stream.reconfigure(errors="backslashreplace")
        kwargs["standalone_mode"] = False  # how a command ends is up to us
        kwargs.setdefault("color", wants_color())
        try:
            code = super().main(*args, **kwargs)
        except click.ClickException as error:
            _fail_as_used(error)
            sys.exit(error.exit_code)
        except click.Abort as aborted:
            _end_aborted(aborted)
        except RegistryError as error:
            fail(error)
            sys.exit(error.exit_code)
        except OSError as error:
            _fail_for(error)
        sys.exit(code if isinstance(code, int) else 0)


def _is_text(value: object) -> bool:
    """Whether a value can be encoded: bytes of an argument that are no UTF-8 become surrogates."""
    return not isinstance(value, str) or not any("\ud800" <= sign <= "\udfff" for sign in value)


def _meant(name: str) -> str:
    """A sentence about what a command that is not there may have been meant to be; empty for none."""
    other = OTHER_WORDS.get(name)
    meant = [other] if other else difflib.get_close_matches(name, COMMANDS)
    return f" Did you mean {' or '.join(meant)}?" if meant else ""


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


def _fail_as_used(error: click.ClickException) -> None:
    """Print what click found wrong, in the form of all errors."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True, color=wants_color())
        return
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        say(context.get_usage(), always=True)
    fix = f"`{context.command_path} --help` shows how it is used." if context is not None else ""
    fail(UsageError(error.format_message(), fix))


def _end_aborted(aborted: click.Abort) -> NoReturn:
    """End after Ctrl-C, or an input that ended before a question was answered."""
    if not was_interrupted(aborted):
        say("Nothing was done.", always=True)
        sys.exit(1)
    with suppress(OSError):
        say("Interrupted.", always=True)
        sys.stdout.flush()
    # Not sys.exit: Python would wait for threads, which may be waiting for the network.
    os._exit(INTERRUPTED)


def _fail_for(error: OSError) -> NoReturn:
    where = f"{error.filename}: " if error.filename else ""
    reason = error.strerror or type(error).__name__
    with suppress(OSError):
        fail(InputError(f"{where}{reason}.", "Check the path and its rights."))
    # What is still buffered for a full or closed output would fail again when Python ends.
    os._exit(InputError.exit_code)
