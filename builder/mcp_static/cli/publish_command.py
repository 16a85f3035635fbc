"""`mcp-static publish`: proposes a server.json to a registry as a pull request."""

import json
import sys
import time
from pathlib import Path

import click

from mcp_static.api.entries import server_bytes
from mcp_static.cli.author_options import (
    DRY_RUN,
    KEY,
    NO_CHECK,
    REGISTRY,
    REMOTE,
    SETTINGS,
    WAIT,
    require_no_remote,
    settings_of,
)
from mcp_static.cli.proposal import open_proposer, propose, prove_here
from mcp_static.cli.record_file import RecordFile, read_valid_record
from mcp_static.forges.logins import git_access_for
from mcp_static.model.errors import InputError, SignatureError
from mcp_static.model.layout import record_path
from mcp_static.proofs.claims import Publication
from mcp_static.proofs.keys import PrivateKey, read_private_key
from mcp_static.proofs.signatures import (
    claims_problem,
    publish_claims,
    read_publish_signature,
    sign_publish,
)
from mcp_static.publishing.authoring import push_branch
from mcp_static.publishing.proposing import branch_for, publish_files
from mcp_static.publishing.registry_client import (
    RegistryFacts,
    read_facts,
    registry_address,
    served_version,
)
from mcp_static.settings.network import NetworkSettings


@click.command("publish")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@REGISTRY
@KEY
@click.option(
    "--proof",
    "proof_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A signature made earlier; proof.json next to FILE if it signs this version.",
)
@DRY_RUN
@NO_CHECK
@WAIT
@REMOTE
@SETTINGS
def command(
    file: Path | None,
    registry: str | None,
    key_file: Path | None,
    proof_file: Path | None,
    remote: str | None,
    settings_file: Path | None,
    *,
    dry_run: bool,
    no_check: bool,
    wait: bool,
) -> None:
    """Propose FILE to a registry: validate it, try the proofs, open a pull request.

    Publishing the same bytes again changes nothing, and says so.
    """
    require_no_remote(remote, wait=wait, dry_run=dry_run)
    record = read_valid_record(file)
    private = read_private_key(key_file) if key_file is not None else None
    facts = None
    network = settings_of(settings_file).network
    if remote is None or private is not None:
        facts = read_facts(registry_address(registry), network)
        if _is_served(record, facts, network):
            click.echo(f"{record.name} {record.version} is published already, with these contents.")
            return
    signature = _signature(record, record.path, private, proof_file, facts)
    files = publish_files(record.name, record.version, record.content, signature)
    title = f"Publish {record.name} {record.version}"
    branch = branch_for(record.name, record.version, "publish")
    if remote is not None:
        _push(remote, branch, files, title, network)
        return
    assert facts is not None
    with open_proposer(facts, network, must_log_in=not dry_run) as proposer:
        known = proposer.author.published(record_path(record.name, record.version))
        if known == record.content:
            click.echo(f"{record.name} {record.version} is published already, with these very bytes.")
            return
        if known is not None:
            raise _published_otherwise(record, "bytes")
        claim = Publication(record.name, record.version, record.content, record.document, signature)
        if not no_check and not prove_here([claim], proposer, settings_file):
            click.echo("Nothing was sent: the check would be red. --no-check sends it anyway.")
            sys.exit(1)
        if dry_run:
            click.echo(f"Nothing was sent; it would go to {facts.repository}.")
            return
        propose(proposer, branch, files, title, wait=wait)


def _is_served(record: RecordFile, facts: RegistryFacts, network: NetworkSettings) -> bool:
    """Whether the registry serves these contents; raises InputError for others in the same version.

    What it does not serve may be published all the same, since the last deploy.
    """
    served = served_version(facts.address, record.name, record.version, network)
    if served is None:
        return False
    if served != json.loads(server_bytes(record.document)):
        raise _published_otherwise(record, "contents")
    return True


def _published_otherwise(record: RecordFile, what: str) -> InputError:
    return InputError(
        f"{record.name} {record.version} is published already, with other {what}.",
        "A published version never changes; publish the change under a new one.",
    )


def _push(
    remote: str, branch: str, files: dict[str, bytes], title: str, network: NetworkSettings
) -> None:
    if push_branch(remote, branch, lambda _: files, title, git_access_for(remote, network)):
        click.echo(
            f"The branch {branch} is at {remote}. Open a pull request (or merge request) from it to "
            "the registry's main branch; the check runs there."
        )
    else:
        click.echo("These very bytes are published already; nothing was pushed.")


def _signature(
    record: RecordFile,
    file: Path,
    private: PrivateKey | None,
    proof_file: Path | None,
    facts: RegistryFacts | None,
) -> bytes | None:
    """The signature to submit: made now, or earlier for exactly this file; None if there is none."""
    if private is not None:
        assert facts is not None
        claims = publish_claims(record.name, record.version, record.content, facts.url)
        return sign_publish(claims, private)
    beside = proof_file or file.with_name("proof.json")
    try:
        content = beside.read_bytes()
    except OSError as error:
        if proof_file is None:
            return None
        raise InputError(f"{beside} cannot be read: {error.strerror}.", "") from None
    try:
        found = read_publish_signature(content)
    except SignatureError as error:
        raise InputError(f"{beside}: {error}.", "`mcp-static sign` makes one.") from None
    registry = facts.url if facts is not None else str(found.claims.get("registry"))
    expected = publish_claims(record.name, record.version, record.content, registry)
    problem = claims_problem(found, expected, float("inf"), time.time(), record.content)
    if problem is not None:
        raise InputError(f"{beside}: {problem}.", "Sign it again with `mcp-static sign`.")
    return content
