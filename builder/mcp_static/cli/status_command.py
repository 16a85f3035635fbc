"""`mcp-static status`: proposes the lifecycle of a version to a registry as a pull request."""

import click

from mcp_static.cli.author_options import ProposalOptions, proposal_options, settings_of
from mcp_static.cli.proposal import open_proposer, propose
from mcp_static.forges.logins import git_access_for
from mcp_static.model.errors import InputError, UsageError
from mcp_static.model.layout import named_version_problem, record_path
from mcp_static.model.lifecycle import MAX_STATUS_MESSAGE, Status
from mcp_static.model.names import ServerName, name_problem, parse_name
from mcp_static.model.status import StatusRecord
from mcp_static.model.visible_text import is_visible_line
from mcp_static.proofs.claims import StatusChange
from mcp_static.proofs.keys import PrivateKey, read_private_key
from mcp_static.proofs.signatures import sign_status, status_claims
from mcp_static.publishing.authoring import Read, push_branch
from mcp_static.publishing.proposing import branch_for, status_bytes, status_file
from mcp_static.publishing.registry_client import read_facts, registry_address, versions_of
from mcp_static.rules.run import read_record
from mcp_static.rules.sidecars import parse_lifecycle, read_status


@click.command("status")
@click.argument("target", metavar="NAME[@VERSION]")
@click.argument("status", type=click.Choice([status.value for status in Status]))
@click.option("-m", "--message", help="Why, for those who use the server.")
@proposal_options
def command(target: str, status: str, message: str | None, how: ProposalOptions) -> None:
    """Propose that a version, or every version of a server, is active, deprecated or deleted."""
    name, version = _target(target)
    if message is not None and len(message) > MAX_STATUS_MESSAGE:
        raise UsageError(f"A message has at most {MAX_STATUS_MESSAGE} characters.", "Shorten it.")
    if message is not None and not is_visible_line(message):
        raise UsageError("The message has characters that cannot be shown.", "Write plain text.")
    private = read_private_key(how.key_file) if how.key_file is not None else None
    network = settings_of(how.settings_file).network
    facts = read_facts(registry_address(how.registry), network)
    versions = [version] if version else versions_of(facts.address, name, network)
    if not versions:
        raise InputError(f"{facts.address} has no version of {name}.", "Check the name.")
    wanted = StatusRecord(status=Status(status), statusMessage=message)
    work = _Statuses(name, versions, wanted, private, facts.url)
    title = f"Set {name}{f' {version}' if version else ''} to {status}"
    branch = branch_for(name, version or "*", "status")
    if how.remote is not None:
        if push_branch(how.remote, branch, work.files, title, git_access_for(how.remote, network)):
            click.echo(f"The branch {branch} is at {how.remote}. Open a pull request from it.")
        else:
            click.echo(f"{name} has that status already; nothing was pushed.")
        return
    with open_proposer(facts, network, must_log_in=not how.dry_run) as proposer:
        files = work.files(proposer.author.published)
        if not files:
            click.echo(f"{name} has that status already; there is nothing to do.")
            return
        propose(proposer, work.claims, branch, files, title, how)


def _target(target: str) -> tuple[ServerName, str | None]:
    text, at, version = target.partition("@")
    problem = name_problem(text) or (named_version_problem(version) if at else None)
    if problem:
        raise UsageError(f"{target!r} {problem}.", "Write namespace/server or namespace/server@1.0.0.")
    return parse_name(text), version if at else None


class _Statuses:
    """The status files for some versions, made against what the registry has now."""

    def __init__(
        self,
        name: ServerName,
        versions: list[str],
        wanted: StatusRecord,
        private: PrivateKey | None,
        registry: str,
    ) -> None:
        self._name = name
        self._versions = versions
        self._wanted = wanted
        self._private = private
        self._registry = registry
        self.claims: list[StatusChange] = []

    def files(self, read: Read) -> dict[str, bytes]:
        """The files that differ from what is there, by path; `read` gives what is there."""
        files = {}
        for version in self._versions:
            server = read(record_path(self._name, version))
            if server is None:
                raise InputError(f"{self._name} {version} is not published there.", "Check both.")
            path = record_path(self._name, version, "status.json")
            before = read(path)
            if before is not None and parse_lifecycle(before) == self._wanted:
                continue
            if before is None and self._wanted == StatusRecord(status=Status.ACTIVE):
                continue
            content = self._content(version, before)
            files[path] = content
            file = read_status(content)
            assert not isinstance(file, str)
            document = read_record(server).document
            self.claims.append(StatusChange(self._name, version, content, file, document))
        return files

    def _content(self, version: str, before: bytes | None) -> bytes:
        wanted = self._wanted
        file = status_file(self._name, version, wanted.status, wanted.status_message, before)
        if self._private is not None:
            claims = status_claims(self._name, version, file, self._registry)
            file = file.model_copy(update={"proof": sign_status(claims, self._private)})
        return status_bytes(file)
