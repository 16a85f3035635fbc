"""`mcp-static show`: one server of a registry."""

import shlex
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import click
import orjson

from mcp_static.browsing.entry import Entry
from mcp_static.browsing.registry import BrowsedRegistry
from mcp_static.cli.author_options import REGISTRY
from mcp_static.cli.network_options import NETWORK, network_of
from mcp_static.cli.strangers import as_command, as_line
from mcp_static.cli.style_options import JSON
from mcp_static.model.errors import InputError, UsageError
from mcp_static.model.reading import part_of, text_of
from mcp_static.model.terminal import printable_json
from mcp_static.packages.configurations import command_words, joined, placeholder
from mcp_static.packages.methods import Method, methods_of
from mcp_static.publishing.registry_client import registry_address
from mcp_static.rules.run import read_record, structural_findings

_SHOWN: Final = 20


@click.command("show")
@click.argument("target", metavar="NAME[@VERSION]")
@REGISTRY
@JSON
@NETWORK
def command(target: str, registry: str | None, settings_file: Path | None, *, is_json: bool) -> None:
    """Show a server of a registry: its latest version unless another is named.

    The registry may be any that has the standard API. Commands are shown, not run.
    """
    name, at, version = target.partition("@")
    if not name or (at and not version):
        raise UsageError(f"{target!r} names no server.", "Write namespace/server, or …/server@1.0.0.")
    address = registry_address(registry)
    with BrowsedRegistry(address, network_of(settings_file)) as browsed:
        entry = browsed.entry(name, version or "latest")
        versions = browsed.versions(name) if entry is None or not is_json else ()
    if entry is None:
        raise _missing(address, name, version, versions)
    if is_json:
        document = orjson.dumps(entry.document, option=orjson.OPT_INDENT_2).decode()
        click.echo(printable_json(document))
        return
    click.echo("\n".join(_lines(entry, versions)))


def _missing(address: str, name: str, version: str, versions: tuple[Entry, ...]) -> InputError:
    if versions:
        title = f"{name} {version}".strip()
        return InputError(f"{address} has no {title}.", f"It has {_listed(versions)}.")
    part = name.rpartition("/")[2]
    return InputError(
        f"{address} has no server {name}.",
        f"`mcp-static search {shlex.quote(part)}` lists names that are like it.",
    )


def _listed(versions: tuple[Entry, ...]) -> str:
    named = ", ".join(as_line(entry.version) for entry in versions[:_SHOWN])
    more = len(versions) - _SHOWN
    return f"{named} and {more:,} more" if more > 0 else named


def _lines(entry: Entry, versions: tuple[Entry, ...]) -> Iterator[str]:
    server, meta = entry.server, entry.meta
    yield click.style(f"{as_line(entry.name)} {as_line(entry.version)}", bold=True)
    for key in ("title", "description"):
        if text := as_line(text_of(server, key)):
            yield f"  {text}"
    yield ""
    status = as_line(text_of(meta, "status"))
    message = as_line(text_of(meta, "statusMessage"))
    fields = {
        "status": f"{status}: {message}" if status and message else status,
        "published": as_line(text_of(meta, "publishedAt")),
        "updated": as_line(text_of(meta, "updatedAt")),
        "website": as_line(text_of(server, "websiteUrl")),
        "repository": as_line(text_of(part_of(server, "repository"), "url")),
        "versions": _listed(versions),
    }
    yield from (f"  {label:<12}{text}" for label, text in fields.items() if text)
    if structural_findings(read_record(orjson.dumps(server))):
        yield "\nHow it is run is not shown, as its server.json is not valid; see --json."
        return
    methods = methods_of(server)
    for method in methods[:_SHOWN]:
        yield from _method_lines(method)
    if len(methods) > _SHOWN:
        yield f"\n… and {len(methods) - _SHOWN:,} more"


def _method_lines(method: Method) -> Iterator[str]:
    """A method with its command or address, and what the user has to supply."""
    version = text_of(method.part, "version") or ""
    yield f"\n{as_line(method.title)}: {as_line(method.identifier)} {as_line(version)}".rstrip()
    if method.no_command:
        yield f"  no command: {as_line(method.no_command)}"
    if method.install_command:
        yield f"  {as_command(method.install_command)}"
    if method.launch is not None:
        yield f"  {as_command(shlex.join(command_words(method.launch, placeholder)))}"
    if method.connection is not None:
        yield f"  {as_command(joined(method.connection.url, placeholder))}"
    for given in islice(method.all_inputs, _SHOWN):
        secret = " (secret)" if given.is_secret else ""
        yield f"    {as_line(given.id)}{secret}  {as_line(given.description)}".rstrip()
