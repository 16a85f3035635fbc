"""What earlier deploys put into a bucket, according to their manifests; all else is somebody else's.

There are two kinds of manifest: the checksum parts of the deployed release, and one object below
`host/` that records what the last deploy was about to add and to remove.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from mcp_static.api.checksums import checksum_lines, json_object
from mcp_static.api.paths import API_FOLDER, HOST_FOLDER, SNAPSHOT
from mcp_static.deploy.bucket import Bucket
from mcp_static.deploy.release import checksum_index_of, files_of, unlisted

STATE: Final = f"{HOST_FOLDER}/deployed.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployState:
    """What a deploy records before its first object, and after its last.

    `adding` are the objects that did not exist before, `removing` those still to be removed.
    """

    commit: str = ""
    unfinished: bool = False
    extensionless: bool = False
    adding: frozenset[str] = frozenset()
    removing: frozenset[str] = frozenset()

    def document(self) -> bytes:
        """The object that keeps it."""
        return orjson.dumps(
            {
                "commit": self.commit,
                "unfinished": self.unfinished,
                "extensionless": self.extensionless,
                "adding": sorted(self.adding),
                "removing": sorted(self.removing),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What earlier deploys left: the state of the last one, and the index of the deployed release."""

    state: DeployState | None
    index: bytes | None
    shown: str
    """The commit that readers see; empty if there is none."""

    @property
    def is_ours(self) -> bool:
        """Whether there was an earlier deploy at all."""
        return self.state is not None or bool(self.index and self.shown)

    @property
    def commits(self) -> frozenset[str]:
        """The commits of which readers may have seen anything."""
        noted = {self.state.commit} if self.state is not None else set()
        return frozenset(noted | ({self.shown} if self.is_ours else set())) - {""}

    def keys(self, bucket: Bucket, *, extensionless: bool) -> frozenset[str]:
        """Every object that a manifest of an earlier deploy lists."""
        files: list[str] = []
        if self.index is not None:
            files += files_of(dict(checksum_lines(self.index)), bucket.read)
            files += unlisted(bucket.read)
        state = self.state or DeployState()
        keys = keys_of(files, extensionless=extensionless or state.extensionless)
        return frozenset(keys) | state.adding | state.removing


def read_deployed(bucket: Bucket) -> Deployed:
    """What a bucket records about earlier deploys."""
    snapshot = json_object(bucket.read(SNAPSHOT)) or {}
    return Deployed(
        state=_state(json_object(bucket.read(STATE))),
        index=bucket.read(checksum_index_of(snapshot)),
        shown=str(snapshot.get("commit", "")),
    )


def _state(noted: dict[str, Any] | None) -> DeployState | None:
    if noted is None:
        return None
    return DeployState(
        commit=str(noted.get("commit", "")),
        unfinished=bool(noted.get("unfinished")),
        extensionless=bool(noted.get("extensionless")),
        adding=frozenset(map(str, noted.get("adding", ()))),
        removing=frozenset(map(str, noted.get("removing", ()))),
    )


def keys_of(paths: Iterable[str], *, extensionless: bool) -> list[str]:
    """The objects of files; with `extensionless`, also those at the API's own addresses."""
    found = []
    for path in paths:
        found.append(path)
        if extensionless and path.startswith(f"{API_FOLDER}/") and path.endswith(".json"):
            found.append(path.removesuffix(".json"))
    return found
