"""`mcp-static validate`: checks a file against every rule."""

import os
import sys
from pathlib import Path

import click

from mcp_static.cli.reporting import show_report
from mcp_static.cli.server_files import server_files
from mcp_static.model.errors import InputError
from mcp_static.model.layout import DATA_ROOT, Location, parse_location
from mcp_static.reports.printing import Style
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.rule import EmptyRegistry, RegistryIndex
from mcp_static.rules.run import findings_of, located, official_findings, read_record
from mcp_static.rules.validation import validation_report


class _Clone(click.Path):
    """A folder; told apart from the address that `--registry` takes elsewhere."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        if "://" in os.fspath(value):
            self.fail(
                f"{value} is an address, and this needs a folder: clone the registry's repository, or "
                "leave the option out to check the file by itself.",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)


@click.command("validate")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="For people, for programs, or as annotations of a GitHub workflow.",
)
@click.option(
    "--registry",
    type=_Clone(path_type=Path, exists=True, file_okay=False),
    help="A clone of a registry's Git repository; the rules over its snapshot then hold too.",
)
@click.option(
    "--official",
    is_flag=True,
    help="Also warn of what the official registry (version 1.6.0) would refuse.",
)
def command(files: tuple[Path, ...], style: Style, registry: Path | None, official: bool) -> None:
    """Check FILES against every rule, and report all problems at once.

    A folder stands for every server.json in it; without FILES, server.json or .mcp/server.json of this
    folder is checked.
    """
    index = _index(registry) if registry else EmptyRegistry()
    results = []
    for file in server_files(files):
        record = read_record(_read(file), _location(file))
        findings = findings_of(record, index)
        if official:
            findings += official_findings(record, findings)
        results.append((_title(file), located(findings, record.raw)))
    report = validation_report(*results)
    show_report(report, style)
    if report.exit_code:
        sys.exit(report.exit_code)


def _title(file: Path) -> str:
    return "standard input" if str(file) == "-" else str(file)


def _read(file: Path) -> bytes:
    """The file's bytes, at most a few more than allowed."""
    try:
        with click.open_file(os.fspath(file), "rb") as stream:
            content: bytes = stream.read(MAX_FILE_BYTES + 1)
            return content
    except OSError as error:
        raise InputError(
            f"{file} cannot be read: {error.strerror}.",
            "Give the path of a server.json, or run this in the folder that has one.",
        ) from None


def _location(file: Path) -> Location | None:
    """Where the file is in a registry, if its path tells."""
    parts = file.absolute().parts
    if DATA_ROOT not in parts:
        return None
    start = len(parts) - 1 - parts[::-1].index(DATA_ROOT)
    return parse_location("/".join(parts[start:]))


def _index(registry: Path) -> RegistryIndex:
    # Imported here: only this option needs Git, which takes longer to load than a file to check.
    from mcp_static.git.records import read_records
    from mcp_static.git.repository import open_repository, read_settings, resolve_commit
    from mcp_static.rules.registry_index import allowances, index_of

    with open_repository(registry) as repository:
        commit = resolve_commit(repository, "HEAD")
        files = frozenset({"server.json", "status.json"})
        settings = read_settings(repository, commit)
        records = read_records(repository, commit, files, MAX_FILE_BYTES)
        return index_of(records, allowances(settings))
