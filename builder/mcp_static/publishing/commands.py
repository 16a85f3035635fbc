"""The commands of a comment: their grammar, read by a Markdown parser and a command-line parser.

A command is a line of a paragraph that begins with a sign and a known word; the sign is `/` unless the
forge has commands of its own that begin so. What is in a quote, a list, a block or span of code, or in
HTML is not addressed to the bot.
"""

import re
import shlex
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, get_args

import click

from mcp_static.model.layout import version_problem
from mcp_static.model.lifecycle import MAX_STATUS_MESSAGE, Status
from mcp_static.model.moderation import BLOCK_LISTS
from mcp_static.model.names import ServerName, name_problem, parse_name
from mcp_static.model.object_ids import is_object_id

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

HeadWord = Literal["merge", "confirm", "approve"]
OperatorAct = Literal["takedown", "restore", "block", "unblock", "freeze", "thaw"]

MAX_COMMANDS: Final = 5
_MAX_COMMENT: Final = 65_536
_BEGINS: Final = re.compile(r"[a-z]+(?:\s|$)")
_LONGEST: Final = 2_000


@dataclass(frozen=True, slots=True)
class PublishCommand:
    """`/publish SOURCE [REF]`: take a server.json from a repository, at its head or a tag."""

    source: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class CheckCommand:
    """`/check`: check this pull request again."""


@dataclass(frozen=True, slots=True)
class StatusCommand:
    """`/status NAME@VERSION STATUS [MESSAGE]`: set the status of a version."""

    name: ServerName
    version: str
    status: Status
    message: str | None


@dataclass(frozen=True, slots=True)
class HeadCommand:
    """`/merge HEAD`, `/confirm HEAD` or `/approve HEAD`: a word about one head, by its full id."""

    word: HeadWord
    head: str


@dataclass(frozen=True, slots=True)
class OperatorCommand:
    """An act of the operator, such as `/takedown NAME REASON`; `kind` says what a block is about."""

    act: OperatorAct
    subject: str
    reason: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class HelpCommand:
    """`/help`, or a command that cannot be read; `wrong` tells why."""

    message: str = ""


Command = PublishCommand | CheckCommand | StatusCommand | HeadCommand | OperatorCommand | HelpCommand

_HELP: Final = (
    (
        "publish <repository or address of server.json> [tag]",
        "proposes the server.json found there",
        "anyone",
    ),
    ("status <name>@<version> active|deprecated|deleted [message]", "proposes that", "the owner"),
    ("check", "checks this pull request again", "its author, and maintainers"),
    ("confirm <head>", "says that this head is what you want published", "the owner"),
    ("merge <head>", "publishes this head, once its check is green", "maintainers"),
    ("approve <head>", "ends a hold, or lets other changes than publishes in", "maintainers"),
    ("takedown <name>[/<server>[@<version>]] <reason>", "hides it", "operators"),
    ("restore <name>[/<server>[@<version>]] <reason>", "withdraws a takedown", "operators"),
    (
        "block account|repository|namespace|key|host <value> <reason>",
        "takes nothing new from it; `unblock` undoes that",
        "operators",
    ),
    ("freeze <reason>", "closes publishing; `thaw <reason>` opens it", "operators"),
    ("help", "shows this", "anyone"),
)


def help_text(sign: str) -> str:
    """The commands as a table, for a forge where they begin with `sign`."""
    rows = [
        "| `{}{}` | {} | {} |".format(sign, comment.replace("|", "\\|"), does, who)
        for comment, does, who in _HELP
    ]
    return "\n".join(["| comment | what it does | who may |", "| --- | --- | --- |", *rows])


def parse_commands(comment: str, sign: str = "/") -> list[Command]:
    """The commands of a comment, in order, at most `MAX_COMMANDS`; none for a comment without any."""
    lines = [
        line.strip()
        for token in _top_level(_markdown().parse(comment[:_MAX_COMMENT]))
        for line in _plain_lines(token)
    ]
    found = [line for line in lines if line.startswith(sign) and _BEGINS.match(line[len(sign) :])]
    return [_Reading(sign).command(line[len(sign) :]) for line in found[:MAX_COMMANDS]]


def may_ask(comment: str, sign: str) -> bool:
    """Whether a comment has a line that begins like a command; nothing of it is parsed for that."""
    lines = map(str.strip, comment.splitlines())
    return any(line.startswith(sign) and _BEGINS.match(line[len(sign) :]) for line in lines)


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # slow to load, and most checks read no comment

    return MarkdownIt("commonmark")


