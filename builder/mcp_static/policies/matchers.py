"""Matchers of policy files, and what they match.

A matcher names servers by exactly one of three members: `serverName`, `serverUrl` (with `*` for any
text), `serverCommand` (the program and each argument). GitHub Copilot's clients and Claude Code share
this form. What matches is as VS Code has it (microsoft/vscode, `allowedMcpServers.ts`, 2026).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from mcp_static.model.web_addresses import fetched_address

WILDCARD: Final = "*"
_IN_AUTHORITY: Final = r"[^/@\\?#]"
_ANYWHERE: Final = "."


@dataclass(frozen=True, slots=True, order=True)
class Matcher:
    """One entry of a list; exactly one of its members is set."""

    url: str = ""
    command: tuple[str, ...] = ()
    name: str = ""

    def document(self) -> dict[str, Any]:
        """The entry as policy files have it."""
        if self.name:
            return {"serverName": self.name}
        return {"serverUrl": self.url} if self.url else {"serverCommand": list(self.command)}


@dataclass(frozen=True, slots=True)
class Identity:
    """A server in a client's configuration: its name there, and its address or its command line."""

    name: str
    url: str = ""
    command: tuple[str, ...] = ()


class Verdict(Enum):
    """What the lists of a policy say about a server."""

    ALLOWED = "allowed"
    DENIED = "denied"
    NOT_ALLOWED = "not allowed"


def read_matchers(value: object) -> list[Matcher] | None:
    """The matchers of a list in a policy file; None if it is no list, which means that there is none.

    Entries that are not exactly one valid member are passed over, as clients do.
    """
    if not isinstance(value, list):
        return None
    return [matcher for entry in value if (matcher := _matcher(entry)) is not None]


def _matcher(entry: object) -> Matcher | None:
    if not isinstance(entry, dict):
        return None
    name, url, command = (entry.get(key) for key in ("serverName", "serverUrl", "serverCommand"))
    found = []
    if isinstance(name, str) and name:
        found.append(Matcher(name=name))
    if isinstance(url, str) and url:
        found.append(Matcher(url=url))
    if isinstance(command, list) and command and all(isinstance(word, str) for word in command):
        found.append(Matcher(command=tuple(command)))
    return found[0] if len(found) == 1 else None


def verdict(
    allowed: Iterable[Matcher] | None, denied: Iterable[Matcher] | None, server: Identity
) -> Verdict:
    """What two lists say about a server: a denial wins; without an allowlist all else is allowed."""
    if any(matches(matcher, server) for matcher in denied or ()):
        return Verdict.DENIED
    if allowed is not None and not any(matches(matcher, server) for matcher in allowed):
        return Verdict.NOT_ALLOWED
    return Verdict.ALLOWED


def matches(matcher: Matcher, server: Identity, *, is_path_cased: bool = False) -> bool:
    """Whether a matcher matches a server; `is_path_cased` is for Claude Code."""
    if matcher.name:
        return matcher.name == server.name
    if matcher.url:
        return bool(server.url) and matches_url(matcher.url, server.url, is_path_cased=is_path_cased)
    return bool(server.command) and matcher.command == server.command


def matches_url(pattern: str, url: str, *, is_path_cased: bool = False) -> bool:
    """Whether a pattern matches what a client would fetch for a URL.

    The case of letters does not matter, or only that of those in the path and the query.
    """
    destination = fetched_address(url)
    found = _pattern(pattern, is_path_cased).fullmatch(destination) if destination else None
    return found is not None


@lru_cache(maxsize=1024)
def _pattern(text: str, is_path_cased: bool) -> re.Pattern[str]:
    """A pattern as a regular expression: a `*` in the host and the port stays within them.

    What follows a `*` is taken where it comes first, without going back: a later place would fit no
    more, and patterns come from files and registries that may want to keep us busy.
    """
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    authority = re.match(r"[^/\\?#]*", rest)
    assert authority is not None
    first, last = scheme + separator + authority[0], rest[authority.end() :]
    if is_path_cased:
        first = first.lower()  # as that of an address that is fetched is
    begin, *parts = first.split(WILDCARD)
    joint, *more = last.split(WILDCARD)
    wild = [(_IN_AUTHORITY, part) for part in parts] + [(_ANYWHERE, part) for part in more]
    if parts:
        wild[len(parts) - 1] = (_IN_AUTHORITY, parts[-1] + joint)
    else:
        begin += joint
    source = re.escape(begin)
    for place, (any_text, text_after) in enumerate(wild, start=1):
        after = re.escape(text_after)
        is_last = place == len(wild)
        source += f"{any_text}*{after}" if is_last else f"(?>{any_text}*?{after})"
    flags = re.ASCII | re.DOTALL
    return re.compile(source, flags if is_path_cased else flags | re.IGNORECASE)
