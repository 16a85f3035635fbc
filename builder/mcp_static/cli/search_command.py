"""`mcp-static search`: servers of a registry, found by a text."""

from pathlib import Path

import click
import orjson

from mcp_static.browsing.entry import Entry
from mcp_static.browsing.registry import BrowsedRegistry, SearchResult
from mcp_static.cli.author_options import REGISTRY
from mcp_static.cli.console import say
from mcp_static.cli.network_options import NETWORK, network_of
from mcp_static.cli.strangers import as_line
from mcp_static.cli.style_options import JSON
from mcp_static.model.reading import text_of
from mcp_static.model.terminal import printable_json
from mcp_static.publishing.registry_client import registry_address
from mcp_static.reports.printing import counted_of


@click.command("search")
@click.argument("text", default="")
@REGISTRY
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=30,
    show_default=True,
    help="The most servers to list.",
)
@JSON
@NETWORK
def command(
    text: str, registry: str | None, limit: int, settings_file: Path | None, *, is_json: bool
) -> None:
    """List the servers of a registry in whose name, title or description TEXT occurs, names first.

    Without TEXT, all are listed. The registry may be any that has the standard API.
    """
    address = registry_address(registry)
    with BrowsedRegistry(address, network_of(settings_file)) as browsed:
        found = browsed.search(text.strip(), limit)
    if is_json:
        click.echo(_json(found))
    else:
        for entry in found.entries:
            _show(entry)
    if not found.entries and not found.is_whole:
        say(f"No server for {text!r} so far; {_looked_at(found)}, and the registry has more.")
    elif not found.entries:
        say(f"{address} has no server for {text!r}; {_looked_at(found)}.")
    elif not found.is_whole:
        say(f"There may be more; {_looked_at(found)}. A longer TEXT or a higher --limit finds them.")


def _looked_at(found: SearchResult) -> str:
    return f"{counted_of(found.looked_at, 'entry', 'entries')} looked at"


def _show(entry: Entry) -> None:
    name = click.style(as_line(entry.name), bold=True)
    click.echo(f"{name} {as_line(entry.version)}".rstrip())
    for key in ("title", "description"):
        if text := as_line(text_of(entry.server, key)):
            click.echo(f"  {text}")


def _json(found: SearchResult) -> str:
    servers = [entry.document for entry in found.entries]
    document = {"servers": servers, "metadata": {"count": len(servers)}}
    return printable_json(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
