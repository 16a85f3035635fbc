"""What only the author knows: the questions that a project may leave open, and the answers."""

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the author said; None means not asked yet, empty means no."""

    name: str | None = None
    description: str | None = None
    version: str | None = None
    command: str | None = None
    image: str | None = None
    remote: str | None = None
    variables: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something that a project may not say: the answer's field, and the document's that it fills.

    `default` is what an empty answer means, and `choices` are the only answers if there are any.
    """

    field: Literal["name", "description", "version", "command", "image", "remote", "variables"]
    fills: str
    option: str
    asks: str
    is_necessary: bool = True
    default: str | None = None
    choices: tuple[str, ...] = ()


QUESTIONS: Final = (
    Question(
        field="name",
        fills="name",
        option="--name",
        asks="Name of the server, such as io.github.alice/weather",
    ),
    Question(
        field="description",
        fills="description",
        option="--description",
        asks="What it does, in at most 100 characters",
    ),
    Question(
        field="version",
        fills="version",
        option="--server-version",
        asks="Version of this release, such as 1.0.0",
    ),
    Question(
        field="command",
        fills="packages",
        option="--command",
        asks="Program that starts the server",
    ),
    Question(
        field="image",
        fills="packages",
        option="--image",
        asks="Image made from the Dockerfile, such as ghcr.io/alice/weather (empty for none)",
        is_necessary=False,
    ),
    Question(
        field="variables",
        fills="packages",
        option="--env",
        asks="Environment variables that its users set, with spaces between them (- for none)",
        is_necessary=False,
    ),
    Question(
        field="remote",
        fills="remotes",
        option="--remote",
        asks="Address where it is hosted, beginning with https:// (empty for none)",
        is_necessary=False,
    ),
)
"""What may have to be asked, in that order."""
NONE: Final = "-"
"""The answer that means none where an empty one means what was found."""