def _top_level(tokens: "list[Token]") -> "list[Token]":
    """The inline content of paragraphs that are not inside anything else."""
    return [
        inline
        for opening, inline in pairwise(tokens)
        if opening.type == "paragraph_open" and opening.level == 0 and inline.type == "inline"
    ]


def _plain_lines(inline: "Token") -> list[str]:
    """The lines of a paragraph as they were written, unless code or HTML goes over a line's end.

    A line that begins with the sign then begins outside of both.
    """
    written = inline.content.split("\n")
    breaks = sum(child.type in {"softbreak", "hardbreak"} for child in inline.children or ())
    return written if breaks == len(written) - 1 else []


@dataclass(frozen=True, slots=True)
class _Reading:
    """The reading of commands that begin with a sign, which its messages repeat."""

    sign: str

    def command(self, line: str) -> Command:
        """The command of a line, which comes without its sign."""
        if len(line) > _LONGEST:
            return HelpCommand("The command is too long.")
        try:
            word, *rest = shlex.split(line)
        except ValueError:
            return HelpCommand("A quotation mark in the command is never closed.")
        reader = _READERS.get(word)
        if reader is None:
            return HelpCommand(f"There is no command {self.sign}{word[:40]}.")
        try:
            with reader.make_context(word, rest, resilient_parsing=False) as context:
                values = context.params
        except (click.ClickException, click.exceptions.Exit) as error:
            message = error.format_message() if isinstance(error, click.ClickException) else ""
            return HelpCommand(f"{self.sign}{word}: {message}")
        return self._read(word, values)

    def _read(self, word: str, values: dict[str, str | None]) -> Command:
        if word == "publish":
            return PublishCommand(str(values["source"]), values["reference"])
        if word == "check":
            return CheckCommand()
        if word == "help":
            return HelpCommand()
        for known in get_args(HeadWord):
            if word == known:
                return self._head_command(known, str(values["head"]))
        for act in get_args(OperatorAct):
            if word == act:
                return self._operator_command(act, values)
        return self._status_command(values)

    def _status_command(self, values: dict[str, str | None]) -> Command:
        text, _, version = str(values["target"]).partition("@")
        problem = name_problem(text) or (version_problem(version) if version else "has no @version")
        if problem:
            return HelpCommand(f"{self.sign}status: {values['target']!r} {problem}.")
        message = " ".join(values["message"] or ()) or None
        if message and len(message) > MAX_STATUS_MESSAGE:
            return HelpCommand(
                f"{self.sign}status: a message has at most {MAX_STATUS_MESSAGE} characters."
            )
        return StatusCommand(parse_name(text), version, Status(str(values["status"])), message)

    def _head_command(self, word: HeadWord, head: str) -> Command:
        if not is_object_id(head):
            return HelpCommand(
                f"{self.sign}{word}: give the full id of the head, as the report prints it."
            )
        return HeadCommand(word, head)

    def _operator_command(self, act: OperatorAct, values: dict[str, str | None]) -> Command:
        reason = " ".join(values["reason"] or ())
        if not reason:
            return HelpCommand(f"{self.sign}{act}: a reason is missing; it is shown publicly.")
        subject = str(values.get("subject") or "")
        return OperatorCommand(act, subject, reason, str(values.get("kind") or ""))


def _reader(word: str, *parameters: click.Parameter) -> click.Command:
    return click.Command(word, params=list(parameters), add_help_option=False)


_REASON: Final = click.Argument(["reason"], nargs=-1)
_KIND: Final = click.Argument(["kind"], type=click.Choice([*BLOCK_LISTS]))
_READERS: Final = {
    "publish": _reader(
        "publish", click.Argument(["source"]), click.Argument(["reference"], required=False)
    ),
    "check": _reader("check"),
    **{word: _reader(word, click.Argument(["head"])) for word in get_args(HeadWord)},
    "help": _reader("help"),
    "takedown": _reader("takedown", click.Argument(["subject"]), _REASON),
    "restore": _reader("restore", click.Argument(["subject"]), _REASON),
    "block": _reader("block", _KIND, click.Argument(["subject"]), _REASON),
    "unblock": _reader("unblock", _KIND, click.Argument(["subject"]), _REASON),
    "freeze": _reader("freeze", _REASON),
    "thaw": _reader("thaw", _REASON),
    "status": _reader(
        "status",
        click.Argument(["target"]),
        click.Argument(["status"], type=click.Choice([status.value for status in Status])),
        click.Argument(["message"], nargs=-1),
    ),
}
