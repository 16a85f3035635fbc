"""The bot: what a comment asks for, done as far as its writer may ask for it.

What strangers wrote was read by another job, which hands over plain values. Who wrote the comment, and
with which rights, is asked of the API here; the acts of operators are read from the comment itself.
Running it twice does nothing twice.
"""

from itertools import zip_longest
from typing import Final

from mcp_static.forges.event import Event
from mcp_static.forges.registry_forge import IssueComment, RegistryForge
from mcp_static.git.repository import Repository
from mcp_static.model.errors import CommandRefusedError, InputError, ServiceError
from mcp_static.model.layout import record_path
from mcp_static.publishing.asking import new_comment, refusal
from mcp_static.publishing.commands import Command, OperatorCommand, may_ask, parse_commands
from mcp_static.publishing.comment_handover import (
    Act,
    Answered,
    CommentHandover,
    Proposed,
    Recheck,
    Request,
    Word,
)
from mcp_static.publishing.operating import carry_out
from mcp_static.publishing.proposing import branch_for, commit_message, shown_version
from mcp_static.publishing.requester import TRAILER
from mcp_static.reports.markdown import escaped
from mcp_static.reports.printing import counted_of

_ANSWER: Final = "answer"
_UNREAD: Final = Answered(text="❔ This could not be read. Please ask again, in a new comment.")


def answer_comment(
    event: Event, clone: Repository, forge: RegistryForge, handover: CommentHandover | None
) -> str:
    """Carry out what the comment of an event asks for, and answer; gives a line for the log.

    `handover` is what the job that reads comments made of it, None if that ended without a result:
    then the acts of operators are carried out all the same. Raises InputError for a handover about
    another comment.
    """
    comment = new_comment(event, forge)
    if isinstance(comment, str):
        return comment
    if handover is not None and handover.comment != comment.id:
        raise InputError("The handover is about another comment than the event.", "Nothing was done.")
    # Nothing that strangers wrote is parsed here: what may decide something is the operators' own.
    sign = forge.command_sign
    commands = parse_commands(comment.body, sign) if forge.may_write(comment.author) else []
    requests = handover.requests if handover is not None else _requests(comment, commands, sign)
    if not requests:
        return "The comment asks for nothing."
    bot = _Bot(event, comment, clone, forge)
    answers = [
        bot.answer(request, command)
        for request, command in zip_longest(requests, commands[: len(requests)])
    ]
    reply_to = None if event.is_pull_request else comment.id
    forge.comments.post(comment.issue, _ANSWER, "\n\n".join(answers), reply_to)
    return f"{counted_of(len(requests), 'command')} answered."


def _requests(comment: IssueComment, commands: list[Command], sign: str) -> tuple[Request, ...]:
    """The requests of a comment that nobody has read, as far as an operator's commands tell."""
    if not commands:
        return (_UNREAD,) if may_ask(comment.body, sign) else ()
    return tuple(
        Act(act=command.act) if isinstance(command, OperatorCommand) else _UNREAD
        for command in commands
    )


class _Bot:
    """The answers to one comment."""

    def __init__(
        self,
        event: Event,
        comment: IssueComment,
        clone: Repository,
        forge: RegistryForge,
    ) -> None:
        self._event = event
        self._comment = comment
        self._clone = clone
        self._forge = forge
        self._sign = forge.command_sign

    def answer(self, request: Request, command: Command | None) -> str:
        """Carry out one request; what came of it, in Markdown.

        `command` is the same as the comment has it, if its writer may write to the registry.
        """
        try:
            match request:
                case Answered():
                    return request.text.replace("<!--", "&lt;!--")  # no mark of a comment's parts
                case Proposed():
                    return self._propose(request)
                case Recheck():
                    return self._check()
                case Word():
                    return self._word(request)
                case Act():
                    return self._act(request, command)
        except (InputError, ServiceError) as error:
            return refusal(error)

    def _act(self, request: Act, command: Command | None) -> str:
        if command is None:
            raise CommandRefusedError(f"`{self._sign}{request.act}` is for operators of the registry.")
        if not isinstance(command, OperatorCommand) or command.act != request.act:
            return _UNREAD.text
        return carry_out(command, self._comment, self._event, self._clone, self._forge)

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

    def _word(self, word: Word) -> str:
        """Start the check again for a word about a head; the merge reads the word itself."""
        if not self._event.is_pull_request:
            raise CommandRefusedError(f"`{self._sign}{word.word}` is for pull requests.")
        assert self._event.number is not None
        pull = self._forge.pull(self._event.number)
        if pull.head != word.head:
            raise CommandRefusedError(f"The head of this pull request is {pull.head}, not that one.")
        if word.word != "confirm" and not self._forge.may_write(self._comment.author):
            raise CommandRefusedError(f"`{self._sign}{word.word}` is for maintainers of the registry.")
        if pull.state != "open":
            raise CommandRefusedError("This pull request is closed.")
        self._forge.start_check(pull)
        return f"Noted; the check of {pull.head[:12]} runs again, and its report is edited in here."

    def _propose(self, record: Proposed) -> str:
        """A pull request with a record, from a branch of the bot's own; the one there is, if any."""
        name, version = record.server_name, record.version
        is_publish = record.purpose == "publish"
        path = record_path(name, version, "server.json" if is_publish else "status.json")
        branch = branch_for(name, version, record.purpose)
        pull = self._forge.own_pull_from(branch)
        if pull is None or self._forge.file_at(path, pull.head) != record.content:
            main = self._forge.head_of(self._forge.default_branch)
            if main is None:
                raise InputError("The registry has no commits yet.", "Commit registry.toml first.")
            title = f"{record.purpose.capitalize()} {name} {shown_version(version)}"
            message = commit_message(title, {TRAILER: self._comment.id})
            commit = self._forge.create_commit(main, {path: record.content}, message)
            self._forge.set_branch(branch, commit)
            body = f"Asked for by @{self._comment.author.login} in #{self._event.number}."
            pull = self._forge.open_own_pull(branch, title, body)
            pull = self._forge.pull(pull.number)
        self._forge.start_check(pull)
        what = f"{name} {version}" if is_publish else f"The status of {name} {version}"
        return f"✅ {escaped(what)} is proposed in {pull.reference}; the check runs there."
