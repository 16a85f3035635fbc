"""`mcp-static import`: imports entries from elsewhere, as commits that carry their times."""

import sys
from pathlib import Path

import click

from mcp_static.cli.console import ConsoleProgress, say
from mcp_static.cli.network_options import NETWORK, network_of
from mcp_static.importing.importing import ImportOptions, import_entries, read_patterns
from mcp_static.importing.report import ImportReport, counts_of
from mcp_static.model.errors import InputError, UsageError
from mcp_static.model.names import name_problem
from mcp_static.reports.findings import Report
from mcp_static.reports.markdown import report_markdown
from mcp_static.reports.printing import findings_lines, print_report
from mcp_static.settings import SETTINGS_FILE

_NAMED = 50


@click.command("import")
@click.argument("source")
@click.option(
    "--into",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The registry's repository; made if it is not there (bare if its name ends in .git).",
)
@click.option(
    "--lenient",
    is_flag=True,
    help="Also import entries that break publish rules, since the source serves them.",
)
@click.option(
    "--only",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Import only the names in this file, one per line; * matches anything.",
)
@click.option(
    "--anew",
    is_flag=True,
    help="Read a registry from its beginning again, not only what was updated since the last import.",
)
@click.option(
    "--namespace",
    default="",
    metavar="NAMESPACE",
    help="Put this before names without a slash, as files of some clients' allowlists have them: "
    "com.example makes docs com.example/docs.",
)
@click.option(
    "--report",
    "report_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Name everything that was left out in this file: in JSON if its name ends in .json, otherwise "
    "appended in Markdown ($GITHUB_STEP_SUMMARY).",
)
@NETWORK
def command(
    source: str,
    into: Path,
    settings_file: Path | None,
    namespace: str,
    report_file: Path | None,
    *,
    lenient: bool,
    only: Path | None,
    anew: bool,
) -> None:
    """Import entries from SOURCE: NDJSON or JSON (plain, gzip, bzip2 or xz; - for standard input), or
    the URL of a registry, which is walked to its end.

    Each version becomes a commit dated when it was published. Running it again adds what is new.

    Exit codes: 0 the source was read to its end, 1 it was not, or nothing of it could be taken in, 3 a
    registry did not answer.
    """
    if namespace and (problem := name_problem(f"{namespace}/server")):
        raise UsageError(f"--namespace {problem}.", "Give a reversed domain, such as com.example.")
    options = ImportOptions(
        source=source,
        into=into,
        lenient=lenient,
        only=read_patterns(only) if only else (),
        anew=anew,
        network=network_of(settings_file),
        namespace=namespace,
    )
    with ConsoleProgress() as progress:
        progress.stage("Reading entries")
        report = import_entries(options, progress.advance)
    for section in report.sections(source):
        title = f"{section.title}: {counts_of(section.findings)}"
        say("\n".join([title, *findings_lines(section.findings, _NAMED)]))
    if report.no_longer_asked_for:
        say(_still_served(report.no_longer_asked_for, only))
    _note(report, report_file)
    click.echo(report.summary)
    if report.has_settings:
        click.echo(f"{into} is new: {SETTINGS_FILE} in it is for you to fill in.")
    if report_file is not None:
        _write(report.document(source), report_file)
    if not report.is_complete:
        sys.exit(1)


def _note(report: ImportReport, report_file: Path | None) -> None:
    """What the reader should know besides the names, and how to learn more of them."""
    for note in report.notes:
        say(f"note: {note}")
    if report_file is None and any(len(one) > _NAMED for one in (report.left_out, report.altered)):
        say("note: --report FILE writes down all of them.")
    if report.lenience:
        say(
            f"note: --lenient also imports {report.lenience:,} of those left out, which break only "
            "publish rules, since the source serves them."
        )


def _write(report: Report, file: Path) -> None:
    try:
        if file.suffix == ".json":
            file.write_text(f"{print_report(report, 'json')}\n", "utf-8")
        else:
            with file.open("a", encoding="utf-8") as stream:
                stream.write(f"{report_markdown(report)}\n")
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.", "Name another file.") from None


def _still_served(titles: list[str], only: Path | None) -> str:
    """The warning about what an earlier list let in, and this one does not name."""
    named = [f"  {title}" for title in titles[:_NAMED]]
    if len(titles) > _NAMED:
        named.append(f"  … and {len(titles) - _NAMED:,} more")
    return "\n".join(
        [
            f"warning: {only} does not name these any more, and the registry goes on serving them:",
            *named,
            "An import only adds; `mcp-static sync` also withdraws (docs/mirrors.md).",
        ]
    )
