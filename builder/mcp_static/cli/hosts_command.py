"""`mcp-static hosts`: where an output can be served, what each place honors, and whether it fits."""

from pathlib import Path

import click
import orjson
from click.core import ParameterSource

from mcp_static.api.paths import SNAPSHOT
from mcp_static.api.snapshot import read_snapshot
from mcp_static.build.extent import estimate
from mcp_static.cli.console import say
from mcp_static.cli.style_options import TEXT_OR_JSON
from mcp_static.git.repository import open_repository, read_settings, resolve_commit
from mcp_static.hosts.host import Host
from mcp_static.hosts.hosts import HOSTS
from mcp_static.model.errors import InputError, RegistryError
from mcp_static.settings import Settings


@click.command("hosts")
@click.option(
    "--repo",
    type=click.Path(path_type=Path),
    default=".",
    show_default=True,
    help="The registry's Git repository, for its settings.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="dist",
    show_default=True,
    help="What was built last, for any host: its extent decides what fits.",
)
@TEXT_OR_JSON
@click.pass_context
def command(context: click.Context, repo: Path, out: Path, style: str) -> None:
    """Print the hosts: what each honors, how much it takes, and whether this registry fits."""
    is_named = context.get_parameter_source("repo") is not ParameterSource.DEFAULT
    settings = _settings(repo, is_named=is_named)
    built = out if _is_built(out) else None
    rows = [_row(host, settings, built) for host in HOSTS]
    if style == "json":
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    for row in rows:
        click.echo(f"{row['name']}\n  {row['description']}")
        click.echo(f"  honors    {row['honours']}")
        click.echo(f"  takes     {row['takes']}")
        click.echo(f"  deploy    {row['deploy']}")
        click.echo(f"  fits      {row['fits']}\n")
    click.echo("`mcp-static build --host NAME` makes what a host needs; docs/hosts.md has the steps.")


def _is_built(out: Path) -> bool:
    """Whether there is an output; raises InputError for one that this version cannot read."""
    snapshot = out / SNAPSHOT
    if not snapshot.is_file():
        return False
    read_snapshot(snapshot.read_bytes(), str(out))
    return True


def _settings(repo: Path, *, is_named: bool) -> Settings:
    """The settings of the repository, or the defaults where it has no commit yet.

    In a folder that nobody has named, they also stand for a repository that is not there.
    """
    try:
        repository = open_repository(repo)
    except InputError:
        if is_named:
            raise
        say("note: this folder is in no Git repository, so the default settings are used; see --repo")
        return Settings()
    with repository:
        try:
            commit = resolve_commit(repository, "HEAD")
        except InputError:
            return Settings()
        return read_settings(repository, commit)


def _row(host: Host, settings: Settings, built: Path | None) -> dict[str, str]:
    return {
        "name": host.name,
        "description": host.description,
        "honours": host.honours_in_words,
        "takes": host.limits_with(settings).in_words(),
        "deploy": host.deployed_by,
        "fits": _fits(host, settings, built),
    }


def _fits(host: Host, settings: Settings, built: Path | None) -> str:
    try:
        host.require_url(settings)
    except RegistryError as error:
        return f"no: {error.message}"
    if built is None:
        return "nothing is built yet; `mcp-static build` tells"
    extent = estimate(built, host.variants)
    problem = host.limits_with(settings).exceeded_by(extent)
    return f"no: {problem}. {host.too_large}" if problem else f"yes, with about {extent.in_words()}"
