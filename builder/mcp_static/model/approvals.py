"""Approvals: the lines of an allowlist, each a name or a pattern of names, with versions if need be.

    com.example/weather          every version
    com.example/*                every server of a namespace
    io.github.acme/*@^2          a range of versions, as npm writes them
    com.example/maps@1.2.0       this version alone

Ranges are those of npm (its package `semver`), which match semantic versions alone, and versions
before a release only where the range names one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from mcp_static.model.errors import InputError
from mcp_static.model.names import MAX_NAME_LENGTH
from mcp_static.model.versions import range_problem, semantic_version

_MAX_VERSIONS: Final = 255
_NAME: Final = re.compile(r"[A-Za-z0-9._*-]+(?:/[A-Za-z0-9._*-]+)?")


@dataclass(frozen=True, slots=True)
class Approval:
    """One line of a list: a pattern of names (`*` matches anything), and of versions if not all."""

    name: str
    versions: str = ""

    def __str__(self) -> str:
        return f"{self.name}@{self.versions}" if self.versions else self.name

    @property
    def is_pattern(self) -> bool:
        """Whether it may be about more than one server."""
        return "*" in self.name

    def covers_name(self, name: str) -> bool:
        """Whether it is about a server at all."""
        return fnmatchcase(name, self.name)

    def covers(self, name: str, version: str) -> bool:
        """Whether it approves a version of a server."""
        return self.covers_name(name) and (
            not self.versions or is_version_within(version, self.versions)
        )


def parse_approval(text: str) -> Approval:
    """Read a line of a list; raises ValueError, whose message reads on from the line."""
    name, at, versions = (part.strip() for part in text.partition("@"))
    if (
        not _NAME.fullmatch(name)
        or len(name) > MAX_NAME_LENGTH
        or ("/" not in name and "*" not in name)
    ):
        raise ValueError(
            f"{text!r} is neither a server's name nor a pattern such as com.example/* "
            "(with @ and versions, if not all are meant)"
        )
    if at and not versions:
        raise ValueError(f"{text!r} has no version after its @")
    if problem := _versions_problem(versions):
        raise ValueError(f"{text!r} {problem}")
    return Approval(name, versions)


def _versions_problem(versions: str) -> str | None:
    if len(versions) > _MAX_VERSIONS:
        return f"has more than {_MAX_VERSIONS} characters after its @"
    if versions.casefold() == "latest":
        return "asks for `latest`, which changes by itself; leave it out, or name a range"
    is_range = range_problem(versions) is not None or " " in versions
    if is_range and _range_of(versions) is None:
        return "has a range of versions that npm would not understand"
    return None


@lru_cache(maxsize=1024)
def _range_of(versions: str) -> str | None:
    # Imported here: few lists have ranges, and it takes a while to load.
    from nodesemver import valid_range

    try:
        found = valid_range(versions, loose=False)
    except ValueError:
        return None
    return None if found is None else str(found)


def is_version_within(version: str, versions: str) -> bool:
    """Whether a version is the one that is named, or a semantic one within the range."""
    if version == versions:
        return True
    is_one = semantic_version(versions) is not None
    if is_one or semantic_version(version) is None or _range_of(versions) is None:
        return False
    from nodesemver import satisfies

    return bool(satisfies(version, versions, loose=False))


def lines_of_list(text: str) -> tuple[str, ...]:
    """What a list names: a line each, `#` begins a comment, a byte order mark means nothing."""
    lines = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").splitlines()
    return tuple(found for line in lines if (found := line.partition("#")[0].strip()))


def parse_approvals(lines: Iterable[str], where: str) -> tuple[Approval, ...]:
    """Read the lines of a list; raises InputError that names all that cannot be read."""
    found, faults = [], []
    for line in lines:
        try:
            found.append(parse_approval(line))
        except ValueError as error:
            faults.append(f"  {error}")
    if faults:
        raise InputError(
            "\n".join([f"{where} has lines that cannot be used:", *faults]), "Fix those lines."
        )
    return tuple(found)
