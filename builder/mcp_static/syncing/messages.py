"""The messages of what sync commits and proposes, made from the files alone.

The part that may write makes them: no text of a source, and none of what parses it, is in them.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from mcp_static.model.layout import parse_location
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import ServerName
from mcp_static.model.proofs import ProofId
from mcp_static.publishing.proposing import branch_for, shown_version
from mcp_static.reports.printing import counted_of
from mcp_static.rules.sidecars import parse_lifecycle

_LISTED: Final = 1_000
"""Changes of statuses that a message lists; the files say the same."""

_VERBS: Final = {
    Status.DELETED: "Withdraw",
    Status.DEPRECATED: "Deprecate",
    Status.ACTIVE: "Restore",
}


def title_of(name: ServerName, version: str) -> str:
    """Name and version."""
    return f"{name} {shown_version(version)}"


def version_message(name: ServerName, version: str) -> str:
    """The message of the commit that takes in a version."""
    return f"Publish {title_of(name, version)} ({ProofId.SOURCE_REGISTRY})\n"


def changes_message(changes: Mapping[str, bytes], taken_in: int) -> str:
    """The message of the commit with all changes of what is here, before some versions are taken in."""
    adopted = {path.rpartition("/")[0] for path in changes if path.endswith("/accepted.json")}
    lines: dict[Status, list[str]] = {status: [] for status in _VERBS}
    for path, content in changes.items():
        place = parse_location(path)
        if place is None or place.file != "status.json" or path.rpartition("/")[0] in adopted:
            continue
        lifecycle = parse_lifecycle(content)
        if not isinstance(lifecycle, str):
            verb = _VERBS[lifecycle.status]
            lines[lifecycle.status].append(f"- {verb} {title_of(place.name, place.version)}\n")
    withdrawn = len(lines[Status.DELETED])
    listed = [line for some in lines.values() for line in some]
    parts = [
        f"{verb} {counted_of(number, 'version')}"
        for verb, number in (
            ("take in", taken_in),
            ("withdraw", withdrawn),
            ("set the status of", len(listed) - withdrawn),
            ("adopt", len(adopted)),
        )
        if number
    ]
    more = len(listed) - _LISTED
    shown = [*listed[:_LISTED], *([f"- and {more:,} more\n"] if more > 0 else [])]
    body = "\n" + "".join(shown) if shown else ""
    return f"Sync: {', '.join(parts)}\n{body}"


def review_branch(name: ServerName) -> str:
    """The branch that proposes new versions of a server."""
    return branch_for(name, "", "sync")


def review_title(name: ServerName, versions: Sequence[str]) -> str:
    """The title of the proposal of some versions."""
    if len(versions) == 1:
        return f"Take in {title_of(name, versions[0])}"
    return f"Take in {counted_of(len(versions), 'version')} of {name}"
