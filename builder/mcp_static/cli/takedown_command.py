"""`mcp-static takedown`: the operator's word that something is not served."""

from pathlib import Path

import click

from mcp_static.cli.operator_options import BY, REASON, REPO, carry_out
from mcp_static.git.repository import open_repository, resolve_commit
from mcp_static.moderation.decisions import grounds
from mcp_static.moderation.places import parse_place
from mcp_static.moderation.takedowns import take_down


@click.command("takedown")
@click.argument("target", metavar="NAMESPACE[/SERVER[@VERSION]]")
@REASON
@click.option("--policy", metavar="TEXT", help="The point of your moderation policy.")
@click.option(
    "--quarantine-until",
    "until",
    metavar="TIME",
    help="Hide it until then only, unless it is decided before (2026-12-01T12:00:00Z).",
)
@click.option(
    "--subdomains", is_flag=True, help="Of a namespace: take down all domains below it as well."
)
@BY
@REPO
def command(
    target: str,
    reason: str,
    policy: str | None,
    until: str | None,
    by: str | None,
    repo: Path,
    *,
    subdomains: bool,
) -> None:
    """Take down a version, a server or a whole namespace, with all that is published below it later.

    A second takedown covers no less than the first; to hide less, restore it first.
    """
    place = parse_place(target)
    with open_repository(repo) as repository:
        head = resolve_commit(repository, "HEAD")
        why = grounds(repository, reason, by)
        made = take_down(
            repository, head, place, why, policy=policy, until=until, subdomains=subdomains
        )
        carry_out(
            repository,
            made,
            "with the next deploy it is answered like what was deleted, and nothing can be published "
            "below it. `mcp-static restore` withdraws it.",
        )
