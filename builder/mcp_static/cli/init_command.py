"""`mcp-static init`: a server.json drafted from what a project already says."""

import os
import shlex
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import click
import orjson

from mcp_static.cli.console import say
from mcp_static.drafting.draft import Answers, Draft, Findings, Question, draft
from mcp_static.drafting.findings import Search, search
from mcp_static.drafting.markers import missing_markers
from mcp_static.model.errors import InputError
from mcp_static.model.reading import packages_of
from mcp_static.model.terminal import printable
from mcp_static.packages.types import PACKAGE_TYPES
from mcp_static.reports.findings import Finding
from mcp_static.reports.printing import print_report
from mcp_static.rules.rule import EmptyRegistry
from mcp_static.rules.run import findings_of, read_record
from mcp_static.rules.validation import validation_report

_MANIFESTS: Final = ", ".join(kind.manifest.pattern for kind in PACKAGE_TYPES if kind.manifest)


@click.command(
    "init",
    help=f"""Draft a server.json from what the project in FOLDER (by default this one) already says.

    It reads {_MANIFESTS}, the README, and Git's origin, and asks for what they do not say.
    """,
)
@click.argument("folder", default=".", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--yes", is_flag=True, help="Ask nothing; end with what is missing, if anything is.")
@click.option("--name", help="The server's name, such as io.github.alice/weather.")
@click.option("--description", help="What it does, in at most 100 characters.")
@click.option("--server-version", help="The version of this release.")
@click.option("--image", help="Its image, such as ghcr.io/alice/weather; empty for none.")
@click.option("--remote", help="The https address where it is hosted; empty for none.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file to write.  [default: server.json in FOLDER]",
)
@click.option("--force", is_flag=True, help="Overwrite the file.")
def command(
    folder: Path,
    *,
    yes: bool,
    name: str | None,
    description: str | None,
    server_version: str | None,
    image: str | None,
    remote: str | None,
    out: Path | None,
    force: bool,
) -> None:
    """Draft a server.json."""
    yes = yes or sys.stdin is None  # nobody can be asked
    target = out or folder / "server.json"
    _require_free(target, force=force)
    found = search(folder)
    for note in found.notes:
        _note(note)
    answers = Answers(
        name=name, description=description, version=server_version, image=image, remote=remote
    )
    drafted = _drafted(found, answers, yes=yes)
    for note in drafted.notes:
        _note(note)
    content = orjson.dumps(drafted.document, option=orjson.OPT_INDENT_2) + b"\n"
    _require_valid(target, content)
    _write(target, content, force=force)
    _conclude(target, drafted, found.findings)


def _note(text: str) -> None:
    say(f"note: {printable(text)}")


def _require_free(target: Path, *, force: bool) -> None:
    if target.is_dir():
        raise InputError(f"{target} is a folder.", "Name a file with --out.")
    if not target.parent.is_dir():
        raise InputError(f"There is no folder {target.parent}.", "Make it, or give another --out.")
    if os.path.lexists(target) and not force:
        raise InputError(
            f"{target} is there already, and is left as it is.",
            "Overwrite it with --force, or write another file with --out.",
        )


def _drafted(found: Search, answers: Answers, *, yes: bool) -> Draft:
    """The draft, once nothing necessary is missing; otherwise raises InputError that lists what is."""
    drafted = draft(found.findings, answers)
    if not yes:
        for question in drafted.missing:
            default = found.tag if question.field == "version" else None
            try:
                answers = replace(answers, **{question.field: _ask(question, default)})
            except click.Abort:
                if sys.stdin.isatty():
                    raise
                raise _unanswered(draft(found.findings, answers).missing) from None
        return draft(found.findings, answers)
    necessary = [question for question in drafted.missing if question.is_necessary]
    if necessary:
        raise InputError(
            f"The project does not say all that a server.json needs: "
            f"{', '.join(question.field for question in necessary)}.",
            _options_for(necessary),
        )
    if any(question.field == "image" for question in drafted.missing):
        _note("the Dockerfile does not tell where its image is, so it is left out; see --image")
    return drafted


def _unanswered(questions: Iterable[Question]) -> InputError:
    """The error for an input that is no terminal, and ends before all is answered."""
    return InputError(
        "The input ended before every question was answered.",
        f"--yes asks nothing; these options answer:\n{_options_for(questions)}",
    )


def _options_for(questions: Iterable[Question]) -> str:
    return "\n".join(f"{question.option}  {question.asks}." for question in questions)


def _ask(question: Question, default: str | None) -> str:
    """An answer that keeps the rules."""
    answer: str = click.prompt(
        question.asks,
        default=default if question.is_necessary else "",
        show_default=default is not None,
        value_proc=_accepts(question),
        err=True,
    )
    return answer


def _accepts(question: Question) -> Callable[[str], str]:
    def accept(text: str) -> str:
        alone = draft(Findings(), replace(Answers(version="1.0.0"), **{question.field: text}))
        for error in _errors(orjson.dumps(alone.document)):
            if error.path.startswith(question.fills) and (text.strip() or question.is_necessary):
                raise click.BadParameter(printable(f"{error.sentence}. {error.fix}"))
        return text

    return accept


def _errors(content: bytes) -> list[Finding]:
    return [
        finding for finding in findings_of(read_record(content), EmptyRegistry()) if finding.is_error
    ]


def _require_valid(target: Path, content: bytes) -> None:
    """Show what the rules say; end with exit code 1, writing nothing, if there is an error."""
    findings = findings_of(read_record(content), EmptyRegistry())
    report = validation_report((str(target), findings))
    if findings:
        say(print_report(report, "text"))
    if report.exit_code:
        say("\nNothing was written. Correct what the project says, or give it with an option.")
        sys.exit(1)


def _write(target: Path, content: bytes, *, force: bool) -> None:
    """Write the whole file in one step, or not at all."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        with fresh.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        _require_free(target, force=force)  # again: questions take their time
        fresh.replace(target)
    finally:
        with suppress(FileNotFoundError):
            fresh.unlink()


def _conclude(target: Path, drafted: Draft, found: Findings) -> None:
    """Say what was made, and what is next."""
    document = drafted.document
    click.echo(printable(f"{target}: {document['name']} {document['version']}"))
    for _, package in packages_of(document):
        version = f" {package['version']}" if "version" in package else ""
        click.echo(printable(f"  {package['registryType']}: {package['identifier']}{version}"))
    for remote in document.get("remotes", ()):
        click.echo(printable(f"  {remote['type']}: {remote['url']}"))
    if not document.get("packages") and not document.get("remotes"):
        _note("it has neither packages nor a remote, so nobody can run it yet; see --remote")
    click.echo("\nNext:")
    for sentence in missing_markers(document, found):
        click.echo(printable(f"  {sentence}"))
    if document.get("packages"):
        click.echo("  Publish the packages with these versions, if they are not published yet.")
    click.echo(printable(f"  mcp-static validate{_argument(target)}"))
    click.echo(printable(f"  mcp-static publish{_argument(target)}"))


def _argument(target: Path) -> str:
    return "" if target == Path("server.json") else f" {shlex.quote(str(target))}"
