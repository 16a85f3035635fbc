"""Rules over packages: those over all types, and what each type requires.

What packages need: the official registry's `package-types` guide, its schema changelog
(2025-10-11, 2025-10-17) and `internal/validators/registries`.
"""

import re
from collections.abc import Iterator
from typing import Final

from mcp_static.model.names import name_problem, parse_name
from mcp_static.model.reading import Part, packages_of, parts_of, text_of
from mcp_static.model.spelling import nearest
from mcp_static.model.strictjson import child_path
from mcp_static.model.versions import range_problem
from mcp_static.packages.identifiers import MAX_SHOWN
from mcp_static.packages.images import DIGEST, is_moving_tag, parse_reference
from mcp_static.packages.oci import RUNNERS
from mcp_static.packages.type import PackageType, Requirement
from mcp_static.packages.types import PACKAGE_TYPES, package_type, type_called
from mcp_static.reports.findings import Level
from mcp_static.rules.placeholders import placeholder_in
from mcp_static.rules.rule import Applies, Breach, Record, Rule

_IDS: Final = [kind.id for kind in PACKAGE_TYPES]
_TYPES: Final = ", ".join(_IDS)

_PROGRAM: Final = (
    'Offer the program as a bundle ("mcpb", a file of a release) or as an image ("oci"): clients '
    "install from nowhere else, and nobody could check it there."
)
_ELSEWHERE: Final = frozenset(
    {
        "homebrew",
        "brew",
        "apt",
        "deb",
        "rpm",
        "snap",
        "winget",
        "choco",
        "scoop",
        "github",
        "binary",
        "release",
        "url",
        "git",
    }
)
"""Where people get programs from, and clients do not."""
_INSTALLERS: Final = frozenset(
    {
        "npx",
        "npm",
        "pnpm",
        "yarn",
        "bunx",
        "uvx",
        "uv",
        "pip",
        "pip3",
        "pipx",
        "cargo",
        "dnx",
        "dotnet",
        "go",
    }
    | set(RUNNERS)
)
"""Programs that install or start packages, whose command lines people give for an identifier."""
_VERSIONED: Final = tuple(kind.id for kind in PACKAGE_TYPES if kind.needs_version)


def _type(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document):
        kind = text_of(package, "registryType")
        if kind is not None and package_type(kind) is None:
            message = f"is {kind[:60]!r}; allowed are {_TYPES}"
            meant = type_called(kind) or nearest(kind, _IDS, cutoff=0.6)
            fix = f'Write "{meant}".' if meant else ""
            yield Breach(
                child_path(path, "registryType"),
                message,
                _PROGRAM if kind.lower() in _ELSEWHERE else fix,
            )


def _identifier(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document):
        identifier = text_of(package, "identifier")
        place = child_path(path, "identifier")
        if identifier == "":
            yield Breach(place, "is empty")
        elif identifier is not None and re.search(r"\s", identifier):
            yield Breach(
                place, f"is {identifier[:MAX_SHOWN]!r}, which has white space", _named_in(identifier)
            )


def _named_in(command: str) -> str:
    """What to write instead of a command line: the last of its words that is no option."""
    words = command[:MAX_SHOWN].split()
    names = [word for word in words[1:] if not word.startswith("-")]
    is_command = bool(names) and words[0] in _INSTALLERS
    return f"Write `{names[-1]}`, without the command." if is_command else ""


_REFERENCE: Final = re.compile(r"(?:workspace|catalog|file|link|npm|git(?:\+\w+)?|https?|github):")
"""What stands for a version in manifests.

Source: npm/cli, docs/lib/content/configuring-npm/package-json.md; for `workspace:` and `catalog:`,
pnpm/pnpm.io, docs/workspaces.md and docs/catalogs.md (all as of 2026).
"""


def _version_range(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document):
        version = text_of(package, "version")
        if version is None:
            continue
        place = child_path(path, "version")
        if problem := range_problem(version):
            yield Breach(place, problem)
        elif _REFERENCE.match(version):
            yield Breach(place, f"{version[:MAX_SHOWN]!r} says where a package manager finds a version")
        elif version != version.strip():
            yield Breach(place, f"{version!r} has white space around it", f"Write `{version.strip()}`.")


def _version_needed(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document, *_VERSIONED):
        if package.get("version", "") in ("", None):
            kind = package["registryType"]
            place = child_path(path, "version")
            yield Breach(place, f"{record.absence(place)}; {kind} packages need one")


def _misnomers(record: Record) -> Iterator[Breach]:
    for path, package, kind in _typed_packages(record.document):
        place, identifier = child_path(path, "identifier"), text_of(package, "identifier")
        if not identifier or placeholder_in(place, identifier):
            continue
        if found := kind.misnomer(identifier):
            yield Breach(place, found.message, found.fix)


def _foreign(record: Record) -> Iterator[Breach]:
    name = text_of(record.document, "name")
    if name is None or name_problem(name):
        return
    for path, package, kind in _typed_packages(record.document):
        identifier = text_of(package, "identifier")
        if not (kind.foreign and identifier) or kind.misnomer(identifier):
            continue
        if found := kind.foreign(identifier, parse_name(name)):
            yield Breach(child_path(path, "identifier"), found.message, found.fix)


