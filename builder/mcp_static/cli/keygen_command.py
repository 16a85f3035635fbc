"""`mcp-static keygen`: makes a key for a domain."""

from pathlib import Path

import click

from mcp_static.model.errors import UsageError
from mcp_static.proofs.domain_key import WELL_KNOWN
from mcp_static.proofs.domains import is_domain
from mcp_static.proofs.keys import Algorithm, key_of, new_private_key, write_private_key


@click.command("keygen")
@click.argument("domain")
@click.option(
    "--key",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the private key goes; DOMAIN.pem unless given.",
)
@click.option(
    "--algorithm",
    type=click.Choice(["ed25519", "ecdsap384"]),
    default="ed25519",
    show_default=True,
)
def command(domain: str, path: Path | None, algorithm: Algorithm) -> None:
    """Make a key for DOMAIN: a private file for you, and a public line for its DNS or web server."""
    domain = domain.lower().rstrip(".")
    if not is_domain(domain):
        raise UsageError(
            f"{domain!r} is not a domain that can be owned.", "Give one such as example.com."
        )
    private = new_private_key(algorithm)
    path = path or Path(f"{domain}.pem")
    write_private_key(path, private)
    key = key_of(private)
    reverse = ".".join(reversed(domain.split(".")))
    click.echo(
        f"The private key is in {path}; keep it to yourself, and out of Git. Its fingerprint is "
        f"{key.fingerprint}.\n\n"
        f"Publish the public half in one of two ways.\n\n"
        f"In DNS, for {reverse}/* and {reverse}.*/*, as a TXT record at the domain itself:\n\n"
        f'  {domain}. IN TXT "{key.record}"\n\n'
        f"Over HTTPS, for {reverse}/* alone, as https://{domain}{WELL_KNOWN}:\n\n"
        f"  {key.record}\n\n"
        f"Then `mcp-static verify-domain {domain} --key {path}` tells whether it can be seen."
    )
