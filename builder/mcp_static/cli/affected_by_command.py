"""`mcp-static affected-by`: all that rests on an account, a repository, a key or a host."""

from dataclasses import asdict
from pathlib import Path

import click
import orjson

from mcp_static.git.repository import Repository, open_repository, resolve_commit
from mcp_static.model.errors import UsageError
from mcp_static.model.forge_ids import ForgeId, parse_forge_id
from mcp_static.model.terminal import printable
from mcp_static.moderation.affected import (
    Affected,
    affected_by_account,
    affected_by_host,
    affected_by_key,
    affected_by_repository,
)


@click.command("affected-by")
@click.option("--account", metavar="ID", help="Such as github.com/account/1001.")
@click.option("--repository", metavar="ID", help="Such as github.com/repository/555.")
@click.option("--key", metavar="FINGERPRINT", help="A key, as `keygen` and reports print it.")
@click.option("--host", metavar="HOST", help="A host of remotes and packages, with all below it.")
@click.option(
    "--repo",
    type=click.Path(path_type=Path),
    default=".",
    show_default=True,
    help="A clone of the registry's repository.",
)
@click.option("--commit", "revision", metavar="REV", default="HEAD", show_default=True)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "names"]),
    default="text",
    show_default=True,
    help="A table, JSON, or the names of the servers alone.",
)
def command(repo: Path, revision: str, style: str, **given: str | None) -> None:
    """List all that rests on something, and in which way: what to look at when it leaked.

    Versions, and the servers and namespaces whose identity.json names it.
    """
    with open_repository(repo) as repository:
        found = _search(repository, resolve_commit(repository, revision), given)
    if style == "json":
        click.echo(orjson.dumps([asdict(one) for one in found], option=orjson.OPT_INDENT_2).decode())
    elif style == "names":
        names = sorted({one.name for one in found if not one.is_namespace})
        click.echo("".join(f"{name}\n" for name in names), nl=False)
    else:
        click.echo(_table(found))


def _search(repository: Repository, commit: str, given: dict[str, str | None]) -> list[Affected]:
    named = [(option, value) for option, value in given.items() if value is not None]
    if len(named) != 1:
        raise UsageError(f"Exactly one of --{', --'.join(given)} is needed.", "Give one.")
    ((option, value),) = named
    if option == "account":
        return affected_by_account(repository, commit, _forge_id(value))
    if option == "repository":
        return affected_by_repository(repository, commit, _forge_id(value))
    if option == "key":
        return affected_by_key(repository, commit, value.lower())
    return affected_by_host(repository, commit, value.lower().rstrip("."))


def _forge_id(text: str) -> ForgeId:
    found = parse_forge_id(text)
    if found is None:
        raise UsageError(f"{text!r} is not an id.", "Write it as github.com/account/1001.")
    return found


def _table(found: list[Affected]) -> str:
    if not found:
        return "Nothing rests on it."
    rows = [(f"{one.name} {one.version}".rstrip(), one.because) for one in found]
    width = max(len(printable(title)) for title, _ in rows)
    lines = [f"{printable(title):<{width}}  {printable(because)}" for title, because in rows]
    return "\n".join(lines)
