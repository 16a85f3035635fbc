"""`mcp-static serve`: the embedded host."""

from functools import partial
from pathlib import Path

import click

from mcp_static.model.errors import UsageError
from mcp_static.reports.printing import counted_of
from mcp_static.serve.app import listen, serve
from mcp_static.serve.snapshot import CurrentSnapshot


@click.command("serve")
@click.option("--out", type=click.Path(path_type=Path), default="dist", show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--watch", is_flag=True, help="Build first, and again on every new commit.")
@click.option(
    "--repo",
    type=click.Path(path_type=Path),
    default=".",
    show_default=True,
    help="The repository to watch.",
)
def command(out: Path, host: str, port: int, *, watch: bool, repo: Path) -> None:
    """Serve a built registry on this machine, with everything the standard API has."""
    on_start = None
    if watch:
        from mcp_static.cli.watching import build_first, rebuild  # what builds is an extra of its own

        on_start = partial(rebuild, build_first(repo, out))
    current = CurrentSnapshot(out)
    if not host:
        raise UsageError("--host is empty.", "Give an address, such as 127.0.0.1 or 0.0.0.0.")
    listener = listen(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
    snapshot = current.snapshot()
    facts, address = snapshot.facts, address + snapshot.base
    click.echo(
        f"{facts['registry']['title']}: {counted_of(facts['counts']['versions'], 'version')} of "
        f"{counted_of(facts['counts']['servers'], 'server')}\n"
        f"  {address}/\n"
        f"  {address}/v0.1/servers\n"
        f"  {address}/openapi.yaml\n"
        f"  {address}/feed.xml\n"
        f"For an IDE, the registry's address is {address} (Ctrl-C stops)."
    )
    named = facts["registry"]["url"]
    if named != address:
        click.echo(
            f"note: registry.toml names another address, {named}. Feeds, sitemap, signatures and the "
            f"API's definition have that one; set `url` to the address that readers use.",
            err=True,
        )
    serve(listener, current, on_start)
