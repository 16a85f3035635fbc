"""Made-up histories of a registry, and a plain reference of what each must come to.

The reference knows nothing of the builder: it goes through all commits each time, in the most
literal reading of the design, so that it can be compared with both kinds of build.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import semver
from hypothesis import strategies as st

from tests.registries import START, Registry, accepted_json, path_of, server_json

NAMES = tuple(f"io.github.user{number}/server" for number in range(4))
VERSIONS = ("1.0.0", "1.0.1", "2.0.0-beta.1", "odd", "10.0.0", "9.9.9")
BULK = 130
"""Servers that one commit of the kind `bulk` publishes: more than a page."""


@dataclass(frozen=True)
class Step:
    """One commit: what it does, to which version, and how many seconds after the one before."""

    kind: str
    name: str = NAMES[0]
    version: str = VERSIONS[0]
    seconds: int = 60
    more: str = ""


steps = st.builds(
    Step,
    kind=st.sampled_from(
        ["publish"] * 6
        + [
            "deprecated",
            "deleted",
            "deleted",
            "active",
            "remove",
            "break",
            "empty",
            "bad-status",
            "accept",
        ]
        + ["bulk", "delete-bulk"]
    ),
    name=st.sampled_from(NAMES),
    version=st.sampled_from(VERSIONS),
    seconds=st.sampled_from([0, 1, 60, 3600, 86_400, 250_000, -50, -90_000]),
    more=st.sampled_from(["", "<b>&\u2028", "ü 😀"]),
)
histories = st.lists(steps, min_size=1, max_size=14)


def bulk_names(version: str) -> list[str]:
    """The names that a bulk commit publishes."""
    return [f"com.example{number % 7}/bulk-{number}" for number in range(BULK)]


def write_step(registry: Registry, step: Step) -> str:
    """Commit a step; what it cannot do at this point of the history is an empty commit."""
    time = max(registry.time + step.seconds, START - 400_000)
    path = path_of(step.name, step.version)
    status = path_of(step.name, step.version, "status.json")
    files: dict[str, bytes | str | None] = {}
    match step.kind:
        case "publish":
            document = server_json(step.name, step.version, description="Text. " + step.more)
            files[path] = json.dumps(document)
        case "deprecated" | "deleted" | "active":
            message = {"statusMessage": step.more} if step.more else {}
            files[status] = json.dumps({"status": step.kind, **message})
        case "remove":
            if path in registry.git("ls-tree", "-r", "--name-only", "main").splitlines():
                files[path] = None
        case "break":
            files[path] = '{"name": 1}'
        case "bad-status":
            files[status] = '{"status": "retired"}'
        case "accept":
            files[path_of(step.name, step.version, "accepted.json")] = accepted_json()
        case "bulk":
            for name in bulk_names(step.version):
                files[path_of(name, step.version)] = json.dumps(server_json(name, step.version))
        case "delete-bulk":
            for name in bulk_names(step.version)[:110]:
                files[path_of(name, step.version, "status.json")] = '{"status": "deleted"}'
    return registry.commit(files, time=time)


@dataclass
class Expected:
    """What the reference says of one version."""

    name: str
    version: str
    ordinal: int
    published: int
    valid: bool = False
    status: str = "active"
    message: str | None = None
    status_changed: int | None = None
    updated: int | None = None
    latest: bool = False
    first: str | None = None
    document: dict[str, Any] = field(default_factory=dict)


def expected_entries(registry: Registry) -> list[Expected]:
    """Every version that has an entry at the newest commit, by ordinal."""
    versions: dict[str, Expected] = {}
    now = 0
    for line in registry.git(
        "log", "--first-parent", "--reverse", "--format=%H %ct", "main"
    ).splitlines():
        commit, time = line.split()
        now = max(now, int(time))
        changed = registry.git(
            "diff-tree", "-r", "--root", "--no-commit-id", "--name-status", commit
        ).splitlines()
        before = {path: _state(version) for path, version in versions.items()}
        for entry in sorted(changed, key=lambda entry: not entry.endswith("server.json")):
            letter, path = entry.split("\t")
            content = None if letter == "D" else registry.git("show", f"{commit}:{path}")
            _apply(versions, path, content, int(time), now)
        _choose_latest(list(versions.values()))
        for path, version in versions.items():
            if version.valid and _state(version) != before.get(path):
                version.updated = now
    found = [version for version in versions.values() if version.valid]
    return sorted(found, key=lambda version: version.ordinal)


def _state(version: Expected) -> tuple[Any, ...]:
    return (
        version.valid,
        version.status,
        version.message,
        version.latest,
        json.dumps(version.document),
    )


def _apply(versions: dict[str, Expected], path: str, content: str | None, time: int, now: int) -> None:
    folder, _, file = path.rpartition("/")
    key = folder + "/server.json"
    if file == "server.json":
        parts = folder.split("/")
        name, version = f"{parts[3]}/{parts[4]}", parts[5]
        found = versions.setdefault(path, Expected(name, version, len(versions), time))
        document = json.loads(content) if content else {}
        if content is None:
            found.valid = False
        elif document.get("name") == name and found.first in {None, content}:
            found.valid, found.first, found.document = True, content, document
            found.status_changed = found.status_changed or now
    elif file == "status.json" and key in versions:
        record = json.loads(content) if content else {"status": "active"}
        found = versions[key]
        new = (record["status"], record.get("statusMessage"))
        if new[0] in {"active", "deprecated", "deleted"} and new != (found.status, found.message):
            found.status, found.message = new
            found.status_changed = now


def _choose_latest(versions: list[Expected]) -> None:
    for name in {version.name for version in versions}:
        own = [version for version in versions if version.name == name]
        present = [version for version in own if version.valid]
        pool = [version for version in present if version.status != "deleted"] or present
        semantic = [version for version in pool if semver.Version.is_valid(version.version)]
        best = None
        if semantic:
            best = max(semantic, key=lambda version: semver.Version.parse(version.version))
        elif pool:
            best = max(pool, key=lambda version: version.ordinal)
        for version in own:
            version.latest = version is best
