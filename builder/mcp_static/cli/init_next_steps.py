"""What `init` says in the end: what was written, and the commands that lead to its publication."""

import os
import shlex
from pathlib import Path

import click

from mcp_static.cli.console import say
from mcp_static.drafting.facts import Findings
from mcp_static.drafting.markers import missing_markers
from mcp_static.model.reading import Part, packages_of
from mcp_static.model.terminal import printable
from mcp_static.publishing.registry_client import VARIABLE


def conclude(target: Path, document: Part, found: Findings, registry: str | None) -> None:
    """Say what was made, and what is next."""
    click.echo(printable(f"{target}: {document.get('name')} {document.get('version')}"))
    for _, package in packages_of(document):
        version = f" {package['version']}" if "version" in package else ""
        click.echo(printable(f"  {package['registryType']}: {package['identifier']}{version}"))
    for remote in document.get("remotes", ()):
        click.echo(printable(f"  {remote['type']}: {remote['url']}"))
    if not document.get("packages") and not document.get("remotes"):
        say("note: it has neither packages nor a remote, so nobody can run it yet; see --remote")
    click.echo("\nNext:")
    for sentence in missing_markers(document, found):
        click.echo(printable(f"  {sentence}"))
    if document.get("packages"):
        click.echo("  Publish the packages with these versions, if they are not published yet.")
    say_commands(target, registry)


def say_commands(target: Path, registry: str | None) -> None:
    """Say how to validate and publish a file, and which registry has to be named if none is known."""
    file = "" if target == Path("server.json") else f" {shlex.quote(str(target))}"
    is_known = registry or os.environ.get(VARIABLE)
    named = f" --registry {shlex.quote(registry) if registry else 'ADDRESS'}"
    click.echo(printable(f"  mcp-static validate{file}"))
    click.echo(printable(f"  mcp-static publish{file}{named if registry or not is_known else ''}"))
    if not is_known:
        click.echo(
            f"\nADDRESS is the registry's, as its clients use it; the variable {VARIABLE} can hold it."
        )
