"""`mcp-static erase`: bytes removed from all of history."""

from pathlib import Path

import click

from mcp_static.cli.operator_options import BY, REASON, REPO
from mcp_static.git.repository import open_repository
from mcp_static.moderation.decisions import grounds
from mcp_static.moderation.erasing import erase
from mcp_static.moderation.places import parse_place

_THEN = """\
Nobody has noticed yet. What is left to do, in this order:
 1. Push: `git push --force --all && git push --force --tags`. A protected main refuses that: switch
    its rule against force pushes off, and on again afterwards.
 2. Build and deploy with `build --accept-rewrite`; the deploy removes the old documents.
 3. Purge the CDN's cache, and delete the workflow's caches and artifacts, which hold the old output.
 4. Ask the forge's support to remove what forks, pull requests and cached views still show; delete
    forks of your own. Everybody else has to clone again.
 5. Ask mirrors to take the new snapshot. The name itself stays in paths, messages and the log."""


@click.command("erase")
@click.argument("target", metavar="NAME[@VERSION]")
@REASON
@BY
@REPO
@click.confirmation_option(prompt="This rewrites all of history, and cannot be undone here. Go on?")
def command(target: str, reason: str, by: str | None, repo: Path) -> None:
    """Erase a server, or one version, from history, and take it down. For what must not exist at all.

    A tombstone takes the place of each record, so the ordinals, cursors and times of all others stay.
    To hide something, `takedown` is enough.
    """
    place = parse_place(target)
    with open_repository(repo) as repository:
        made, commit = erase(repository, place, grounds(repository, reason, by))
    click.echo(f"Erased {made.entry.subject}; the head of the branch is {commit[:12]} now.\n{_THEN}")
