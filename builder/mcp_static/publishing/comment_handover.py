"""What the reading of a comment hands to the job that may write: a bounded JSON of plain values.

Reading a comment means parsing what strangers wrote: the comment, a `server.json` somewhere, answers
of forges and of DNS servers. The job that does so has neither a secret nor a right to write. Whoever
takes it over can at worst have a record proposed in the name of whoever wrote the comment, which then
has a check of its own, have a check started, and put words into the bot's answer.
"""

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Base64Bytes, Field, StringConstraints

from mcp_static.model.layout import version_problem
from mcp_static.model.names import ServerName, name_problem, parse_name
from mcp_static.model.object_ids import ObjectId
from mcp_static.publishing.commands import MAX_COMMANDS, HeadWord, OperatorAct
from mcp_static.publishing.handover import HandedPart, read_handed
from mcp_static.rules.file import MAX_FILE_BYTES

MAX_ANSWER: Final = 12_000
"""Characters of the answer to one command."""


def _name(text: str) -> str:
    if problem := name_problem(text):
        raise ValueError(problem)
    return text


def _version(text: str) -> str:
    if problem := version_problem(text):
        raise ValueError(problem)
    return text


class Answered(HandedPart):
    """A command that has its answer already, in Markdown: why nothing is done, or help."""

    kind: Literal["answer"] = "answer"
    text: Annotated[str, StringConstraints(max_length=MAX_ANSWER)]


class Proposed(HandedPart):
    """A record that is to be proposed: a `server.json` or a `status.json`, by its bytes.

    Where it belongs follows from its name and version.
    """

    kind: Literal["proposal"] = "proposal"
    purpose: Literal["publish", "status"]
    name: Annotated[str, StringConstraints(max_length=1_000), AfterValidator(_name)]
    version: Annotated[str, StringConstraints(max_length=1_000), AfterValidator(_version)]
    content: Annotated[Base64Bytes, Field(max_length=MAX_FILE_BYTES)]

    @property
    def server_name(self) -> ServerName:
        """The name, parsed."""
        return parse_name(self.name)


class Recheck(HandedPart):
    """The command `check`."""

    kind: Literal["check"] = "check"


class Word(HandedPart):
    """A word about a head, for which the check runs again."""

    kind: Literal["word"] = "word"
    word: HeadWord
    head: ObjectId


class Act(HandedPart):
    """An act of the operator, whose words the job that may write reads itself."""

    kind: Literal["act"] = "act"
    act: OperatorAct


Request = Annotated[Answered | Proposed | Recheck | Word | Act, Field(discriminator="kind")]


class CommentHandover(HandedPart):
    """What one comment asks for, a request for each of its commands."""

    format: Literal[1] = 1
    comment: Annotated[str, StringConstraints(max_length=100)]
    requests: tuple[Request, ...] = Field(max_length=MAX_COMMANDS)

    def written(self) -> bytes:
        """The handover as JSON."""
        return self.model_dump_json(by_alias=True).encode()


def read_comment_handover(path: Path) -> CommentHandover:
    """Read a handover; raises InputError for a file that is not one, or is larger than one can be."""
    fix = "`mcp-static read-comment --event … --handover FILE` writes it."
    return read_handed(path, CommentHandover, fix)
