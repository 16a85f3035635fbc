"""The bot: what a comment asks for, done as far as its writer may ask for it.

Nothing in a comment is believed: whoever wrote it is asked of the API, and what it names is checked
against the same proofs as everything else. Running it twice does nothing twice.
"""

from dataclasses import replace
from functools import cached_property
from typing import Final

from mcp_static.forges.event import Event
from mcp_static.forges.registry_forge import IssueComment, ProofClients, Pull, RegistryForge
from mcp_static.git.repository import Repository, read_settings
from mcp_static.model.errors import CommandRefusedError, ForbiddenError, InputError, UnansweredError
from mcp_static.model.layout import record_path
from mcp_static.model.names import ServerName, parse_name
from mcp_static.model.status import StatusRecord
from mcp_static.proofs.claims import Claim, ProofContext, Publication, StatusChange
from mcp_static.proofs.context import proof_context
from mcp_static.proofs.memory import GitMemories
from mcp_static.proofs.namespace import prove_namespace
from mcp_static.publishing.commands import (
    CheckCommand,
    Command,
    HeadCommand,
    OperatorCommand,
    PublishCommand,
    StatusCommand,
    help_text,
    parse_commands,
)
from mcp_static.publishing.operating import carry_out
from mcp_static.publishing.proposing import (
    branch_for,
    commit_message,
    publish_files,
    status_bytes,
    status_file,
)
from mcp_static.publishing.requester import TRAILER
from mcp_static.publishing.source_address import SourceAddress, parse_source_address
from mcp_static.reports.findings import Level
from mcp_static.reports.markdown import escaped, finding_line, report_markdown
from mcp_static.rules.run import findings_of, read_record
from mcp_static.rules.sidecars import parse_lifecycle
from mcp_static.rules.validation import validation_report

_ANSWER: Final = "answer"


def answer_comment(
    event: Event, repository: Repository, forge: RegistryForge, clients: ProofClients
) -> str:
    """Carry out the commands of the comment of an event, and answer; gives a line for the log."""
    if event.comment is None or event.number is None or event.action != "created":
        return "This is not a new comment; nothing to do."
    comment = forge.comment(event.comment)
    if comment is None or comment.issue != event.number:
        return "The comment is gone; nothing to do."
    if comment.author.id == forge.me().id:
        return "The comment is the bot's own; nothing to do."
    commands = parse_commands(comment.body, forge.command_sign)
    if not commands:
        return "The comment asks for nothing."
    bot = _Bot(event, comment, repository, forge, clients)
    answers = [bot.answer(command) for command in commands]
    reply_to = None if event.is_pull_request else comment.id
    forge.comments.post(event.number, _ANSWER, "\n\n".join(answers), reply_to)
    return f"{len(commands)} commands answered."


