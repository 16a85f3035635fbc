"""`mcp-static verify-domain`: what each DNS server says about a domain's keys."""

import sys
from pathlib import Path

import click

from mcp_static.cli.author_options import KEY, SETTINGS, settings_of
from mcp_static.cli.console import ConsoleProgress
from mcp_static.forges.clients import Clients
from mcp_static.forges.github.client import GitHub
from mcp_static.model.errors import FetchRefusedError, UnansweredError, UsageError
from mcp_static.model.terminal import printable
from mcp_static.net.dns.resolution import Lookup, LookupResult
from mcp_static.proofs.context import proof_context
from mcp_static.proofs.domain_key import WELL_KNOWN, fetch_key_records
from mcp_static.proofs.domains import is_domain
from mcp_static.proofs.keys import DomainKey, KeyRecords, key_of, read_private_key, read_records


@click.command("verify-domain")
@click.argument("domain")
@KEY
@SETTINGS
def command(domain: str, key_file: Path | None, settings_file: Path | None) -> None:
    """Show what the DNS and the web server of DOMAIN say about its keys now, and what is missing.

    Exit codes: 0 a key can be used (with --key: this one), 1 none can, 3 that could not be found out.
    """
    domain = domain.lower().rstrip(".")
    if not is_domain(domain):
        raise UsageError(
            f"{domain!r} is not a domain that can be owned.", "Give one such as example.com."
        )
    wanted = key_of(read_private_key(key_file)) if key_file else None
    settings = settings_of(settings_file)
    with GitHub(None, network=settings.network) as github, ConsoleProgress() as progress:
        context = proof_context(settings, Clients(github))
        progress.stage(f"Asking about {domain}")
        lookup = context.resolution.look_up(domain)
        served: KeyRecords | str
        try:
            served = fetch_key_records(domain, context)
        except (FetchRefusedError, UnansweredError) as error:
            served = str(error)
    in_dns = _show_dns(lookup)
    over_https = _show_https(domain, served)
    found = [key for key in (*in_dns, *over_https) if wanted in {None, key}]
    if found:
        click.echo(
            printable(f"\nReady: a signature by the key {found[0].fingerprint} will be accepted.")
        )
        return
    if wanted is not None:
        click.echo(
            f'\nMissing: the TXT record "{wanted.record}" at {domain}, or the same line over HTTPS.'
        )
    else:
        click.echo(f"\nMissing: a key. `mcp-static keygen {domain}` makes one.")
    sys.exit(1 if lookup.is_conclusive else 3)


def _show_dns(lookup: Lookup) -> tuple[DomainKey, ...]:
    click.echo(printable(f"DNS: {lookup.message} ({lookup.result.value})"))
    for reply in lookup.replies:
        keys = [f"key {key.fingerprint}" for key in read_records(list(reply.texts)).keys]
        said = ", ".join(keys) or reply.status.value
        click.echo(printable(f"  {reply.server.label}: {said}"))
    if lookup.result is not LookupResult.FOUND:
        return ()
    records = read_records(list(lookup.texts))
    click.echo(f"  DNSSEC: {lookup.security.value}")
    for fault in records.faults:
        click.echo(printable(f"  but {fault}"))
    return records.keys


def _show_https(domain: str, served: KeyRecords | str) -> tuple[DomainKey, ...]:
    if isinstance(served, str):
        click.echo(printable(f"HTTPS: {served}"))
        return ()
    named = ", ".join(f"key {key.fingerprint}" for key in served.keys) or "no key"
    click.echo(printable(f"HTTPS: https://{domain}{WELL_KNOWN} has {named}"))
    for fault in served.faults:
        click.echo(printable(f"  but {fault}"))
    return served.keys
