"""Other people's text, made fit to be shown on a terminal and in the log of a workflow."""

import re
from typing import Final

_SEQUENCE: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # control sequences, such as colors
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # such as titles
    r"|\x1b[ -/]*[0-~]?"  # all other escape sequences
)
"""What acts on a terminal (ECMA-48, 5.4 to 5.6; XTerm's BEL at the end of a string)."""
_CREDENTIALS: Final = re.compile(r"//[^/\s]*@")
_LONGEST_QUOTED: Final = 60
_COMMAND: Final = re.compile(r"^(\s*):(?=:)|#(?=#\[)", re.MULTILINE)


def printable(text: str, keep: str = "") -> str:
    """Text that cannot move a cursor, ring a bell or hide anything.

    What is not printable becomes a backslash escape, except for the characters in `keep`.
    """
    return "".join(
        character
        if character.isprintable() or character in keep
        else character.encode("unicode_escape").decode()
        for character in text
    )


def quoted(value: object) -> str:
    """What a message shows of a value: in quotes, in ASCII, and cut where it is long."""
    text = str(value)
    return ascii(text if len(text) <= _LONGEST_QUOTED else f"{text[: _LONGEST_QUOTED - 3]}...")


def shown_address(url: str) -> str:
    """An address as messages show it: without its query, which may be signed, or a password."""
    return without_credentials(url.partition("?")[0])[:200]


def without_credentials(text: str) -> str:
    """A text whose addresses name no user and no password; of several `@`, the last ends them."""
    return _CREDENTIALS.sub("//", text)


def without_sequences(text: str) -> str:
    """Text without the escape sequences of terminals, which are no part of what it says."""
    return _SEQUENCE.sub("", text)


def printable_json(text: str) -> str:
    """The same JSON document, in which nothing can act on a terminal or in the log of a workflow."""
    escaped = "".join(
        character if character.isprintable() or character == "\n" else _json_escape(character)
        for character in text
    )
    return escaped.replace("##[", r"\u0023#[")


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))


def without_commands(text: str) -> str:
    """Text in whose lines the runner of a GitHub workflow finds no command.

    It takes `::command` at the start of a line, white space aside, and `##[command]` anywhere in one
    (`ActionCommand` in the sources of actions/runner). Their first sign becomes a backslash escape.
    """
    return _COMMAND.sub(lambda match: r"\x23" if match[1] is None else rf"{match[1]}\x3a", text)
