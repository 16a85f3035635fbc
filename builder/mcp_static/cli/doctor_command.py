"""`mcp-static doctor`: tells whether clients would run the servers in their configurations."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

import click

from mcp_static.cli.network_options import NETWORK, network_of
from mcp_static.cli.reporting import show_report
from mcp_static.cli.style_options import TEXT_OR_JSON
from mcp_static.doctor.clients import CLIENTS, Client
from mcp_static.doctor.configurations import MAX_BYTES, read_configuration
from mcp_static.doctor.examination import Configuration, examine
from mcp_static.doctor.policy_files import POLICIES_IN_FORCE, PolicyFile, read_policy
from mcp_static.doctor.registry import AskedRegistry
from mcp_static.model.errors import InputError, UsageError
from mcp_static.reports.printing import Style

_BY_ID = {client.id: client for client in CLIENTS}


@click.command("doctor")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--client",
    "ids",
    multiple=True,
    type=click.Choice(list(_BY_ID)),
    help="Look at this client alone; may be given several times.",
)
@click.option("--registry", "url", help="The registry's address, as clients are given it.")
@click.option(
    "--policy",
    "policy_files",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A policy file that counts instead of the registry's own; may be given several times.",
)
@TEXT_OR_JSON
@NETWORK
def command(
    files: tuple[Path, ...],
    ids: tuple[str, ...],
    url: str | None,
    policy_files: tuple[Path, ...],
    style: Style,
    settings_file: Path | None,
) -> None:
    """Tell which servers in the configurations of MCP clients are blocked, why, and what to change.

    Without FILES, the configurations of the user and of the current folder are read. Each client's own
    check is replayed: names and addresses against the registry ("Registry only"), commands, addresses
    and names against its policy files. Values of variables and headers are never shown.

    Exit codes: 0 all are allowed, 1 something is blocked, 3 the registry did not answer, or is none.
    """
    if url is None and not policy_files:
        raise UsageError("There is nothing to compare with.", "Give --registry, --policy or both.")
    if url is not None and not url.startswith(("http://", "https://")):
        raise UsageError(f"{url!r} is not a URL.", "Give one that begins with https://.")
    clients = [_BY_ID[one] for one in dict.fromkeys(ids)] or list(CLIENTS)
    configurations = list(_given(files, clients) if files else _usual(clients))
    policies = [read_policy(_content(file), str(file)) for file in policy_files]
    network = network_of(settings_file)
    with AskedRegistry(url, network) if url is not None else nullcontext() as registry:
        if registry is not None:
            registry.require_registry()
            policies = policies or list(_policies_of(registry, configurations))
        report = examine(configurations, registry, policies)
    show_report(report, style)
    if report.exit_code:
        sys.exit(report.exit_code)


def _usual(clients: Sequence[Client]) -> Iterator[Configuration]:
    """The configurations that are where the clients keep them."""
    home, folder = Path.home(), Path.cwd()
    for client in clients:
        for place in client.places:
            file = place.path(sys.platform, home, folder, os.environ)
            if file is not None and file.is_file():
                yield _configuration(client, file)


def _given(files: Sequence[Path], clients: Sequence[Client]) -> Iterator[Configuration]:
    for file in files:
        absolute = file.absolute()
        known = [client for client in clients if client.has(absolute)]
        readers = known or (clients if len(clients) == 1 else [])
        if not readers:
            raise UsageError(f"{file} may be of any client.", "Say of which one, with --client.")
        for client in readers:
            yield _configuration(client, file)


def _configuration(client: Client, file: Path) -> Configuration:
    try:
        servers = read_configuration(_content(file), str(file), client.key, str(Path.cwd()))
    except InputError as error:
        return Configuration(client, str(file), problem=error.message)
    return Configuration(client, str(file), servers)


def _content(file: Path) -> bytes:
    """The bytes of a file up to the limit. Raises InputError."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", "Check its rights.") from None
    if len(content) > MAX_BYTES:
        raise InputError(f"{file} is larger than {MAX_BYTES >> 20} MiB.", "Leave it out.")
    return content


def _policies_of(
    registry: AskedRegistry, configurations: Sequence[Configuration]
) -> Iterator[PolicyFile]:
    """The policies of a registry for these clients, where it has them."""
    asked = {one.client.policy for one in configurations}
    for policy in POLICIES_IN_FORCE:
        content = registry.file(policy.path) if policy in asked else None
        if content is not None:
            yield read_policy(content, f"{registry.url}/{policy.path}")
