"""A package to prove, and how a proof ends early: the package is not what the record says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from mcp_static.model.errors import NotProvenError, UnansweredError
from mcp_static.model.names import ServerName
from mcp_static.model.settings import Settings
from mcp_static.net.fetch import ANSWER, Answer, Fetcher, Kind
from mcp_static.packages.markers import named_server, names_server, readme_marker


@dataclass(frozen=True, slots=True)
class Package:
    """One package of a record, with what it takes to ask about it."""

    document: Mapping[str, Any]
    name: ServerName
    fetcher: Fetcher
    settings: Settings
    base: str = ""

    def text(self, key: str) -> str:
        """A member that is a string; empty when it is not there."""
        value = self.document.get(key)
        return value if isinstance(value, str) else ""

    @property
    def identifier(self) -> str:
        """The package's name, reference or address."""
        return self.text("identifier")

    @property
    def version(self) -> str:
        """The exact version."""
        return self.text("version")

    def get(self, url: str, accept: str = "application/json", kind: Kind = ANSWER) -> Answer:
        """Ask a registry."""
        return self.fetcher.get(url, kind, {"Accept": accept})

    def missing(self, what: str) -> NotProvenError:
        """The error for a version that the registry does not have."""
        return NotProvenError(
            f"{what} does not exist",
            "Publish the package first, with this very version; a fresh one can take some minutes "
            "to be seen.",
        )


def json_of(answer: Answer) -> dict[str, Any]:
    """The object that an answer holds; raises UnansweredError for anything else."""
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        raise UnansweredError(
            f"{answer.url.partition('?')[0]} answered something that is no JSON object"
        )
    return document


def expect(answer: Answer, *absent: int) -> bool:
    """Whether an answer is there (200) or one of the statuses for absence; raises UnansweredError."""
    if answer.is_ok:
        return True
    if answer.status in absent:
        return False
    raise UnansweredError(f"{answer.url.partition('?')[0]} answered {answer.status}")


def require_marker(text: str, name: ServerName, where: str) -> None:
    """Raise NotProvenError unless a README, or what stands for one, names the server."""
    if names_server(text, str(name)):
        return
    mark = readme_marker(str(name))
    fix = f"Add a line `{mark}` to the README and publish a new version of the package."
    if mark in text:
        raise NotProvenError(f"{where} has the marker, but the name runs on after it", fix)
    if other := named_server(text):
        raise NotProvenError(f"{where} names {other[:200]}, not {name}", fix)
    raise NotProvenError(f"{where} does not name the server", fix)
