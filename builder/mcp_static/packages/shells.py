"""Command lines as text, for a POSIX shell and for the shells of Windows.

On Windows, one text goes through three readers: PowerShell (`about_Parsing` and `about_Quoting_Rules`
in MicrosoftDocs/PowerShell-Docs) or cmd.exe, and the program, which splits its command line as
`CommandLineToArgvW` does. They agree on words in double quotes without a `"`, a `$`, a backtick or a
`%NAME%` in them. For a word that only one of them would read rightly, there is no line.
"""

import re
import shlex
from collections.abc import Iterable
from typing import Final

_PLAIN: Final = re.compile(r"(?:--?)?[A-Za-z0-9_/\\][A-Za-z0-9_/\\+-]*(?:[.:=@][A-Za-z0-9_/\\+-]+)*")
"""A word that needs no quotes in any shell of Windows."""
_SPLIT_BY_POWERSHELL: Final = re.compile(r"-[^=]*[.:]")
"""PowerShell takes `-name:value` and `-name.value` for a parameter, and passes two words on."""
_AMBIGUOUS: Final = re.compile(r"[\"\u201c-\u201f$`\x00-\x1f\x7f]|%[^%]+%|\\$")
"""What the readers on Windows take differently inside double quotes; some take curly ones for them."""
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REREAD_BY_CMD: Final = re.compile(r"[&|<>()^%!\"\x00-\x1f]")
"""What cmd.exe does not leave as it is in the words that follow `/c`."""
_BATCH_FILES: Final = frozenset({"npx", "dnx"})
"""Runners that are batch files on Windows (`npx.cmd` of npm, `dnx.cmd` of dotnet/sdk, 2026)."""


def posix_line(words: Iterable[str], environment: Iterable[tuple[str, str]] = ()) -> str:
    """Words as a line for sh, with variables before them that are set for this command alone."""
    given = (f"{name}={shlex.quote(value)}" for name, value in environment)
    return " ".join([*given, shlex.join(words)])


def windows_line(words: Iterable[str], environment: Iterable[tuple[str, str]] = ()) -> str:
    """Words as a line for PowerShell and, without variables, for cmd.exe; empty if there is none.

    Variables are set for the rest of the session.
    """
    given = list(environment)
    values = [*words, *(value for _, value in given)]
    if not all(value and not _AMBIGUOUS.search(value) for value in values):
        return ""
    if not all(_VARIABLE.fullmatch(name) for name, _ in given):
        return ""
    settings = "".join(f'$env:{name}="{value}"; ' for name, value in given)
    return settings + " ".join(map(_quoted, values[: len(values) - len(given)]))


def _quoted(word: str) -> str:
    is_plain = _PLAIN.fullmatch(word) and not _SPLIT_BY_POWERSHELL.match(word)
    return word if is_plain else f'"{word}"'


def windows_command(command: tuple[str, ...]) -> tuple[str, ...] | None:
    """A command as Windows starts it from a client that starts programs and no batch files.

    Those need `cmd /c` (code.claude.com/docs/en/mcp, 2026). None if cmd.exe would read one of the
    words in its own way.
    """
    if command[0] not in _BATCH_FILES:
        return command
    if any(_REREAD_BY_CMD.search(word) for word in command):
        return None
    return ("cmd", "/c", *command)
