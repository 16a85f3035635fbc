"""Other people's text, made fit to be shown on a terminal and in the log of a workflow."""

import re
from typing import Final

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


def shown_address(url: str) -> str:
    """An address as messages show it: without its query, which may be signed, or a password."""
    return re.sub(r"//[^/]*@", "//", url.partition("?")[0])[:200]


def without_commands(text: str) -> str:
    """Text in whose lines the runner of a GitHub workflow finds no command.

    It takes `::command` at the start of a line, white space aside, and `##[command]` anywhere in one
    (`ActionCommand` in the sources of actions/runner). Their first sign becomes a backslash escape.
    """
    return _COMMAND.sub(lambda match: r"\x23" if match[1] is None else rf"{match[1]}\x3a", text)
