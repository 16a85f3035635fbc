"""Reading a comment: what it asks for, as far as that can be told without a right to write.

Nothing in a comment is believed: what it names is checked against the same proofs as everything else,
for whoever wrote it. What comes of it is handed to the job that carries it out.
"""

from base64 import b64encode
from dataclasses import replace
from functools import cached_property
from typing import Literal

from mcp_static.forges.event import Event
from mcp_static.forges.registry_forge import IssueComment, ProofClients, Pull, RegistryForge
from mcp_static.git.diffing import proposed_paths
from mcp_static.git.remotes import fetch_commits, require_commit
from mcp_static.git.repository import Repository, has_commit, read_settings
from mcp_static.model.errors import CommandRefusedError, ForbiddenError, InputError, ServiceError
from mcp_static.model.layout import parse_location, record_path
from mcp_static.model.names import Namespace, ServerName, parse_name
from mcp_static.model.server import PROJECT_PLACES
from mcp_static.model.status import StatusRecord
from mcp_static.proofs.claims import Claim, ProofContext, Publication, StatusChange
from mcp_static.proofs.context import proof_context
from mcp_static.proofs.memory import GitMemories
from mcp_static.proofs.namespace import is_account_of, prove_namespace
from mcp_static.publishing.asking import new_comment, refusal
from mcp_static.publishing.commands import (
    CheckCommand,
    Command,
    HeadCommand,
    HelpCommand,
    OperatorCommand,
    PublishCommand,
    StatusCommand,
    help_text,
    parse_commands,
)
from mcp_static.publishing.comment_handover import (
    MAX_ANSWER,
    Act,
    Answered,
    CommentHandover,
    Proposed,
    Recheck,
    Request,
    Word,
)
from mcp_static.publishing.proposing import status_bytes, status_file
from mcp_static.publishing.source_address import SourceAddress, parse_source_address
from mcp_static.reports.findings import Level
from mcp_static.reports.markdown import escaped, finding_line, report_markdown
from mcp_static.rules.run import findings_of, located, read_record
from mcp_static.rules.sidecars import parse_lifecycle
from mcp_static.rules.validation import validation_report


def read_comment(
    event: Event, clone: Repository, registry: RegistryForge, clients: ProofClients
) -> CommentHandover | str:
    """What the comment of an event asks for, to be handed over; or why there is nothing to do."""
    comment = new_comment(event, registry)
    if isinstance(comment, str):
        return comment
    commands = parse_commands(comment.body, registry.command_sign)
    if not commands:
        return "The comment asks for nothing."
    reader = _Reader(event, comment, clone, registry, clients)
    requests = tuple(reader.request(command) for command in commands)
    return CommentHandover(comment=comment.id, requests=requests)


