"""Rules over what a record is: its name, its version, and the schema it follows."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_static.model.layout import record_path, segment_problem, version_problem
from mcp_static.model.names import MAX_NAME_LENGTH, name_problem, parse_name
from mcp_static.model.reading import packages_of, text_of
from mcp_static.model.server import ACCEPTED_SCHEMA_DATES, CURRENT_SCHEMA_DATE, SCHEMA_URL
from mcp_static.model.strictjson import child_path
from mcp_static.model.versions import range_problem, semantic_version
from mcp_static.reports.findings import Level
from mcp_static.rules.placeholders import placeholder_in
from mcp_static.rules.rule import Applies, Breach, Record, Rule

_LONGEST_PATH: Final = 200
"""Characters of a path in the repository; Windows has 260 with the folder of the clone."""
_PRINTABLE_ASCII: Final = re.compile(r"[ -~]*")
_SCHEMA_DATE: Final = re.compile(re.escape(SCHEMA_URL).replace(r"\{date\}", r"([^/]+)"))


def _name(record: Record) -> Iterator[Breach]:
    name = text_of(record.document, "name")
    if name is None:
        return
    problem = name_problem(name)
    if problem:
        meant = _meant_name(name)
        yield Breach("name", problem, f"Write `{meant}`." if meant else "")
        return
    for segment in name.split("/"):
        if problem := segment_problem(segment):
            yield Breach("name", problem)


_REPOSITORY: Final = re.compile(
    r"(?:(?:git\+)?https?://)?(?:www\.)?(?P<forge>github|gitlab)\.com/(?P<owner>[\w.-]+)/(?P<name>[\w.-]+)/?"
)
_DOTTED: Final = re.compile(r"(?P<namespace>io\.git(?:hub|lab)\.[A-Za-z0-9-]+)\.(?P<name>[\w.-]+)")


def _meant_name(text: str) -> str:
    """The name that is meant by a repository, a package of npm or a title; empty if that is unclear."""
    text = text.strip()[: MAX_NAME_LENGTH * 2]
    if match := _REPOSITORY.fullmatch(text):
        name = f"io.{match['forge']}.{match['owner']}/{match['name'].removesuffix('.git')}"
    elif match := _DOTTED.fullmatch(text):
        name = f"{match['namespace']}/{match['name']}"
    elif "/" not in text or text.startswith("@"):
        name = f"io.github.<your login>/{_spelt(text.rpartition('/')[2])}"
        return name if name_problem(name.replace("<your login>", "alice")) is None else ""
    else:
        namespace, _, server = text.rpartition("/")
        name = f"{namespace}/{_spelt(server)}"
    return name if name_problem(name) is None else ""


def _spelt(title: str) -> str:
    """A title as a server may be called: what names cannot have is a hyphen."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", title).strip("-._")


def _namespace_labels(record: Record) -> Iterator[Breach]:
    name = text_of(record.document, "name")
    if name is None or name_problem(name):
        return
    labels = parse_name(name).namespace.labels
    if len(labels) < 2:
        yield Breach("name", f"{labels[0]!r} is a single label, not a reversed domain")
    elif any(not label or label[0] == "-" or label[-1] == "-" for label in labels):
        yield Breach("name", "has a label that is empty or begins or ends with '-'")


def _version(record: Record) -> Iterator[Breach]:
    version = text_of(record.document, "version")
    if version is not None and (problem := version_problem(version)):
        yield Breach("version", problem)


def _one_version(record: Record) -> Iterator[Breach]:
    version = text_of(record.document, "version")
    if version is not None and (problem := range_problem(version)):
        yield Breach("version", problem)


def _version_letters(record: Record) -> Iterator[Breach]:
    parts = [("", record.document), *packages_of(record.document)]
    for path, part in parts:
        version = text_of(part, "version")
        if version is not None and not _PRINTABLE_ASCII.fullmatch(version):
            yield Breach(child_path(path, "version"), "has characters that are not printable ASCII")


def _semantic(record: Record) -> Iterator[Breach]:
    version = text_of(record.document, "version")
    is_any = version is None or range_problem(version) or placeholder_in("version", version)
    if version and not is_any and semantic_version(version) is None:
        yield Breach(
            "version",
            f"{version!r} is not a semantic version: any version that is one counts as newer, and of "
            "those that are not, the one published last",
        )


def _windows(record: Record) -> Iterator[Breach]:
    version = text_of(record.document, "version")
    if version is not None and not version_problem(version) and version.endswith("."):
        message = "ends with a dot, and Windows cannot have a folder of that name"
        yield Breach("version", message)


def _long_path(record: Record) -> Iterator[Breach]:
    name, version = text_of(record.document, "name"), text_of(record.document, "version")
    if name is None or version is None or name_problem(name) or version_problem(version):
        return
    path = record_path(parse_name(name), version, "accepted.json")
    if len(path) > _LONGEST_PATH:
        message = f"make the path {len(path)} characters long in a registry's repository"
        yield Breach("", f"has a name and a version that {message}")


