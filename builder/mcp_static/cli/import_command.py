"""`mcp-static import`: imports entries from elsewhere, as commits that carry their times."""

import sys
from pathlib import Path

import click

from mcp_static.cli.console import ConsoleProgress, say
from mcp_static.cli.network_options import NETWORK, network_of
from mcp_static.importing.importing import ImportOptions, import_entries, read_patterns
from mcp_static.model.errors import UsageError
from mcp_static.model.names import name_problem
from mcp_static.reports.findings import Section
from mcp_static.reports.printing import counted_of, section_text
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
@NETWORK
def command(
    source: str,
    into: Path,
    settings_file: Path | None,
    namespace: str,
    *,
    lenient: bool,
    only: Path | None,
    anew: bool,
) -> None:
    """Import entries from SOURCE: NDJSON or JSON (plain or gzip; - for standard input), or the URL
    of a registry, which is walked to its end.

    Each version becomes a commit dated when it was published. Running it again adds what is new.
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
    if report.left_out:
        say(section_text(Section("Left out", source, tuple(report.left_out)), _NAMED))
    if report.no_longer_asked_for:
        say(_still_served(report.no_longer_asked_for, only))
    if report.left_out and not lenient:
        say("note: --lenient also imports entries that break only publish rules, as the source does.")
    click.echo(
        f"{counted_of(report.published, 'version')} and "
        f"{counted_of(report.statuses, 'status change')} imported in "
        f"{counted_of(report.commits, 'commit')}; {report.known} known already, "
        f"{report.filtered} not asked for, {len(report.left_out)} left out."
    )
    if report.has_settings:
        click.echo(f"{into} is new: {SETTINGS_FILE} in it is for you to fill in.")
    if report.left_out and not report.published and not report.known:
        sys.exit(1)


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
