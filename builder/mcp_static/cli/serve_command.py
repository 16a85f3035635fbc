"""`mcp-static serve`: the embedded host."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Final

import click

from mcp_static.build.build import BuildOptions, build
from mcp_static.cli.build_command import print_report
from mcp_static.cli.console import ConsoleProgress, fail
from mcp_static.git.repository import open_repository, resolve_commit
from mcp_static.model.errors import InputError, RegistryError
from mcp_static.serve.app import listen, serve
from mcp_static.serve.snapshot import Shown

_SECONDS_BETWEEN_LOOKS: Final = 1.0


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
    options = BuildOptions(repository=repo, out=out)
    if watch:
        with ConsoleProgress() as progress:
            print_report(build(options, progress), out)
    shown = Shown(out)
    listener = listen(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
    facts = shown.snapshot().facts
    click.echo(
        f"{facts['registry']['title']}: {facts['counts']['versions']} versions of "
        f"{facts['counts']['servers']} servers\n"
        f"  {address}/\n"
        f"  {address}/v0.1/servers\n"
        f"  {address}/openapi.yaml\n"
        f"  {address}/feed.xml\n"
        f"For an IDE, the registry's address is {address} (Ctrl-C stops)."
    )
    with suppress(KeyboardInterrupt):
        serve(listener, shown, (lambda: _watch(options)) if watch else None)


async def _watch(options: BuildOptions) -> None:
    """Build whenever the repository has another commit; a build that fails is said, not fatal."""
    with open_repository(options.repository) as repository:
        before = resolve_commit(repository, options.commit)
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
            try:
                now = await asyncio.to_thread(resolve_commit, repository, options.commit)
                if now != before:
                    before = now
                    print_report(await asyncio.to_thread(build, options), options.out)
            except RegistryError as error:
                fail(error)
            except Exception as error:  # noqa: BLE001 (whatever it is, what is shown goes on being served)
                fail(InputError(f"The build failed: {error!r}.", "What was built last is served on."))