def _path(record: Record) -> Iterator[Breach]:
    name, version = text_of(record.document, "name"), text_of(record.document, "version")
    place = record.location
    if place is None or name is None or version is None:
        return
    if name_problem(name) or version_problem(version):
        return
    if (str(place.name), place.version) != (name, version):
        yield Breach("", f"belongs at {record_path(parse_name(name), version)}")


def _schema_refused(record: Record) -> Iterator[Breach]:
    address = text_of(record.document, "$schema")
    if address is None:
        return
    match = _SCHEMA_DATE.fullmatch(address)
    if not match:
        yield Breach("$schema", "is not a server.json schema that this registry knows")
    elif match[1] not in ACCEPTED_SCHEMA_DATES:
        yield Breach("$schema", f"names the schema of {match[1]}, which is not accepted")


def _schema_older(record: Record) -> Iterator[Breach]:
    match = _SCHEMA_DATE.fullmatch(text_of(record.document, "$schema") or "")
    if match and match[1] in ACCEPTED_SCHEMA_DATES and match[1] != CURRENT_SCHEMA_DATE:
        yield Breach("$schema", f"names the schema of {match[1]}")


def _schema_absent(record: Record) -> Iterator[Breach]:
    if "$schema" not in record.document:
        yield Breach("$schema", record.absence("$schema"))


IDENTITY_RULES: Final = (
    Rule(
        id="schema-known",
        requirement="`$schema` names a dated schema that this registry accepts: "
        + ", ".join(ACCEPTED_SCHEMA_DATES)
        + ".",
        fix=f"Set it to {SCHEMA_URL.format(date=CURRENT_SCHEMA_DATE)} and run validate again; "
        "what else has to change is then listed here.",
        check=_schema_refused,
    ),
    Rule(
        id="schema-current",
        level=Level.WARNING,
        requirement=f"`$schema` names the newest schema, {CURRENT_SCHEMA_DATE}.",
        fix=f"Change the date in the address to {CURRENT_SCHEMA_DATE}; files that follow an "
        "accepted older schema need no other change.",
        check=_schema_older,
    ),
    Rule(
        id="schema-named",
        applies=Applies.AUTHORING,
        requirement="The file names the schema that it follows.",
        fix=f'Add "$schema": "{SCHEMA_URL.format(date=CURRENT_SCHEMA_DATE)}".',
        check=_schema_absent,
    ),
    Rule(
        id="name-grammar",
        told_by=("no-placeholder",),
        applies=Applies.STRUCTURAL,
        requirement="A name is `namespace/server`: exactly one slash, at most 200 characters, both "
        "halves begin and end with a letter or digit; letters, digits, `.` and `-` between (and `_` in "
        "the server part); no server is called `index.html`.",
        fix="Use a name such as io.github.alice/weather.",
        check=_name,
    ),
    Rule(
        id="namespace-reversed-domain",
        requirement="A namespace is a reversed domain of at least two labels.",
        fix="Use io.github.<your login>, or your own domain reversed: com.example for example.com.",
        check=_namespace_labels,
    ),
    Rule(
        id="version-in-a-path",
        applies=Applies.STRUCTURAL,
        requirement="A version can be part of a path and a URL: no slash, no control character, not "
        "`.`, `..` or `latest`, at most 200 bytes once encoded.",
        fix="Use a plain version such as 1.2.3.",
        check=_version,
    ),
    Rule(
        id="version-is-one-version",
        told_by=("version-in-a-path", "no-placeholder"),
        requirement="A version names one release: no ranges, no wildcards, not `latest`.",
        fix="Give the exact version of this release, such as 1.2.3.",
        check=_one_version,
    ),
    Rule(
        id="version-ascii",
        requirement="The server's version and those of its packages are printable ASCII, so that no "
        "two look alike.",
        fix="Use digits, Latin letters, `.`, `-` and `+`.",
        check=_version_letters,
    ),
    Rule(
        id="version-semantic",
        level=Level.WARNING,
        told_by=("version-in-a-path", "version-ascii", "version-on-windows"),
        requirement="A version is a semantic version (SemVer 2.0.0), with or without a `v` before it, "
        "so that clients know which is newest.",
        fix="Use three numbers, such as 1.2.3 or 1.2.3-beta.1.",
        check=_semantic,
    ),
    Rule(
        id="version-on-windows",
        requirement="A version does not end with a dot: a clone of the registry would fail on Windows.",
        fix="Leave the dot out.",
        check=_windows,
    ),
    Rule(
        id="path-length",
        level=Level.WARNING,
        requirement=f"The path of a record has at most {_LONGEST_PATH} characters, so that Windows can "
        "check it out in most folders.",
        fix="Use a shorter name or version, if you can.",
        check=_long_path,
    ),
    Rule(
        id="path-from-name",
        applies=Applies.STRUCTURAL,
        requirement="A record is at the path that its name and version give it.",
        fix="Move the file there, or correct its name or version.",
        check=_path,
    ),
)