def _repeated_options(record: Record) -> Iterator[Breach]:
    for path, package, kind in _typed_packages(record.document):
        hint = text_of(package, "runtimeHint")
        runner = hint or next(iter(kind.repeated_options), "")
        options = kind.repeated_options.get(runner, frozenset())
        told = [
            (place, word)
            for place, argument in parts_of(package, "runtimeArguments", path)
            if (word := _word(argument)) and (word in options or word == package.get("identifier"))
        ]
        if told:
            words = ", ".join(f"`{word}`" for _, word in told)
            places = f"{path}.runtimeArguments" if len(told) > 1 else told[0][0]
            yield Breach(
                places,
                f"repeats {words}, which clients put there themselves",
                f"Leave {words} out; most clients would give {runner} the same twice.",
            )


def _word(argument: Part) -> str:
    """The first word that an argument adds to a command line."""
    key = "name" if argument.get("type") == "named" else "value"
    return text_of(argument, key) or ""


def _moving(record: Record) -> Iterator[Breach]:
    version = (text_of(record.document, "version") or "").removeprefix("v")
    for path, package in packages_of(record.document, "oci"):
        identifier = text_of(package, "identifier") or ""
        reference = parse_reference(identifier)
        if (
            reference
            and not DIGEST.fullmatch(reference.version)
            and is_moving_tag(reference.version, version)
        ):
            yield Breach(
                child_path(path, "identifier"),
                f"has the tag {reference.version!r}, which is another image after the next push",
            )


def _typed_packages(document: Part) -> Iterator[tuple[str, Part, PackageType]]:
    """The packages whose type is known, with it."""
    for path, package in packages_of(document):
        kind = package_type(text_of(package, "registryType") or "")
        if kind is not None:
            yield path, package, kind


def _runtime_hint(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document):
        hint = text_of(package, "runtimeHint") or ""
        if len(hint.split()) > 1:
            yield Breach(
                child_path(path, "runtimeHint"),
                f"is {hint[:MAX_SHOWN]!r}, a command with arguments",
                f"Write `{hint.split()[0][:MAX_SHOWN]}`; its arguments belong in `runtimeArguments`.",
            )
        if package.get("runtimeArguments") and not hint:
            yield Breach(
                child_path(path, "runtimeHint"), "is missing, although there are runtimeArguments"
            )


def _rule_of(kind: PackageType, requirement: Requirement) -> Rule:
    def check(record: Record) -> Iterator[Breach]:
        for path, package in packages_of(record.document, kind.id):
            for member, message in requirement.breaches(package):
                yield Breach(child_path(path, member), message)

    return Rule(
        id=requirement.id,
        requirement=requirement.requirement,
        fix=requirement.fix,
        check=check,
    )


PACKAGE_RULES: Final = (
    Rule(
        id="package-type",
        requirement=f"`registryType` is one of {_TYPES}.",
        fix="Use one of these types; other packages cannot be checked.",
        check=_type,
    ),
    Rule(
        id="package-identifier",
        told_by=("no-placeholder",),
        requirement="A package's identifier has no white space.",
        fix="Give the package's name, image reference or address alone.",
        check=_identifier,
    ),
    Rule(
        id="package-name",
        applies=Applies.AUTHORING,
        requirement="A package's identifier is a name that its type can have: of npm, PyPI, crates.io, "
        "NuGet and Go as those define it, an image reference, or the address of a file of a release.",
        fix="Write the package's name.",
        check=_misnomers,
    ),
    Rule(
        id="package-owner",
        applies=Applies.AUTHORING,
        requirement="A Go module's path is below what the server's namespace represents.",
        fix="Publish a module below it.",
        check=_foreign,
    ),
    Rule(
        id="package-one-version",
        told_by=("no-placeholder",),
        requirement="A package's version names one release: no ranges, no wildcards, not `latest`.",
        fix="Give the exact version that was published.",
        check=_version_range,
    ),
    Rule(
        id="package-version-needed",
        requirement="Packages of " + ", ".join(_VERSIONED) + " give their exact version.",
        fix="Add the version that was published.",
        check=_version_needed,
    ),
    *(_rule_of(kind, requirement) for kind in PACKAGE_TYPES for requirement in kind.requirements),
    Rule(
        id="package-moving-tag",
        told_by=("package-name",),
        level=Level.WARNING,
        requirement="An image's tag stays what it is: not `latest`, `main` or another that moves.",
        fix="Name the image by its digest as well: `docker buildx imagetools inspect IMAGE` prints it, "
        "and it goes behind the tag, as in …:1.2.3@sha256:….",
        check=_moving,
    ),
    Rule(
        id="runtime-arguments-repeated",
        level=Level.WARNING,
        requirement="`runtimeArguments` do not repeat what clients give to the runner themselves, such "
        "as `run -i --rm` for images and `-y` for npx.",
        fix="Leave these arguments out.",
        check=_repeated_options,
    ),
    Rule(
        id="package-runtime-hint",
        level=Level.WARNING,
        requirement="A package with `runtimeArguments` names in `runtimeHint` the runner they are for, "
        "and that alone.",
        fix="Add the runner, such as npx, uvx, dnx or docker.",
        check=_runtime_hint,
    ),
)