class _Reader:
    """The requests of one comment."""

    def __init__(
        self,
        event: Event,
        comment: IssueComment,
        clone: Repository,
        registry: RegistryForge,
        clients: ProofClients,
    ) -> None:
        self._event = event
        self._comment = comment
        self._clone = clone
        self._registry = registry
        self._clients = clients
        self._sign = registry.command_sign

    def request(self, command: Command) -> Request:
        """What one command asks for; one that nothing comes of has its answer."""
        try:
            return self._read(command)
        except (InputError, ServiceError) as error:
            return _answered(refusal(error))

    def _read(self, command: Command) -> Request:
        match command:
            case PublishCommand():
                return self._publish(command)
            case StatusCommand():
                return self._status(command)
            case CheckCommand():
                return Recheck()
            case HeadCommand():
                return self._word(command)
            case OperatorCommand():
                return Act(act=command.act)
            case HelpCommand():
                message = f"{escaped(command.message)}\n\n" if command.message else ""
                return _answered(f"{message}{help_text(self._sign)}")

    # Words

    def _word(self, command: HeadCommand) -> Word:
        """A word; a confirmation only of whoever a proof can rest on, as a check runs for it."""
        if command.word == "confirm" and self._event.is_pull_request:
            self._require_account(self._registry.pull(self._comment.issue), command.head)
        return Word(word=command.word, head=command.head)

    def _require_account(self, pull: Pull, head: str) -> None:
        if pull.head != head or pull.state != "open":
            return  # no check runs for it anyway
        namespaces = self._namespaces_in(pull)
        if not any(is_account_of(namespace, self._context) for namespace in namespaces):
            raise CommandRefusedError(
                f"`{self._sign}confirm` is for the account that a name in this pull request belongs to."
            )

    def _namespaces_in(self, pull: Pull) -> set[Namespace]:
        """The namespaces of the records that a pull request proposes."""
        if not has_commit(self._clone, pull.head):
            reference, access = self._registry.pull_head(pull.number), self._registry.git_access
            fetch_commits(self._clone, self._event.clone_url, [reference], access)
        require_commit(self._clone, pull.head, f"pull request {pull.number}")
        paths = proposed_paths(self._clone, "HEAD", pull.head)
        locations = (parse_location(path.path) for path in paths)
        return {location.name.namespace for location in locations if location is not None}

    # Publishing

    def _publish(self, command: PublishCommand) -> Proposed:
        sites = [one.forge.site for one in self._context.forges]
        place = parse_source_address(command.source, sites)
        if place is None:
            raise CommandRefusedError(
                "That is neither a repository on a forge of this registry's nor a `server.json` in one."
            )
        place = replace(place, reference=command.reference or place.reference)
        try:
            content, where = _read_source(place, self._context)
        except ForbiddenError:
            raise CommandRefusedError(f"{escaped(place.path)} cannot be read from here.") from None
        record = read_record(content)
        report = validation_report((where, located(findings_of(record), content)))
        if report.exit_code:
            raise CommandRefusedError(report_markdown(report))
        name = parse_name(str(record.document["name"]))
        version = str(record.document["version"])
        claim = Publication(name, version, content, record.document)
        self._require_proof(claim)
        known = self._main_file(record_path(name, version))
        if known is not None:
            same = (
                "with these very bytes" if known == content else "with other bytes, and never changes"
            )
            raise CommandRefusedError(f"{escaped(f'{name} {version}')} is published already, {same}.")
        return _proposed("publish", name, version, content)

    # Status

    def _status(self, command: StatusCommand) -> Proposed:
        name, version = command.name, command.version
        server = self._main_file(record_path(name, version))
        if server is None:
            raise CommandRefusedError(f"{escaped(f'{name} {version}')} is not published here.")
        before = self._main_file(record_path(name, version, "status.json"))
        wanted = StatusRecord(status=command.status, statusMessage=command.message)
        if before is not None and parse_lifecycle(before) == wanted:
            raise CommandRefusedError(f"{escaped(f'{name} {version}')} has that status already.")
        file = status_file(name, version, command.status, command.message, before)
        content = status_bytes(file)
        claim = StatusChange(name, version, content, file, read_record(server).document)
        self._require_proof(claim)
        return _proposed("status", name, version, content)

    # What both need

    @cached_property
    def _context(self) -> ProofContext:
        """What proofs ask with, for the writer of the comment."""
        settings = read_settings(self._clone, "HEAD")
        context = proof_context(settings, self._clients, self._comment.author)
        return replace(context, memories=GitMemories(self._clone, "HEAD"))

    def _require_proof(self, claim: Claim) -> None:
        """Refuse what its writer cannot prove, before anything is proposed in their name."""
        outcomes = prove_namespace(claim, self._context)
        if not any(outcome.level in {Level.PASSED, Level.HELD} for outcome in outcomes):
            said = "\n".join(finding_line(outcome) for outcome in outcomes)
            raise CommandRefusedError(f"❌ Nothing proves that this is the owner's will:\n\n{said}")

    def _main_file(self, path: str) -> bytes | None:
        head = self._registry.head_of(self._registry.default_branch)
        return self._registry.file_at(path, head) if head is not None else None


def _answered(text: str) -> Answered:
    return Answered(text=text if len(text) <= MAX_ANSWER else f"{text[: MAX_ANSWER - 1]}…")


def _proposed(
    purpose: Literal["publish", "status"], name: ServerName, version: str, content: bytes
) -> Proposed:
    return Proposed(purpose=purpose, name=str(name), version=version, content=b64encode(content))


def _read_source(place: SourceAddress, context: ProofContext) -> tuple[bytes, str]:
    """The server.json at a place, and where it was found; raises CommandRefusedError."""
    forge = next(one.forge for one in context.forges if one.forge.site == place.site)
    repository = forge.repository(place.path)
    if repository is None:
        raise CommandRefusedError(f"{escaped(place.path)} is not there, is private, or has moved.")
    path = repository.full_name
    reference = place.reference
    commit = None
    if reference is None or reference == repository.default_branch:
        commit = forge.branch_head(path, repository.default_branch)
    else:
        commit = forge.tags(path, reference).get(reference)
    if commit is None:
        raise CommandRefusedError(
            f"{escaped(str(reference))} is neither a tag of {escaped(path)} nor its default branch."
        )
    prefix = f"{place.folder}/" if place.folder else ""
    files = [f"{prefix}{place}" for place in PROJECT_PLACES]
    for file in files:
        content = forge.file(path, file, commit)
        if content is not None:
            return content, f"{file} of {path}"
    raise CommandRefusedError(
        f"There is no {' or '.join(map(escaped, files))} in {escaped(path)} at {commit[:12]}."
    )
