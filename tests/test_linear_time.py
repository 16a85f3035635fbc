"""Hostile bytes cost time in proportion to their size, whatever they look like.

Every input here is as large as a limit lets it be, or nearly. Read in linear time, each takes a small
part of a second; what grows with the square takes many times the limit below.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import git
import pytest
from mcp_static.drafting.project import Project
from mcp_static.drafting.readme import first_paragraph
from mcp_static.git.command import GitProcess
from mcp_static.model.errors import JsonError, ManifestError
from mcp_static.model.layout import parse_location
from mcp_static.model.names import name_problem, parse_name
from mcp_static.model.origin import parse_origin
from mcp_static.model.strictjson import parse_json
from mcp_static.model.versions import range_problem, semantic_version
from mcp_static.net.failures import reason_of
from mcp_static.net.limits import Answer
from mcp_static.packages.images import parse_reference
from mcp_static.packages.markers import has_marker, marker_in
from mcp_static.packages.types import package_type
from mcp_static.proofs.packages import prove_packages
from mcp_static.publishing.commands import parse_commands
from mcp_static.reports.findings import Finding
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.registry_index import SnapshotIndex
from mcp_static.rules.run import findings_of, read_record
from mcp_static.settings import Settings
from requests.structures import CaseInsensitiveDict

LIMIT: Final = 5.0
"""Seconds of processor time for any of them; what is linear takes well under one."""

NAME: Final = "io.github.alice/weather"
MIB: Final = 1 << 20
COMMENT: Final = 65_536


def seconds_of(work: Callable[[], object]) -> float:
    """The processor time that some work takes, however it ends on hostile input."""
    started = time.process_time()
    with suppress(JsonError, ManifestError):
        work()
    return time.process_time() - started


class Answers:
    """A registry that answers from a table, by the end of the address."""

    def __init__(self, table: Mapping[str, tuple[int, Mapping[str, str], bytes]]) -> None:
        self._table = table

    def answer(self, url: str, headers: Mapping[str, str]) -> Answer:
        found = next((end for end in self._table if url.endswith(end)), None)
        status, fields, body = self._table[found] if found is not None else (404, {}, b"")
        return Answer(status, CaseInsensitiveDict(fields), body, url)

    def release(self, url: str) -> Answer:
        return self.answer(url, {})


def proof(
    kind: str, identifier: str, table: Mapping[str, tuple[int, Mapping[str, str], bytes]]
) -> list[Finding]:
    """The proof of one package against such a registry."""
    version = "v1.0.0" if kind == "go" else "1.0.0"
    document = {"registryType": kind, "identifier": identifier}
    if kind != "oci":
        document["version"] = version
    packages = {"packages": [document]}
    return list(prove_packages(packages, parse_name(NAME), Settings(), Answers(table)))


def manifest(kind: str, file: str, text: str) -> object:
    """A manifest read as `init` reads it."""
    known = package_type(kind)
    assert known is not None
    assert known.manifest is not None
    return known.manifest.read(Project(Path("/"), Path("/")), file, text)


def go_mod(text: str) -> list[Finding]:
    """A Go module proven whose go.mod is this."""
    module = "github.com/alice/weather"
    return proof(
        "go",
        module,
        {".info": (200, {}, b'{"Version":"v1.0.0"}'), ".mod": (200, {}, text.encode())},
    )


def challenge(text: str) -> list[Finding]:
    """An image proven whose registry asks for a login like this."""
    return proof("oci", "ghcr.io/alice/weather:1.0.0", {"": (401, {"WWW-Authenticate": text}, b"")})


def wheel_metadata(text: str) -> list[Finding]:
    """A Python package proven whose wheel has this METADATA."""
    page = b'{"files":[{"filename":"weather-1.0.0-py3-none-any.whl","url":"w","core-metadata":true}]}'
    kind = {"Content-Type": "application/vnd.pypi.simple.v1+json"}
    return proof(
        "pypi",
        "weather",
        {"/simple/weather/": (200, kind, page), ".metadata": (200, {}, text.encode())},
    )


def index_page(text: str) -> list[Finding]:
    """A Python package proven whose index has this page."""
    html = {"Content-Type": "text/html"}
    return proof("pypi", "weather", {"/simple/weather/": (200, html, text.encode())})


def record(text: str) -> list[Finding]:
    """A server.json held against every rule."""
    assert len(text) <= MAX_FILE_BYTES
    return findings_of(read_record(text.encode()))


def server(**more: str) -> str:
    """A server.json of some members, as they are written."""
    members = {"name": f'"{NAME}"', "description": '"x"', "version": '"1.0.0"', **more}
    return "{" + ",".join(f'"{key}":{value}' for key, value in members.items()) + "}"


def remote(url: str, **variables: str) -> list[Finding]:
    """A server.json with a remote, held against the rules and against a registry that has it too."""
    text = server(remotes=f'[{{"type":"sse","url":"{url}","variables":{_object(variables)}}}]')
    index = SnapshotIndex()
    index.add(parse_name("io.github.bob/weather"), "1.0.0", read_record(text.encode()).document)
    return findings_of(read_record(text.encode()), index)


def _object(members: Mapping[str, str]) -> str:
    return "{" + ",".join(f'"{key}":{value}' for key, value in members.items()) + "}"


def many_keys(count: int) -> str:
    """An object of which one key stands twice."""
    return '{"a":1,"a":1,' + ",".join(f'"k{number}":1' for number in range(count)) + "}"


def nested_messages(depth: int) -> str:
    """A METADATA that pretends to be messages within messages."""
    parts = (f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return "".join(parts)


CASES: Final[Mapping[str, Callable[[], object]]] = {
    "go.mod of blank lines": lambda: go_mod("\n" * 200_000),
    "go.mod of blank lines, drafting": lambda: manifest("go", "go.mod", "\n" * 200_000),
    "go.mod of blanks": lambda: go_mod(" " * 200_000 + "module"),
    "go.mod of module lines": lambda: go_mod("module \n" * 100_000),
    "go.mod with a huge major version": lambda: manifest("go", "go.mod", "module a/v" + "1" * 100_000),
    "challenge of one word": lambda: challenge("Bearer " + "a" * 200_000),
    "challenge of words": lambda: challenge("Bearer " + "a " * 100_000),
    "challenge of gaps": lambda: challenge("Bearer a" + " " * 200_000),
    "challenge of quotes": lambda: challenge('Bearer a="' * 20_000),
    "challenges": lambda: challenge("Bearer " * 30_000),
    "messages in METADATA": lambda: wheel_metadata(nested_messages(5_000)),
    "messages around lines in METADATA": lambda: wheel_metadata(nested_messages(90) + "x\n" * 500_000),
    "folded lines in METADATA": lambda: wheel_metadata("Description: a\n" + " b\n" * 200_000),
    "index page of tags": lambda: index_page("<a " * 300_000),
    "index page of attributes": lambda: index_page("<a " + "b=c " * 200_000),
    "index page of quotes": lambda: index_page("<a href='" * 100_000),
    "index page of comments": lambda: index_page("<!--" * 200_000),
    "keys beside one that stands twice": lambda: parse_json(many_keys(60_000).encode()),
    "package.json with such keys": lambda: manifest("npm", "package.json", many_keys(60_000)),
    "long key above many values": lambda: record(
        server(**{"k" * 40_000: "[" + "null," * 10_000 + "null]"})
    ),
    "long key above many surrogates": lambda: record(
        server(**{"k" * 40_000: "[" + '"\\ud800",' * 5_000 + "1]"})
    ),
    "brackets": lambda: record("[" * 90_000),
    "backslashes": lambda: record('{"a":"' + "\\\\" * 40_000),
    "identifier of versions": lambda: record(
        server(packages='[{"registryType":"npm","identifier":"' + "1.1." * 22_000 + '"}]')
    ),
    "version of digits": lambda: record(server(version='"1.0.0-' + "1" * 90_000 + '!"')),
    "version of gaps": lambda: record(server(version='"1' + " " * 90_000 + '-"')),
    "version of dots": lambda: record(server(version='"' + "1." * 45_000 + '"')),
    "name of dots": lambda: record(server(name='"a' + "." * 90_000 + '/b"')),
    "address of braces": lambda: record(
        server(remotes='[{"type":"sse","url":"https://' + "{" * 80_000 + '"}]')
    ),
    "address of variables": lambda: record(
        server(remotes='[{"type":"sse","url":"https://' + "{a}" * 25_000 + '"}]')
    ),
    "address of escapes in many fillings": lambda: remote(
        "https://{a}{b}{c}{d}{e}{f}{g}{h}.example.com/" + "%41" * 29_000,
        **dict.fromkeys("abcdefgh", '{"choices":["1","2"]}'),
    ),
    "address of labels": lambda: remote("https://" + "a." * 44_000 + "com/"),
    "address of punycode": lambda: remote("https://" + "xn--pple-43d." * 6_500 + "com/"),
    "address of variables with defaults": lambda: remote(
        "https://example.com/" + "".join(f"{{v{n}}}" for n in range(2_600)),
        **{f"v{n}": '{"default":"1"}' for n in range(2_600)},
    ),
    "text of joiners": lambda: record(server(description='"' + "\u0645\u200c" * 18_000 + '\u200b"')),
    "repository of slashes": lambda: record(
        server(repository='{"source":"gitlab","url":"https://gitlab.com/' + "a/" * 40_000 + '!"}')
    ),
    "README of comments that do not end": lambda: has_marker("<!--" * 250_000, NAME, visible=True),
    "README of comments": lambda: has_marker("<!--a-->" * 120_000, NAME, visible=True),
    "README of markers": lambda: has_marker(f"mcp-name: {NAME}x\n" * 30_000, NAME),
    "README of half markers": lambda: marker_in("mcp-name:" + "\t" * 500_000 + "a" * 500_000),
    "README of brackets": lambda: first_paragraph("![" * 500_000),
    "README of front matter": lambda: first_paragraph("---\n" * 250_000),
    "Dockerfile of one line": lambda: manifest("oci", "Dockerfile", "LABEL a\\\n" * 100_000),
    "Dockerfile of one word": lambda: manifest("oci", "Dockerfile", "LABEL a=" + "b" * 1_000_000),
    "TOML key of parts": lambda: manifest("pypi", "pyproject.toml", "a." * 200_000 + "a=1"),
    "TOML key of quoted parts": lambda: manifest(
        "cargo", "Cargo.toml", "x={" + '"a" . ' * 100_000 + "a=1}"
    ),
    "TOML table of parts": lambda: manifest("cargo", "Cargo.toml", "[" + "a." * 200_000 + "a]"),
    "TOML text of dots": lambda: manifest("pypi", "pyproject.toml", 'a="' + "." * 500_000 + '"'),
    "TOML text of words": lambda: manifest("pypi", "pyproject.toml", 'a="' + "a" * 900_000 + '"'),
    "project file of attributes": lambda: manifest(
        "nuget", "a.csproj", "<a " + " ".join(f"b{n}='1'" for n in range(50_000)) + "/>"
    ),
    "project file of elements": lambda: manifest("nuget", "a.csproj", "<a>" * 100_000),
    "comment of brackets": lambda: parse_commands("![" * (COMMENT // 2)),
    "comment of stars": lambda: parse_commands("*a " * (COMMENT // 3)),
    "comment of quotes": lambda: parse_commands(">" * COMMENT),
    "comment of lists": lambda: parse_commands("- a\n  - " * (COMMENT // 8)),
    "comment of backticks": lambda: parse_commands("".join("a" + "`" * n for n in range(350))),
    "comment of references": lambda: parse_commands("[a]: b\n" * (COMMENT // 7)),
    "comment of commands": lambda: parse_commands("/publish a\n" * (COMMENT // 11)),
    "origin of ats": lambda: parse_origin("@" * MIB),
    "origin of dots": lambda: parse_origin("a." * (MIB // 2) + "/"),
    "origin of slashes": lambda: parse_origin("https://github.com" + "/-" * (MIB // 2)),
    "image of dashes": lambda: parse_reference("a" + "-" * MIB + ":1"),
    "image of parts": lambda: parse_reference("a/" * (MIB // 2) + ":1"),
    "path of dots": lambda: parse_location("registry-data/servers/al/" + "." * MIB),
    "name": lambda: name_problem("a" + "-" * MIB + "/a"),
    "semantic version": lambda: semantic_version("1.0.0-" + "1a" * (MIB // 2) + "!"),
    "range of versions": lambda: range_problem("1" + " " * MIB + "- 1"),
    "reason of a failure": lambda: reason_of(OSError("Connection(" * 100_000)),
}


@pytest.mark.parametrize("case", CASES)
def test_hostile_bytes_are_read_in_linear_time(case: str) -> None:
    seconds = seconds_of(CASES[case])
    assert seconds < LIMIT, f"{case}: {seconds:.1f} s"


@pytest.mark.integration
def test_a_path_of_megabytes_is_read_in_linear_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcp_static.git.command._CHUNK", 512)  # thousands of pieces of one field
    repository = git.Repo.init(tmp_path)
    long = b"a" * (8 * MIB)
    (tmp_path / "file").write_bytes(long + b"\0b\0c")
    blob = repository.git.hash_object("-w", "file")
    fields: list[bytes] = []

    def read() -> None:
        with GitProcess(repository, "cat-file", "blob", blob) as process:
            fields.extend(process.fields())
            process.finish()

    assert seconds_of(read) < LIMIT
    assert fields == [long, b"b", b"c"]


def test_a_report_does_not_grow_with_a_key() -> None:
    hostile: dict[str, Any] = {"k" * 40_000: "[" + "null," * 10_000 + "null]"}
    findings = record(server(**hostile))
    assert findings
    assert sum(len(finding.path) + len(finding.message) for finding in findings) < 200_000


def test_a_version_of_thousands_of_digits_is_no_crash() -> None:
    page = index_page(f'<a href="weather-{"1" * 5000}-py3-none-any.whl">')
    assert [finding.level for finding in page] == ["unknown"]
    assert semantic_version("1" * 5000 + ".0.0") is None
