"""`mcp-static upgrade`: a registry's own repository brought up to this release of the tool."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

import mcp_static
from mcp_static.cli.console import say
from mcp_static.cli.registry_options import (
    ask,
    can_ask,
    given_in,
    installed_by,
    registry_options,
)
from mcp_static.git.repository import open_repository
from mcp_static.git.writing import require_clean
from mcp_static.model.errors import InputError
from mcp_static.model.terminal import printable
from mcp_static.reports.printing import counted_of
from mcp_static.scaffolding.answers import Answers, Given
from mcp_static.scaffolding.installation import TOOL_FILE
from mcp_static.scaffolding.record import Origin, Record
from mcp_static.scaffolding.upgrading import Action, Upgrade, carry_out, plan, recorded


@click.command("upgrade")
@click.argument("folder", default=".", type=click.Path(path_type=Path, exists=True, file_okay=False))
@registry_options
@click.option("--yes", is_flag=True, help="Ask nothing; take what follows from the options.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
def command(folder: Path, *, yes: bool, dry_run: bool, **values: Any) -> None:
    """Bring the registry in FOLDER up to this release, and show the difference.

    What was changed by hand stays: where this release changes other lines of the same file, both are
    merged; where it changes the same ones, the file is left alone and the difference is shown. Options
    replace the answers that `mcp-static new` was given; a registry without any gets what it lacks.
    Nothing is committed.
    """
    with open_repository(folder, is_root=True) as repository:
        require_clean(repository)
        before = recorded(folder)
        is_asking = not yes and can_ask()
        answers = _answers(given_in(values), before, folder.resolve().name, is_asking=is_asking)
        values |= _origin(values, before)
        installed = installed_by(values)
        upgrade = plan(repository, answers, installed, before, values["tool_url"])
        _show(upgrade)
        if not dry_run and (upgrade.steps or before is None or before != upgrade.record):
            carry_out(folder, upgrade)
    if installed.note:
        say(f"note: {installed.note}")
    _conclude(folder, upgrade, before, is_dry=dry_run)


def _answers(given: Given, before: Record | None, folder: str, *, is_asking: bool) -> Answers:
    """The answers from before, with those that were given now."""
    if before is not None:
        known = Given(**before.answers.model_dump())
        changed = {name: getattr(given, name) for name in Given.__dataclass_fields__}
        changed = {name: value for name, value in changed.items() if value}
        return replace(known, **changed).answers(folder)
    if is_asking:
        given = ask(given, folder)
    return given.answers(folder)


def _origin(values: dict[str, Any], before: Record | None) -> dict[str, str]:
    """Where the tool comes from: as the options say, if any of them does, or else as it did before."""
    given = {name: values[name] for name in Origin.model_fields}
    if before is None:
        return given
    known = before.origin.model_dump()
    place = given if given["index"] or given["tool"] else known
    return {**place, "tool_url": given["tool_url"] or known["tool_url"]}


def _show(upgrade: Upgrade) -> None:
    """Each file with what becomes of it, then the differences of people's files, and of the tool."""
    for step in upgrade.steps:
        click.echo(printable(f"{step.path}: {step.action}"))
    for step in upgrade.steps:
        is_shown = step.path == TOOL_FILE or step.path not in upgrade.record.generated
        if is_shown and step.action is not Action.ADDED:
            click.echo(printable(f"\n{step.difference}", keep="\n"), nl=False)


def _conclude(folder: Path, upgrade: Upgrade, before: Record | None, *, is_dry: bool) -> None:
    release = f"mcp-static {mcp_static.__version__}"
    changed = [step for step in upgrade.steps if step.after != step.before]
    place = "" if folder == Path() else f" -C {shlex.quote(str(folder))}"
    if is_dry:
        click.echo(f"\nNothing was changed; {counted_of(len(changed), 'file')} would be.")
    elif changed or before != upgrade.record:
        is_newer = before is not None and before.version != mcp_static.__version__
        title = f"Upgrade to {release}" if is_newer else "Set the registry up anew"
        click.echo(
            f"\nChanged {counted_of(len(changed), 'file')}. Look through the changes, and commit them:"
        )
        click.echo(f"  git{place} add --all && git{place} commit -m '{title}'")
    else:
        click.echo(f"There is nothing to change: {release} wrote this registry.")
    if any(step.action is Action.LEFT for step in upgrade.steps):
        raise InputError(
            "Some files need your hand: the differences above are what this release changes in them.",
            "Make the changes that you want, and keep the rest; they are shown this once.",
        )
