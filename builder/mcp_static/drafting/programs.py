"""Which program of a package clients start, and which of several the server most likely is."""

from collections.abc import Iterable
from typing import Final

from mcp_static.drafting.facts import Findings
from mcp_static.packages.manifest import Manifest
from mcp_static.packages.types import package_type

_WITH_PROGRAMS: Final = frozenset({"npm", "pypi"})
"""Types whose packages say which programs they install."""


def needs_choice(manifest: Manifest) -> bool:
    """Whether clients start nothing by the package alone, while a record can name a program of it."""
    kind = package_type(manifest.registry_type)
    can_say = kind is not None and kind.with_command is not None
    return bool(
        can_say and manifest.identifier and manifest.commands and manifest.default_command is None
    )


def choices(manifests: Iterable[Manifest]) -> tuple[str, ...]:
    """The programs of all packages that need a choice."""
    named = (one for manifest in manifests if needs_choice(manifest) for one in manifest.commands)
    return tuple(dict.fromkeys(named))


def chosen_program(manifest: Manifest, found: Findings, answer: str | None) -> str | None:
    """The program to name in the record: the author's, or the only one that looks like the server.

    None where the package alone starts it, or nobody knows.
    """
    if answer and answer in manifest.commands:
        return None if answer == manifest.default_command else answer
    return likely_program(manifest, found) if needs_choice(manifest) else None


def likely_program(manifest: Manifest, found: Findings) -> str | None:
    """The one of a package's programs that is most like a server; None if several are as much."""
    ranked = sorted(manifest.commands, key=lambda one: _likeness(one, found), reverse=True)
    if len(ranked) > 1 and _likeness(ranked[0], found) == _likeness(ranked[1], found):
        return None
    return ranked[0] if ranked else None


def _likeness(command: str, found: Findings) -> int:
    name = command.rpartition("/")[2].casefold()
    return 4 * (name in found.words) + 2 * ("mcp" in name) + ("server" in name)


def program_notes(found: Findings, answer: str | None) -> Iterable[str]:
    """What authors should know about the programs that clients will start."""
    for manifest in found.manifests:
        program = chosen_program(manifest, found, answer)
        others = [one for one in manifest.commands if one not in {program, manifest.default_command}]
        if program and manifest.registry_type != "go":
            yield (
                f"{manifest.file}: it does not install {manifest.identifier}, which clients would "
                f"start, so the draft has them start {program}{_others(others)}"
            )
        elif program:
            path = f"{manifest.identifier}/{program}"
            yield f"{manifest.file}: clients start the program {path}{_others(others)}"
        elif manifest.identifier and not manifest.commands and manifest.registry_type in _WITH_PROGRAMS:
            yield f"{manifest.file}: it installs no program, so clients cannot start its package"
        elif manifest.identifier and manifest.default_command and others:
            yield (
                f"{manifest.file}: clients start {manifest.default_command}{_others(others)}; "
                "--command names another"
            )


def _others(others: list[str]) -> str:
    return f" (it also has {', '.join(others[:5])})" if others else ""
