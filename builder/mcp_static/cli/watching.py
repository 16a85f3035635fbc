"""What `mcp-static serve --watch` does while it serves: it builds every new commit."""

import asyncio
from pathlib import Path
from typing import Final

from mcp_static.build.build import BuildOptions, build
from mcp_static.cli.build_command import print_report
from mcp_static.cli.console import ConsoleProgress, fail
from mcp_static.git.repository import open_repository, resolve_commit
from mcp_static.model.errors import InputError, RegistryError

_SECONDS_BETWEEN_LOOKS: Final = 1.0


def build_first(repository: Path, out: Path) -> BuildOptions:
    """Build once, before anything is served; gives the options for later builds."""
    options = BuildOptions(repository=repository, out=out)
    with ConsoleProgress() as progress:
        print_report(build(options, progress), out)
    return options


async def rebuild(options: BuildOptions) -> None:
    """Build whenever the repository has a new commit.

    A build that fails is reported, and what was built last stays served; a bug ends the program.
    """
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
            except OSError as error:  # such as a full disk
                fail(
                    InputError(
                        f"The build failed: {error.strerror or 'the disk failed'}.",
                        "The last build stays served.",
                    )
                )
