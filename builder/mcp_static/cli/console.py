"""What commands say on the terminal: errors, and progress that fits the terminal or the log."""

import os
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import click

from mcp_static.model.errors import RegistryError
from mcp_static.model.terminal import printable, without_commands

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

_SECONDS_BETWEEN_LINES: Final = 10.0
_QUIET: Final = f"{__name__}.quiet"


def wants_color(environment: Mapping[str, str] = os.environ) -> bool | None:
    """Whether to print colors: None leaves it to each stream, so that a terminal has them, a pipe not.

    NO_COLOR (https://no-color.org) goes before FORCE_COLOR (https://force-color.org); both count with
    any value but an empty one.
    """
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return False if environment.get("TERM") == "dumb" else None


def be_quiet(context: click.Context) -> None:
    """Have nothing said from now on but results and errors."""
    context.meta[_QUIET] = True


def _is_quiet() -> bool:
    context = click.get_current_context(silent=True)
    return context is not None and _QUIET in context.meta


def say(text: str, *, always: bool = False) -> None:
    """Print a line for people, on standard error; in the log of a workflow it is no command.

    With `--quiet`, only what is said `always` is printed.
    """
    if always or not _is_quiet():
        click.echo(_fit(text), err=True)


def show(text: str) -> None:
    """Print a result for people, on standard output; in the log of a workflow it is no command."""
    click.echo(_fit(text))


def _fit(text: str) -> str:
    return without_commands(printable(text, keep="\n"))


def fail(error: RegistryError) -> None:
    """Print an error and its advice, on standard error."""
    click.secho("error: ", fg="red", bold=True, nl=False, err=True, color=wants_color())
    say(error.message if error.message.endswith((".", "!", "?")) else f"{error.message}.", always=True)
    if error.fix:
        say(error.fix, always=True)


def was_interrupted(aborted: click.Abort) -> bool:
    """Whether it was Ctrl-C, and not the end of the input or a no, for which click raises the same."""
    return isinstance(aborted.__context__, KeyboardInterrupt)


class ConsoleProgress:
    """A bar on a terminal, plain lines elsewhere, nothing with `--quiet`; a context manager.

    `done` is how many steps of the stage are done.
    """

    def __init__(self) -> None:
        self._bar: RichProgress | None = None
        self._task: Any = None
        self._title = ""
        self.done = 0
        self._total: int | None = None
        self._spoke_at = 0.0

    def __enter__(self) -> Self:
        if sys.stderr.isatty() and not _is_quiet():
            # Imported here: a log needs none of it, and it takes a while to load.
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeElapsedColumn,
            )

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def stage(self, title: str, total: int | None = None) -> None:
        """A new stage begins."""
        self._title, self.done, self._total = title, 0, total
        if self._bar is not None:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(title, total=total)
        else:
            say(f"{title}{f' ({total:,})' if total is not None else ''} …")
            self._spoke_at = time.monotonic()

    def advance(self, steps: int = 1) -> None:
        """Some steps of the stage are done; never more than were expected."""
        left = steps if self._total is None else self._total - self.done
        self.done += min(steps, left)
        if self._bar is not None:
            self._bar.update(self._task, completed=self.done)
        elif time.monotonic() - self._spoke_at >= _SECONDS_BETWEEN_LINES:
            of = f" of {self._total:,}" if self._total is not None else ""
            say(f"  {self._title}: {self.done:,}{of}")
            self._spoke_at = time.monotonic()
