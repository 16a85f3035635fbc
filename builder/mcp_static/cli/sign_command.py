"""`mcp-static sign`: a domain's signature over a server.json."""

from pathlib import Path

import click

from mcp_static.cli.author_options import REGISTRY, SETTINGS, settings_of
from mcp_static.cli.record_file import read_valid_record
from mcp_static.git.interruption import uninterrupted
from mcp_static.proofs.keys import key_of, read_private_key
from mcp_static.proofs.signatures import publish_claims, sign_publish
from mcp_static.publishing.registry_client import read_facts, registry_address


@click.command("sign")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--key",
    "key_file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The domain's private key, as `mcp-static keygen` made it.",
)
@click.option(
    "--previous-key",
    "previous_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The key that the domain published before: a registry then takes the new one at once.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write the signature; proof.json next to FILE by default.",
)
@REGISTRY
@SETTINGS
def command(
    file: Path | None,
    key_file: Path,
    previous_file: Path | None,
    out: Path | None,
    registry: str | None,
    settings_file: Path | None,
) -> None:
    """Sign FILE for one registry: the signature holds for these very bytes, there, and nowhere else."""
    record = read_valid_record(file)
    private = read_private_key(key_file)
    previous = read_private_key(previous_file) if previous_file is not None else None
    facts = read_facts(registry_address(registry), settings_of(settings_file).network)
    claims = publish_claims(record.name, record.version, record.content, facts.url)
    out = out or record.path.with_name("proof.json")
    signature = sign_publish(claims, private, previous)
    with uninterrupted():
        out.write_bytes(signature)
    click.echo(
        f"{out} signs {record.name} {record.version} for {facts.url} with the key "
        f"{key_of(private).fingerprint}. Change {record.path} again, and it has to be signed again."
    )
