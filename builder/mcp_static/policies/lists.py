"""The two lists of a policy for one client: what it allows, and what it denies.

A client that has a denial and an allowance for one server denies it, so nothing is denied that a
public version allows as well.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from mcp_static.model.strictjson import dump_json
from mcp_static.policies.contents import Contents, Side
from mcp_static.policies.matchers import WILDCARD, Matcher

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
    allowed_url: Callable[[str], str] = lambda pattern: pattern,
) -> Lists:
    """The lists for a client.

    `commands` gives the command lines by which it starts servers, `allowed_url` an allowed pattern as
    it has to be written. A denial stays as narrow as it is.
    """
    allowed, denied = contents.allowed, contents.denied
    urls = denied.urls - _overlapping(denied.urls, allowed.urls)
    barred = set(commands(denied)) - set(commands(allowed))
    return Lists(
        _matchers(
            map(allowed_url, allowed.urls), commands(allowed), allowed.names if allows_names else ()
        ),
        _matchers(urls, barred, denied.names if denies_names else ()),
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
    """Whether an address may match both patterns; a `*` in a host stays within it."""
    return all(map(_meet, _halves(one), _halves(other)))


def _halves(pattern: str) -> tuple[str, str]:
    """A pattern up to its path, and from there on."""
    place = pattern.index("/", pattern.index("://") + 3)
    return pattern[:place], pattern[place:]


def _meet(one: str, other: str) -> bool:
    """Whether a text may match both patterns, if a `*` stands for any text."""
    begins, ends = zip(*(_ends(pattern) for pattern in (one, other)), strict=True)
    if not (_fit(*begins) and _fit(*(end[::-1] for end in ends))):
        return False
    # Places in the other pattern that some text may have reached which the first one matches so far.
    reached = _onward({0}, other)
    for character in one:
        if not reached:
            return False
        if character == WILDCARD:
            reached = set(range(min(reached), len(other) + 1))
        else:
            reached = {
                place if other[place] == WILDCARD else place + 1
                for place in reached
                if place < len(other) and other[place] in {WILDCARD, character}
            }
            reached = _onward(reached, other)
    return len(other) in reached


def _ends(pattern: str) -> tuple[str, str]:
    """What stands before the first `*` of a pattern, and after the last one."""
    return pattern.partition(WILDCARD)[0], pattern.rpartition(WILDCARD)[2]


def _fit(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _onward(places: set[int], pattern: str) -> set[int]:
    """Places, and those behind the `*` that they are at, which may stand for nothing."""
    found = set(places)
    while further := {one + 1 for one in found if pattern[one : one + 1] == WILDCARD} - found:
        found |= further
    return found


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
