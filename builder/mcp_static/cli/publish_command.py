"""`mcp-static publish`: proposes a server.json to a registry as a pull request."""

import json
import time
from pathlib import Path

import click

from mcp_static.api.entries import server_bytes
from mcp_static.cli.author_options import ProposalOptions, proposal_options, settings_of
from mcp_static.cli.proposal import open_proposer, propose
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
from mcp_static.publishing.authoring import Read, push_branch
from mcp_static.publishing.proposing import branch_for, publish_files
from mcp_static.publishing.registry_client import (
    RegistryFacts,
    read_facts,
    registry_address,
    served_version,
)
from mcp_static.rules.run import read_record
from mcp_static.settings.network import NetworkSettings


@click.command("publish")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--proof",
    "proof_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A signature made earlier; proof.json next to FILE if it signs this version.",
)
@proposal_options
def command(file: Path | None, proof_file: Path | None, how: ProposalOptions) -> None:
    """Propose FILE to a registry: validate it, try the proofs, open a pull request.

    Publishing the same contents again changes nothing, and says so.
    """
    record = read_valid_record(file)
    private = read_private_key(how.key_file) if how.key_file is not None else None
    facts = None
    network = settings_of(how.settings_file).network
    if how.remote is None or private is not None:
        facts = read_facts(registry_address(how.registry), network)
        served = served_version(facts.address, record.name, record.version, network)
        if served is not None:
            _require_same(record, served)
            click.echo(f"{record.name} {record.version} is published already, with these contents.")
            return
    signature = _signature(record, record.path, private, proof_file, facts)
    files = publish_files(record.name, record.version, record.content, signature)
    title = f"Publish {record.name} {record.version}"
    branch = branch_for(record.name, record.version, "publish")
    if how.remote is not None:
        _push(how.remote, branch, record, files, title, network)
        return
    assert facts is not None
    with open_proposer(facts, network, must_log_in=not how.dry_run) as proposer:
        if _is_known(record, proposer.author.published(_path(record))):
            return
        claim = Publication(record.name, record.version, record.content, record.document, signature)
        propose(proposer, [claim], branch, files, title, how)


def _path(record: RecordFile) -> str:
    return record_path(record.name, record.version)


def _is_known(record: RecordFile, known: bytes | None) -> bool:
    """Whether the registry's repository has this version already, which is told.

    Raises InputError if its contents are others.
    """
    if known is None:
        return False
    title = f"{record.name} {record.version}"
    if known == record.content:
        click.echo(f"{title} is published already, with these very bytes.")
        return True
    _require_same(record, json.loads(server_bytes(read_record(known).document)))
    click.echo(
        f"{title} is published already, with these contents. The file is written differently there, "
        "and stays as it is."
    )
    return True


def _require_same(record: RecordFile, served: object) -> None:
    """Raise InputError unless these are the contents that are served of the version."""
    if served != json.loads(server_bytes(record.document)):
        raise InputError(
            f"{record.name} {record.version} is published already, with other contents.",
            "A published version never changes; publish the change under a new one.",
        )


def _push(
    remote: str,
    branch: str,
    record: RecordFile,
    files: dict[str, bytes],
    title: str,
    network: NetworkSettings,
) -> None:
    def wanted(read: Read) -> dict[str, bytes]:
        return {} if _is_known(record, read(_path(record))) else files

    if push_branch(remote, branch, wanted, title, git_access_for(remote, network)):
        click.echo(
            f"The branch {branch} is at {remote}. Open a pull request (or merge request) from it to "
            "the registry's main branch; the check runs there."
        )
    else:
        click.echo("Nothing was pushed.")


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
