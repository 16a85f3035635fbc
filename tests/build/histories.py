"""Made-up histories of a registry, and a plain reference of what each must come to.

The reference knows nothing of the builder: it goes through all commits each time, in the most
literal reading of the design, so that it can be compared with both kinds of build.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import semver
from hypothesis import strategies as st
from mcp_static.model.moderation_log import LOG_ROOT, Act, LogEntry
from mcp_static.model.times import format_time

from tests.registries import START, Registry, accepted_json, path_of, server_json

NAMES = (
    *(f"io.github.user{number}/server" for number in range(4)),
    "io.github.User0/other-server",
    "io.github.user1.sub/server",
)
"""Among them a namespace that differs from another in case alone, and one below another."""
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
    level: str = "version"


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
        + ["take-down", "take-down", "quarantine", "quarantine", "garble", "restore", "restore", "log"]
    ),
    name=st.sampled_from(NAMES),
    version=st.sampled_from(VERSIONS),
    seconds=st.sampled_from([0, 1, 60, 3600, 86_400, 250_000, -50, -90_000]),
    more=st.sampled_from(["", "<b>&\u2028", "ü 😀"]),
    level=st.sampled_from(["version", "server", "namespace", "subdomains", "parent"]),
)
histories = st.lists(steps, min_size=1, max_size=14)


def bulk_names(version: str) -> list[str]:
    """The names that a bulk commit publishes."""
    return [f"com.example{number % 7}/bulk-{number}" for number in range(BULK)]


def package_of(step: Step) -> dict[str, Any]:
    """The package of a published step; servers whose names differ in a number share theirs."""
    identifier = step.name.rpartition("/")[2]
    return {
        "registryType": "npm",
        "identifier": identifier,
        "version": step.version,
        "transport": {"type": "stdio"},
    }


def write_step(registry: Registry, step: Step, *, has_packages: bool = True) -> str:
    """Commit a step; what it cannot do at this point of the history is an empty commit."""
    time = max(registry.time + step.seconds, START - 400_000)
    path = path_of(step.name, step.version)
    status = path_of(step.name, step.version, "status.json")
    files: dict[str, bytes | str | None] = {}
    match step.kind:
        case "publish":
            document = server_json(
                step.name,
                step.version,
                description="Text. " + step.more,
                packages=[package_of(step)] if has_packages else None,
            )
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
        case "take-down" | "quarantine":
            files[takedown_path(step)] = json.dumps(_takedown(step, time))
        case "garble":
            files[takedown_path(step)] = '{"reason": 7, "subdomains": true' + ("}" if step.more else "")
        case "log":
            act = LogEntry(
                act=Act.TAKEDOWN,
                at=format_time(time),
                by="an operator",
                subject=step.name,
                reason="Harm.",
            )
            files[act.path] = act.model_dump_json() + step.more
            if step.level == "version":  # whatever the log has is overwritten
                listed = registry.git("ls-tree", "-r", "--name-only", "main").splitlines()
                logged = [path for path in listed if path.startswith(LOG_ROOT)]
                files.update(dict.fromkeys(logged, step.more or None))
        case "restore":
            if takedown_path(step) in registry.git("ls-tree", "-r", "--name-only", "main").splitlines():
                files[takedown_path(step)] = None
    return registry.commit(files, time=time)


def takedown_path(step: Step) -> str:
    """Where the takedown of a step lies; that of level `parent` is over all namespaces of a forge."""
    if step.level == "parent":
        return "registry-data/servers/gi/io.github/takedown.json"
    folders = path_of(step.name, step.version).split("/")
    depth = {"version": 6, "server": 5}.get(step.level, 4)
    return "/".join([*folders[:depth], "takedown.json"])


def _takedown(step: Step, time: int) -> dict[str, Any]:
    return {
        "status": "deleted" if step.kind == "take-down" else "quarantined",
        "reason": f"Harmful {len(step.more)}.",
        **({"policy": "3.1"} if step.more else {}),
        "at": format_time(time),
        "by": "an operator",
        **({"until": format_time(time + 90_000)} if step.kind == "quarantine" else {}),
        **({"subdomains": True} if step.level in {"subdomains", "parent"} else {}),
    }


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
    own_status: tuple[str, str | None] = ("active", None)
    takedown: dict[str, Any] | None = None
    is_second: bool = False
    document: dict[str, Any] = field(default_factory=dict)


def expected_entries(registry: Registry) -> list[Expected]:
    """Every version that has an entry at the newest commit, by ordinal."""
    versions: dict[str, Expected] = {}
    takedowns: dict[str, dict[str, Any]] = {}
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
        changed = [entry for entry in changed if LOG_ROOT not in entry]
        for entry in sorted(changed, key=lambda entry: not entry.endswith("server.json")):
            letter, path = entry.split("\t")
            content = None if letter == "D" else registry.git("show", f"{commit}:{path}")
            if path.endswith("/takedown.json"):
                _apply_takedown(takedowns, path, content, int(time))
            else:
                _apply(versions, path, content, int(time), now)
        for path, takedown in [*takedowns.items()]:
            if "until" in takedown and takedown["until"] <= format_time(now):
                del takedowns[path]
        for path, version in versions.items():
            _show(version, takedowns)
            if path in before and _state(version)[1:4] != before[path][1:4]:
                version.status_changed = now
        _choose_latest(list(versions.values()))
        for path, version in versions.items():
            if _state(version)[0] and _state(version) != before.get(path):
                version.updated = now
    found = [version for version in versions.values() if _state(version)[0]]
    return sorted(found, key=lambda version: version.ordinal)


def _state(version: Expected) -> tuple[Any, ...]:
    return (
        version.valid and not version.is_second,
        version.status,
        version.message,
        version.takedown,
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
        first = next(known.name for known in versions.values() if _is_same_namespace(known.name, name))
        found.is_second = first.partition("/")[0] != name.partition("/")[0]
        document = json.loads(content) if content else {}
        if content is None:
            found.valid = False
        elif document.get("name") == name and found.first in {None, content}:
            found.valid, found.first, found.document = True, content, document
            found.status_changed = found.status_changed or now
    elif file == "status.json" and key in versions:
        record = json.loads(content) if content else {"status": "active"}
        found = versions[key]
        if record["status"] in {"active", "deprecated", "deleted"}:
            found.own_status = (record["status"], record.get("statusMessage"))


def _is_same_namespace(name: str, other: str) -> bool:
    return name.partition("/")[0].lower() == other.partition("/")[0].lower()


def _apply_takedown(
    takedowns: dict[str, dict[str, Any]], path: str, content: str | None, time: int
) -> None:
    before = takedowns.pop(path, {})
    if content is None:
        return
    try:
        found = json.loads(content)
    except ValueError:
        found = {"reason": 7}
    if found["reason"] == 7:
        is_wide = found.get("subdomains", False) and len(path.split("/")) == 5
        found = {"status": "deleted", "reason": "taken down by the operator", "at": format_time(time)}
        found["subdomains"] = is_wide or before.get("subdomains", False)
    takedowns[path] = found


def _show(version: Expected, takedowns: dict[str, dict[str, Any]]) -> None:
    version.status, version.message = version.own_status
    version.takedown = None
    over = [
        (takedown["status"] == "quarantined", -len(path.split("/")), -len(path), path)
        for path, takedown in takedowns.items()
        if _is_over(path, takedown, version)
    ]
    if over:
        takedown = takedowns[min(over)[-1]]
        version.takedown = {
            key: takedown[key]
            for key in ("status", "reason", "policy", "at", "until")
            if key in takedown
        }
        version.status, version.message = "deleted", takedown["reason"]


def _is_over(path: str, takedown: dict[str, Any], version: Expected) -> bool:
    namespace, *below = path.lower().split("/")[3:-1]
    own, server = version.name.lower().split("/")
    if namespace != own:
        return bool(takedown.get("subdomains")) and own.startswith(f"{namespace}.")
    return below in ([], [server], [server, version.version.lower()])


def _choose_latest(versions: list[Expected]) -> None:
    for name in {version.name for version in versions}:
        own = [version for version in versions if version.name == name]
        present = [version for version in own if _state(version)[0]]
        pool = [version for version in present if version.status != "deleted"] or present
        semantic = [version for version in pool if semver.Version.is_valid(version.version)]
        best = None
        if semantic:
            best = max(semantic, key=lambda version: semver.Version.parse(version.version))
        elif pool:
            best = max(pool, key=lambda version: version.ordinal)
        for version in own:
            version.latest = version is best
