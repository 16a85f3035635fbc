"""`mcp-static init --upgrade`: a server.json of an older schema moved to the newest."""

from pathlib import Path

import click
import orjson

from mcp_static.cli.init_next_steps import say_commands
from mcp_static.cli.init_output import write
from mcp_static.cli.reporting import show_report
from mcp_static.drafting.project import Project
from mcp_static.drafting.upgrade import changes, upgraded
from mcp_static.model.errors import InputError, JsonError, ManifestError
from mcp_static.model.reading import Part
from mcp_static.model.server import PROJECT_PLACES
from mcp_static.model.strictjson import parse_json
from mcp_static.model.terminal import printable
from mcp_static.rules.rule import EmptyRegistry
from mcp_static.rules.run import findings_of, read_record
from mcp_static.rules.validation import validation_report


def upgrade(folder: Path, out: Path | None, registry: str | None) -> None:
    """Move a file to the newest schema where it stands, and say what changed and what remains wrong.

    Without `out` it is the first of the folder's. Ends with exit code 1 if the rules refuse the result,
    which is written all the same: nothing was lost, and templates are filled in later.
    """
    target, before = _document(folder, out)
    after = upgraded(before)
    content = orjson.dumps(after, option=orjson.OPT_INDENT_2) + b"\n"
    if after == before and list(after) == list(before):
        click.echo(printable(f"{target} has the form of the newest schema already."))
    else:
        write(target, content, force=True)
        click.echo(printable(f"{target} has the form of the newest schema now:"))
        for line in changes(before, after):
            click.echo(printable(f"  {line}"))
    findings = findings_of(read_record(content), EmptyRegistry())
    report = validation_report((str(target), findings))
    if findings:
        show_report(report, "text", is_error=True)
    if report.exit_code:
        raise SystemExit(1)
    click.echo("\nNext:")
    say_commands(target, registry)


def _document(folder: Path, out: Path | None) -> tuple[Path, Part]:
    """The file to move, and what it says; raises InputError."""
    files = [out] if out else [folder / place for place in PROJECT_PLACES]
    for file in files:
        path = file.parent.resolve()
        try:
            text = Project(path, path).text(file.name)
            document = parse_json(text.encode()) if text is not None else None
        except (ManifestError, JsonError) as error:
            raise InputError(f"{file} {error}.", "Correct that first; nothing was changed.") from None
        if isinstance(document, dict):
            return file, document
        if text is not None:
            raise InputError(f"{file} is not a JSON object.", "It is no server.json.")
    places = " or ".join(str(file) for file in files)
    raise InputError(
        f"There is no {places} to upgrade.", "Name the file with --out, or draft one without --upgrade."
    )
