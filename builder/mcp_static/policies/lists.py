"""The two lists of a policy for one client: what it allows, and what it denies.

A client that has a denial and an allowance for one server denies it, so nothing is denied that a
public version allows as well.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from mcp_static.model.strictjson import dump_json
from mcp_static.policies.contents import Contents, Side
from mcp_static.policies.matchers import WILDCARD, Matcher, matches_url

Commands = Callable[[Side], Iterable[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Lists:
    """An allowlist and a denylist, each in the order of its addresses, commands and names."""

    allowed: tuple[Matcher, ...]
    denied: tuple[Matcher, ...]


def lists_of(
    contents: Contents,
    commands: Commands,
    *,
    allows_names: bool = False,
    denies_names: bool = False,
    url: Callable[[str], str] = lambda pattern: pattern,
) -> Lists:
    """The lists for a client.

    `commands` gives the command lines by which it starts servers, `url` a pattern as it reads them.
    """
    allowed, denied = contents.allowed, contents.denied
    urls = denied.urls - _overlapping(denied.urls, allowed.urls)
    barred = set(commands(denied)) - set(commands(allowed))
    return Lists(
        _matchers(map(url, allowed.urls), commands(allowed), allowed.names if allows_names else ()),
        _matchers(map(url, urls), barred, denied.names if denies_names else ()),
    )


def _matchers(
    urls: Iterable[str], commands: Iterable[tuple[str, ...]], names: Iterable[str]
) -> tuple[Matcher, ...]:
    return (
        *(Matcher(url=url) for url in sorted(set(urls))),
        *(Matcher(command=command) for command in sorted(set(commands))),
        *(Matcher(name=name) for name in sorted(set(names))),
    )


def _overlapping(denied: set[str], allowed: set[str]) -> set[str]:
    """The denied patterns that match what an allowed one does."""
    open_allowed = [pattern for pattern in allowed if WILDCARD in pattern]
    found = denied & allowed
    for pattern in denied - found:
        others = allowed if WILDCARD in pattern else open_allowed
        if any(_overlap(pattern, other) for other in others):
            found.add(pattern)
    return found


def _overlap(one: str, other: str) -> bool:
    return matches_url(one, _sample(other)) or matches_url(other, _sample(one))


def _sample(pattern: str) -> str:
    """An address that a pattern matches; a digit stands for what is open, as a port is one too."""
    return pattern.replace(WILDCARD, _ANY)


_ANY: Final = "1"


def layout(document: dict[str, Any]) -> bytes:
    """A policy file: each entry of its lists and maps on a line, so that a change is a short diff."""
    members = [f"  {_json(key)}: {_laid_out(value)}" for key, value in document.items()]
    return ("{\n" + ",\n".join(members) + "\n}\n").encode()


def _laid_out(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"    {_json(entry)}" for entry in value) + "\n  ]"
    if isinstance(value, dict) and value:
        lines = [f"    {_json(key)}: {_json(entry)}" for key, entry in value.items()]
        return "{\n" + ",\n".join(lines) + "\n  }"
    return _json(value)


def _json(value: Any) -> str:
    return dump_json(value).decode()
