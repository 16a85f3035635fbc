"""`mcp-static build`: turns a commit into the static registry."""

from pathlib import Path

import click

from mcp_static.build.build import BuildOptions, build
from mcp_static.build.result import BuildResult
from mcp_static.cli.console import ConsoleProgress, say
from mcp_static.git.repository import (
    has_uncommitted_records,
    open_repository,
    read_settings,
    resolve_commit,
)
from mcp_static.hosts.hosts import HOSTS, host_named
from mcp_static.reports.printing import counted_of

_NAMED = 20


@click.command("build")
@click.option(
    "--repo",
    type=click.Path(path_type=Path),
    default=".",
    show_default=True,
    help="The registry's Git repository.",
)
@click.option("--commit", default="HEAD", show_default=True, help="What to build.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="dist",
    show_default=True,
    help="Becomes a link to the finished tree; what the next build needs is in OUT.state.",
)
@click.option(
    "--host",
    default="plain",
    show_default=True,
    shell_complete=lambda _, __, typed: [one.name for one in HOSTS if one.name.startswith(typed)],
    help="Where it will be served; `mcp-static hosts` lists the names.",
)
@click.option("--full", is_flag=True, help="Rebuild everything.")
@click.option("--strict", is_flag=True, help="Fail when a record has to be left out.")
@click.option("--accept-rewrite", is_flag=True, help="Accept that history was rewritten.")
@click.option(
    "--workers",
    type=click.IntRange(0, 64),
    default=0,
    show_default="one per processor",
    help="Number of processes for a full build.",
)
def command(repo: Path, commit: str, out: Path, host: str, **choices: bool | int) -> None:
    """Build the static registry of a Git commit into a folder, all at once."""
    chosen = host_named(host)
    with open_repository(repo) as repository:
        target = chosen.target(read_settings(repository, resolve_commit(repository, commit)))
    options = BuildOptions(
        repository=repo,
        out=out,
        commit=commit,
        full=bool(choices["full"]),
        strict=bool(choices["strict"]),
        accept_rewrite=bool(choices["accept_rewrite"]),
        workers=int(choices["workers"]),
        target=target,
    )
    with ConsoleProgress() as progress:
        report = build(options, progress)
    if commit == "HEAD":
        with open_repository(repo) as repository:
            if has_uncommitted_records(repository):
                say("note: registry-data/ has uncommitted changes; only what is committed is built.")
    print_report(report, out)


def print_report(report: BuildResult, out: Path) -> None:
    """Say what a build did: left-out records on standard error, the summary on standard output."""
    for path, reason in report.left_out[:_NAMED]:
        say(f"left out: {path}: {reason}")
    if len(report.left_out) > _NAMED:
        say(f"left out: … and {len(report.left_out) - _NAMED} more")
    if not report.has_complete_list:
        say(
            "note: v0.1/servers.json would be larger than the 10 MiB that clients accept, so it is "
            "not written; serve this registry from a host that reads queries."
        )
    if report.is_current:
        click.echo(f"{out} is up to date with {report.commit[:12]}.")
        return
    how = f"full build: {report.why_full}" if report.why_full else "incremental build"
    click.echo(
        f"{out} has {report.commit[:12]}: {counted_of(report.versions, 'version')} of "
        f"{counted_of(report.servers, 'server')}"
        f"{f', {report.deleted} deleted' if report.deleted else ''}"
        f"{f', {len(report.left_out)} left out' if report.left_out else ''}.\n"
        f"{counted_of(report.written, 'file')} written, {report.unchanged} unchanged, "
        f"{report.removed} removed in {report.seconds:.1f} s ({how})."
    )