class _Bot:
    """The answers to one comment."""

    def __init__(
        self,
        event: Event,
        comment: IssueComment,
        repository: Repository,
        forge: RegistryForge,
        clients: ProofClients,
    ) -> None:
        self._event = event
        self._comment = comment
        self._repository = repository
        self._forge = forge
        self._clients = clients
        self._sign = forge.command_sign

    def answer(self, command: Command) -> str:
        """Carry out one command; what came of it, in Markdown."""
        try:
            if isinstance(command, PublishCommand):
                return self._publish(command)
            if isinstance(command, StatusCommand):
                return self._status(command)
            if isinstance(command, CheckCommand):
                return self._check()
            if isinstance(command, HeadCommand):
                return self._head(command)
            if isinstance(command, OperatorCommand):
                return carry_out(command, self._comment, self._event, self._repository, self._forge)
        except CommandRefusedError as error:
            return str(error)
        except UnansweredError as error:
            return f"❔ {escaped(str(error))}. Please ask again in a while."
        message = f"{escaped(command.message)}\n\n" if command.message else ""
        return f"{message}{help_text(self._sign)}"

    def _check(self) -> str:
        if not self._event.is_pull_request:
            raise CommandRefusedError(f"`{self._sign}check` is for pull requests.")
        assert self._event.number is not None
        pull = self._forge.pull(self._event.number)
        author = self._comment.author
        if author.id != pull.author.id and not self._forge.may_write(author):
            raise CommandRefusedError(
                f"`{self._sign}check` is for the author of a pull request, and for maintainers."
            )
        if pull.state != "open":
            raise CommandRefusedError("This pull request is closed.")
        self._forge.start_check(pull)
        return f"The check of {pull.head[:12]} runs again; its report is edited in here."

    def _head(self, command: HeadCommand) -> str:
        """Start the check again for a word about a head; the merge reads the word itself."""
        if not self._event.is_pull_request:
            raise CommandRefusedError(f"`{self._sign}{command.word}` is for pull requests.")
        assert self._event.number is not None
        pull = self._forge.pull(self._event.number)
        if pull.head != command.head:
            raise CommandRefusedError(f"The head of this pull request is {pull.head}, not that one.")
        if command.word != "confirm" and not self._forge.may_write(self._comment.author):
            raise CommandRefusedError(
                f"`{self._sign}{command.word}` is for maintainers of the registry."
            )
        if pull.state != "open":
            raise CommandRefusedError("This pull request is closed.")
        self._forge.start_check(pull)
        return f"Noted; the check of {pull.head[:12]} runs again, and its report is edited in here."

    # Publishing

    def _publish(self, command: PublishCommand) -> str:
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
        report = validation_report((where, findings_of(record)))
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
        pull = self._propose(name, version, "publish", publish_files(name, version, content))
        return (
            f"✅ {escaped(f'{name} {version}')} is proposed in {pull.reference}; the check runs there."
        )

    # Status

    def _status(self, command: StatusCommand) -> str:
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
        pull = self._propose(
            name, version, "status", {record_path(name, version, "status.json"): content}
        )
        return f"✅ That status is proposed in {pull.reference}; the check runs there."

    # What both need

    @cached_property
    def _context(self) -> ProofContext:
        """What proofs ask with, for the writer of the comment."""
        settings = read_settings(self._repository, "HEAD")
        context = proof_context(settings, self._clients, self._comment.author)
        return replace(context, memories=GitMemories(self._repository, "HEAD"))

    def _require_proof(self, claim: Claim) -> None:
        """Refuse what its writer cannot prove, before anything is proposed in their name."""
        outcomes = prove_namespace(claim, self._context)
        if not any(outcome.level in {Level.PASSED, Level.HELD} for outcome in outcomes):
            said = "\n".join(finding_line(outcome) for outcome in outcomes)
            raise CommandRefusedError(f"❌ Nothing proves that this is the owner's will:\n\n{said}")

    def _main_file(self, path: str) -> bytes | None:
        head = self._forge.head_of(self._forge.default_branch)
        return self._forge.file_at(path, head) if head is not None else None

    def _propose(self, name: ServerName, version: str, purpose: str, files: dict[str, bytes]) -> Pull:
        """A pull request with these files, from a branch of the bot's own; the one there is, if any."""
        branch = branch_for(name, version, purpose)
        pull = self._forge.own_pull_from(branch)
        if pull is None or any(
            self._forge.file_at(path, pull.head) != content for path, content in files.items()
        ):
            main = self._forge.head_of(self._forge.default_branch)
            if main is None:
                raise InputError("The registry has no commits yet.", "Commit registry.toml first.")
            title = f"{purpose.capitalize()} {name} {version}"
            message = commit_message(title, {TRAILER: self._comment.id})
            self._forge.set_branch(branch, self._forge.create_commit(main, files, message))
            body = f"Asked for by @{self._comment.author.login} in #{self._event.number}."
            pull = self._forge.open_own_pull(branch, title, body)
            pull = self._forge.pull(pull.number)
        self._forge.start_check(pull)
        return pull


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
    for file in (f"{prefix}server.json", f"{prefix}.mcp/server.json"):
        content = forge.file(path, file, commit)
        if content is not None:
            return content, f"{file} of {path}"
    raise CommandRefusedError(
        f"There is no {escaped(prefix)}server.json or {escaped(prefix)}.mcp/server.json in "
        f"{escaped(path)} at {commit[:12]}."
    )
