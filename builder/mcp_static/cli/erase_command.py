"""`mcp-static erase`: what was published, removed from all of history."""

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click

from mcp_static.cli.operator_options import BY, REASON, REPO
from mcp_static.git.repository import open_repository
from mcp_static.moderation.decisions import grounds
from mcp_static.moderation.erasing import Erasure, erase
from mcp_static.moderation.places import parse_place

_SHOWN: Final = 20
_QUESTION: Final = "This rewrites the history of every branch and tag, and cannot be undone. Continue?"
_FREE: Final = (
    "Other servers may publish the addresses of its remotes from now on. To prevent that, block their "
    "hosts with `mcp-static block --host`:"
)
_STEPS: Final = """
Nothing has left this clone yet. What remains to be done:
 1. Suspend the rule that forbids force pushes, push, and put the rule back:
      git push --force origin {references}
 2. Delete the caches and artifacts of the deploy workflow, which hold the old output, and deploy.
    Where the state of an earlier build is kept elsewhere, build once with --accept-rewrite.
 3. Purge the CDN and any other cache in front of the registry.
 4. Ask the forge's support to remove the old commits: heads of pull requests, forks and cached views
    still show them.
 5. Have everybody who has a clone, a fork or a mirror of this repository replace it with a new one;
    a merge from an old clone would bring everything back.
Ids of commits have changed, and signatures of commits and tags are gone. The name, the messages of
commits and the identities in identity.json stay."""


@click.command("erase")
@click.argument("target", metavar="NAME[@VERSION]")
@REASON
@BY
@REPO
@click.confirmation_option(prompt=_QUESTION)
def command(target: str, reason: str, by: str | None, repo: Path) -> None:
    """Erase a server, or one version of it, from history, and take it down.

    This is for what must not exist at all, such as a leaked secret; to hide something, use `takedown`.
    A tombstone takes the place of each record, so all ordinals, cursors and times stay.
    """
    place = parse_place(target)
    with open_repository(repo) as repository:
        erasure = erase(repository, place, grounds(repository, reason, by))
    click.echo(f"Erased {erasure.made.entry.subject}; HEAD is {erasure.commit[:12]} now.")
    click.echo(_STEPS.format(references=_references(erasure)))
    _list("These references of this clone still lead to the old history:", erasure.untouched)
    _list("The same bytes also stand elsewhere, and were left there:", erasure.copies)
    _list(_FREE, erasure.hosts)


def _references(erasure: Erasure) -> str:
    return " ".join(shlex.quote(name) for name in erasure.rewritten)


def _list(title: str, lines: Iterable[str]) -> None:
    every = list(lines)
    if not every:
        return
    click.echo(f"\n{title}")
    for line in every[:_SHOWN]:
        click.echo(f"  {ascii(line)[1:-1]}")
    if len(every) > _SHOWN:
        click.echo(f"  … and {len(every) - _SHOWN} more")
