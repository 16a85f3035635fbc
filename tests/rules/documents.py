"""Documents that each differ in one thing from a good one, with what their author should be told.

`documents.ndjson` has one a line. The first member that is not among the others named here says what
is changed (`server`, `package`, `remote`, …), `drop` what is taken away, or `raw` is the whole file. `want`
is `accept`, `reject` or `warn`; `rule` and `at` are the one finding that is wanted, `also` further ones,
`says` a part of its message or fix.
"""

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mcp_static.packages import cargo, golang, npm, nuget, pypi
from mcp_static.reports.findings import Finding
from mcp_static.rules.rule import EmptyRegistry
from mcp_static.rules.run import findings_of, read_record

from tests.registries import server_json
from tests.rules.breaches import PUBLISHER

HOSTS: Final = {
    "{npm}": npm.REGISTRY.site.host,
    "{npm-pages}": npm.REGISTRY.pages.host,
    "{pypi}": pypi.REGISTRY.site.host,
    "{cargo}": cargo.REGISTRY.site.host,
    "{nuget}": nuget.REGISTRY.pages.host,
    "{nuget-pages}": nuget.REGISTRY.pages.host,
    "{go-pages}": golang.REGISTRY.pages.host,
    "<publisher>": PUBLISHER,
}
_TOKEN: Final = re.compile(r"<<([^<>]+)(?:<([a-z0-9]+)>)?>>")
_RANDOM: Final = "aB3dE6gH9jK2mN5pQ8rS"


def _good() -> dict[str, Any]:
    return server_json(
        "io.github.alice/weather",
        repository={"url": "https://github.com/alice/weather", "source": "github"},
        icons=[{"src": "https://weather-tools.dev/icon.png"}],
        packages=[
            {
                "registryType": "npm",
                "identifier": "weather",
                "version": "1.0.0",
                "transport": {"type": "stdio"},
                "packageArguments": [{"type": "named", "name": "--units"}],
                "environmentVariables": [{"name": "WEATHER_KEY"}],
            }
        ],
        remotes=[
            {
                "type": "streamable-http",
                "url": "https://weather-tools.dev/mcp",
                "headers": [{"name": "X-Key"}],
            }
        ],
    )


def _changed(of: str, document: dict[str, Any]) -> dict[str, Any]:
    """The object of a good document that a line changes."""
    places: dict[str, Any] = {
        "server": document,
        "repository": document["repository"],
        "icon": document["icons"][0],
        "package": document["packages"][0],
        "argument": document["packages"][0]["packageArguments"][0],
        "variable": document["packages"][0]["environmentVariables"][0],
        "remote": document["remotes"][0],
        "header": document["remotes"][0]["headers"][0],
    }
    found: dict[str, Any] = places[of]
    return found


def _token(match: re.Match[str]) -> str:
    """A token of a service, made up here: what looks like one sets off scanners where it is written."""
    prefix, form = match[1], match[2]
    if form and form.startswith("hex"):
        return prefix + ("0a1b2c3d4e5f6789" * 4)[: int(form.removeprefix("hex"))]
    if form == "two":
        return f"{prefix}{_RANDOM}ab.{_RANDOM * 2}xyz"
    return prefix + (_RANDOM * 4)[: int(form) if form else 60]


def _filled(text: str) -> str:
    for sign, value in HOSTS.items():
        text = text.replace(sign, value)
    return _TOKEN.sub(_token, text)


@dataclass(frozen=True, slots=True)
class Case:
    """A document, and what is wanted of it."""

    id: str
    raw: bytes
    want: str
    findings: frozenset[tuple[str, str]]
    says: str


def documents() -> list[Case]:
    """Every document of the file."""
    return list(_documents())


def _documents() -> Iterator[Case]:
    for line in (Path(__file__).parent / "documents.ndjson").read_text().splitlines():
        row = json.loads(_filled(line))
        of = next(key for key in row if key != "id")
        wanted = [(row["rule"], row["at"])] if "rule" in row else []
        wanted += [tuple(finding) for finding in row.get("also", [])]
        yield Case(row["id"], _raw(of, row), row["want"], frozenset(wanted), row.get("says") or "")


def _raw(of: str, row: dict[str, Any]) -> bytes:
    if of == "raw":
        return str(row["raw"]).encode()
    document = copy.deepcopy(_good())
    part = _changed(of, document)
    part.update(row[of])
    for key in row.get("drop", []):
        del part[key]
    return json.dumps(document).encode()


def findings(raw: bytes) -> list[Finding]:
    """What `validate` says of a file."""
    return findings_of(read_record(raw), EmptyRegistry())


def verdict(found: list[Finding]) -> str:
    """What becomes of a file with these findings: `accept`, `reject`, or `warn`."""
    if any(finding.is_error for finding in found):
        return "reject"
    return "warn" if found else "accept"
