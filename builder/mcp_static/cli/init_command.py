"""`mcp-static init`: a server.json drafted from what a project already says."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Final

import click
import orjson

from mcp_static.cli.author_options import REGISTRY
from mcp_static.cli.console import say
from mcp_static.cli.init_next_steps import conclude
from mcp_static.cli.init_output import require_free, write
from mcp_static.cli.init_questions import drafted
from mcp_static.cli.init_upgrade import upgrade
from mcp_static.cli.reporting import show_report
from mcp_static.drafting.answers import Answers
from mcp_static.drafting.draft import Draft
from mcp_static.drafting.findings import Search, search
from mcp_static.drafting.repair import repaired
from mcp_static.model.errors import InputError, UsageError
from mcp_static.model.server import PROJECT_PLACES
from mcp_static.model.terminal import printable
from mcp_static.packages.types import PACKAGE_TYPES
from mcp_static.rules.rule import EmptyRegistry
from mcp_static.rules.run import findings_of, read_record
from mcp_static.rules.validation import validation_report

_MANIFESTS: Final = ", ".join(kind.manifest.pattern for kind in PACKAGE_TYPES if kind.manifest)


@click.command(
    "init",
    help=f"""Draft a server.json from what the project in FOLDER (by default this one) already says.

    It reads {_MANIFESTS}, smithery.yaml, the workflows that push images, compose files, the
    configurations of clients and the README, an older server.json, and Git's origin and tags, and asks
    for what they do not say. It runs nothing of the project, and takes no value of a variable.
    """,
)
@click.argument("folder", default=".", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--yes", is_flag=True, help="Ask nothing; end with what is missing, if anything is.")
@click.option("--name", help="The server's name, such as io.github.alice/weather.")
@click.option("--description", help="What it does, in at most 100 characters.")
@click.option("--server-version", help="The version of this release.")
@click.option("--command", "program", help="The program of the package that starts the server.")
@click.option("--image", help="Its image, such as ghcr.io/alice/weather; empty for none.")
@click.option("--remote", help="The https address where it is hosted; empty for none.")
@click.option(
    "--env",
    "variables",
    multiple=True,
    metavar="NAME",
    help="An environment variable that its users set (repeatable); - for none.",
)
@click.option(
    "--upgrade",
    "is_upgrade",
    is_flag=True,
    help="Move the server.json that is there to the newest schema.",
)
@REGISTRY
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file to write.  [default: server.json in FOLDER]",
)
@click.option("--force", is_flag=True, help="Overwrite the file, keeping what only it says.")
def command(
    folder: Path,
    *,
    yes: bool,
    name: str | None,
    description: str | None,
    server_version: str | None,
    program: str | None,
    image: str | None,
    remote: str | None,
    variables: tuple[str, ...],
    is_upgrade: bool,
    registry: str | None,
    out: Path | None,
    force: bool,
) -> None:
    """Draft a server.json."""
    answers = Answers(
        name=name,
        description=description,
        version=server_version,
        command=program,
        image=image,
        remote=remote,
        variables=" ".join(variables) if variables else None,
    )
    if is_upgrade:
        if answers != Answers():
            raise UsageError(
                "--upgrade changes the form of a server.json, and nothing of what it says.",
                "Leave the other answers out, or edit the file.",
            )
        upgrade(folder, out, registry)
        return
    target = out or folder / "server.json"
    require_free(target, force=force)
    found = search(folder)
    for note in found.notes:
        _note(note)
    _require_no_workspace(folder, found, answers)
    result = _repaired(drafted(found, answers, yes=yes))
    for note in result.notes:
        _note(note)
    content = orjson.dumps(result.document, option=orjson.OPT_INDENT_2) + b"\n"
    _require_valid(target, content)
    write(target, content, force=force)
    _note_another(folder, target)
    conclude(target, result.document, found.findings, registry)


def _note_another(folder: Path, target: Path) -> None:
    """Tell of a server.json at the other usual place, which packages of NuGet carry."""
    for place in PROJECT_PLACES:
        other = folder / place
        if other.is_file() and target.resolve() != other.resolve():
            _note(f"{other} is another one, and stays as it is; `--out {other} --force` drafts that")


def _note(text: str) -> None:
    say(f"note: {printable(text)}")


def _require_no_workspace(folder: Path, found: Search, answers: Answers) -> None:
    """Raise InputError for the root of a workspace that publishes nothing itself."""
    findings = found.findings
    publishes = any(one.identifier for one in findings.manifests) or findings.images or findings.bundles
    if not findings.members or publishes or answers.image or answers.remote:
        return
    if not findings.servers:
        names = ", ".join(member.folder for member in findings.members[:10])
        raise InputError(
            "This is the root of a workspace that publishes no package itself, and none of its members "
            f"looks like a server ({names}).",
            f"Run `mcp-static init {folder}/…` with the folder of the one that is a server.",
        )
    lines = [
        f"mcp-static init {shlex.quote(str(folder / one.folder))}  # {one.name}"
        for one in findings.servers[:10]
    ]
    raise InputError(
        "This is the root of a workspace, and publishes no package itself.",
        "\n".join(["Draft one of its members that look like servers:", *map(printable, lines)]),
    )


def _repaired(draft: Draft) -> Draft:
    """The draft without what the rules refuse and nothing needs, with a note for each such thing."""
    document, notes = repaired(draft.document)
    return replace(draft, document=document, notes=(*draft.notes, *notes))


def _require_valid(target: Path, content: bytes) -> None:
    """Show what the rules say; end with exit code 1, writing nothing, if there is an error."""
    findings = findings_of(read_record(content), EmptyRegistry())
    report = validation_report((str(target), findings))
    if findings:
        show_report(report, "text", is_error=True)
    if report.exit_code:
        message = "\nNothing was written. Correct what the project says, or give it with an option."
        say(message, always=True)
        raise SystemExit(1)
