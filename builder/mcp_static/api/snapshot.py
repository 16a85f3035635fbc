"""`data/snapshot.json` as its readers see it: which format it has, and what the host honors."""

from dataclasses import dataclass
from typing import Any, Final

from mcp_static.api.abilities import Abilities, Ability
from mcp_static.api.checksums import json_object
from mcp_static.api.paths import SNAPSHOT
from mcp_static.model.errors import InputError

SNAPSHOT_FORMAT: Final = 2
"""Format 1 had the host's name alone."""


@dataclass(frozen=True, slots=True)
class HostFacts:
    """What readers of an output need to know about the host that it was built for."""

    name: str
    honours: Abilities
    deploys_to_bucket: bool

    def document(self) -> dict[str, Any]:
        """The member `host` of a snapshot."""
        honours = self.honours
        return {
            "name": self.name,
            "honours": None if honours is None else [one.value for one in Ability if one in honours],
            "deploysToBucket": self.deploys_to_bucket,
        }


PLAIN: Final = HostFacts("plain", honours=None, deploys_to_bucket=True)
"""The host of an output that was built for no particular host."""

_SLACK: Final = "updatedSinceSlack"


def read_snapshot(body: bytes | None, origin: str) -> dict[str, Any]:
    """The snapshot of an output; `origin` names the output in messages.

    Raises InputError if it is not a snapshot, or has a format that this version does not read.
    """
    snapshot = json_object(body)
    if snapshot is None or not {"format", "commit", "counts", "chains", "registry"} <= snapshot.keys():
        raise InputError(
            f"{origin} holds no built registry: {SNAPSHOT} is missing or damaged.",
            "Build one with `mcp-static build`, or name the folder or address of another.",
        )
    found = snapshot["format"]
    if found != SNAPSHOT_FORMAT:
        is_older = isinstance(found, int) and found < SNAPSHOT_FORMAT
        raise InputError(
            f"{origin} was built by another version of mcp-static: {SNAPSHOT} has format {found}, and "
            f"this version reads format {SNAPSHOT_FORMAT}.",
            "Build it again with this version, then deploy it."
            if is_older
            else "Upgrade mcp-static to the version that built it, or newer.",
        )
    return snapshot


def updated_since_slack(snapshot: object) -> int:
    """The seconds by which a registry's answers to `updated_since` may begin earlier than asked.

    Zero for anything that is not a snapshot which says so, such as what another registry answers.
    """
    slack = snapshot.get(_SLACK) if isinstance(snapshot, dict) else None
    return slack if isinstance(slack, int) and slack > 0 else 0


def slack_member(minutes: int) -> dict[str, int]:
    """The member of a snapshot that says so."""
    return {_SLACK: minutes * 60}


def host_of(snapshot: dict[str, Any]) -> HostFacts:
    """The host of a snapshot; abilities of newer versions are left out."""
    host = snapshot["host"]
    known = {ability.value: ability for ability in Ability}
    honours = host["honours"]
    return HostFacts(
        name=str(host["name"]),
        honours=None if honours is None else frozenset(known[one] for one in honours if one in known),
        deploys_to_bucket=bool(host["deploysToBucket"]),
    )
