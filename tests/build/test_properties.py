"""The invariants of the design, over made-up histories."""

import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from mcp_static.api.entries import OFFICIAL_META
from mcp_static.hosts.host import Host
from mcp_static.hosts.hosts import HOSTS
from mcp_static.model.times import format_time
from mcp_static.policies.matchers import Identity, Verdict, read_matchers, verdict
from mcp_static.serve.answers import answer
from mcp_static.serve.snapshot import CurrentSnapshot
from mcp_static.settings import Settings

from tests.build.histories import (
    Expected,
    Step,
    expected_entries,
    histories,
    steps,
    write_step,
)
from tests.conftest import build_registry
from tests.registries import Registry, files_below

_SLACK = 60 * Settings().hosting.updated_since_slack
EXAMPLES = int(os.environ.get("EXAMPLES", "25"))


@contextmanager
def workplace() -> Iterator[tuple[Registry, Path]]:
    """An empty registry and an output folder, for one example."""
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(Path(folder, "registry.git"))
        settings = 'namespace = "com.example.registry"\n[policies]\n'
        registry.commit({"registry-data/README.md": "records", "registry.toml": settings})
        yield registry, Path(folder, "dist")


def write(registry: Registry, history: list[Step]) -> None:
    for step in history:
        write_step(registry, step)


@settings(max_examples=EXAMPLES)
@given(histories, st.sampled_from(HOSTS), st.data())
def test_incremental_builds_equal_full_ones_byte_for_byte(
    history: list[Step], host: Host, data: st.DataObject
) -> None:
    target = host.target(Settings())
    with workplace() as (registry, out):
        build_registry(registry, out, target=target)
        while history:
            count = data.draw(st.integers(1, len(history)), label="steps until the next build")
            write(registry, history[:count])
            history = history[count:]
            report = build_registry(registry, out, target=target)
            assert report.why_full == ""
        fresh = out.with_name("fresh")
        assert build_registry(registry, fresh, target=target).why_full
        assert files_below(out) == files_below(fresh)


@settings(max_examples=EXAMPLES)
@given(histories)
def test_entries_times_order_and_latest_are_what_the_design_says(history: list[Step]) -> None:
    with workplace() as (registry, out):
        write(registry, history)
        build_registry(registry, out)
        expected = expected_entries(registry)
        shown = [
            entry
            for number in range(len(list((out / "data/pages/everything").glob("*"))))
            for entry in json.loads((out / f"data/pages/everything/{number}.json").read_bytes())[
                "servers"
            ]
        ]
        assert [entry["server"] for entry in shown] == [version.document for version in expected]
        for entry, version in zip(shown, expected, strict=True):
            official = {
                "status": version.status,
                **({"statusMessage": version.message} if version.message else {}),
                "statusChangedAt": format_time(version.status_changed or 0),
                "publishedAt": format_time(version.published),
                "updatedAt": format_time(version.updated or 0),
                "isLatest": version.latest,
            }
            assert entry["_meta"][OFFICIAL_META] == official
            provenance = entry["_meta"]["com.example.registry/provenance"]
            assert provenance.get("takedown") == version.takedown


@settings(max_examples=EXAMPLES)
@given(histories)
def test_a_policy_allows_what_is_public_and_denies_what_was(history: list[Step]) -> None:
    with workplace() as (registry, out):
        write(registry, history)
        build_registry(registry, out)
        policy = json.loads((out / "policies/copilot-managed-settings.json").read_bytes())
        allowed, denied = (read_matchers(policy[f"{kind}McpServers"]) for kind in ("allowed", "denied"))
        expected = [version for version in expected_entries(registry) if "packages" in version.document]
        public = {command_of(version) for version in expected if version.status != "deleted"}
        names = {version.name for version in expected if version.status != "deleted"}
        for version in expected:
            command = command_of(version)
            server = Identity(version.name, command=command)
            found = verdict(allowed, denied, server)
            is_allowed = command in public and version.name in names
            assert found is (Verdict.ALLOWED if is_allowed else Verdict.DENIED)


def command_of(version: Expected) -> tuple[str, ...]:
    """The command that starts the package of a published step."""
    [package] = version.document["packages"]
    return ("npx", "-y", f"{package['identifier']}@{package['version']}")


@settings(max_examples=EXAMPLES)
@given(histories)
def test_every_valid_record_is_reachable_at_its_addresses(history: list[Step]) -> None:
    with workplace() as (registry, out):
        write(registry, history)
        report = build_registry(registry, out)
        expected = expected_entries(registry)
        public = {(v.name, v.version) for v in expected if v.status != "deleted"}
        assert (report.versions, report.deleted) == (len(public), len(expected) - len(public))
        snapshot = CurrentSnapshot(out).snapshot()
        for version in expected:
            path = f"/v0.1/servers/{version.name}/versions/{version.version}".encode()
            is_public = (version.name, version.version) in public
            assert answer(snapshot, "GET", path, "").status == (200 if is_public else 404)
            hidden = answer(snapshot, "GET", path, "include_deleted=true")
            assert json.loads(hidden.body)["server"] == version.document
        for name in {version.name for version in expected}:
            own = [v for v in expected if v.name == name]
            latest = next(v for v in own if v.latest)
            answered = answer(snapshot, "GET", f"/v0.1/servers/{name}/versions/latest".encode(), "")
            assert answered.status == (404 if latest.status == "deleted" else 200)
            listed = answer(
                snapshot, "GET", f"/v0.1/servers/{name}/versions".encode(), "include_deleted=1"
            )
            versions = [entry["server"]["version"] for entry in json.loads(listed.body)["servers"]]
            assert versions == [v.version for v in reversed(own)]


def walk(
    registry: Registry,
    out: Path,
    query: str,
    limit: int,
    between: list[Step],
    told: Callable[[], None] = lambda: None,
) -> Counter[tuple[str, str]]:
    """Walk to the end while a registry changes; gives how often each entry came.

    `told` is called after each change that falls between two pages.
    """
    shown, rest = CurrentSnapshot(out), list(between)
    got: Counter[tuple[str, str]] = Counter()
    cursor, pages = "", 0
    while True:
        raw = f"{query}&limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        page = json.loads(answer(shown.snapshot(), "GET", b"/v0.1/servers", raw).body)
        assert len(page["servers"]) == page["metadata"]["count"] <= limit
        got.update((e["server"]["name"], e["server"]["version"]) for e in page["servers"])
        pages += 1
        cursor = page["metadata"].get("nextCursor", "")
        if not cursor:
            return got
        assert pages < 2000, "the walk does not end"
        if rest:
            write_step(registry, rest.pop(0))
            build_registry(registry, out)
            told()


QUERIES = ("", "include_deleted=true", "version=latest", "version=1.0.0", "search=SERVER", "search=e&version=latest",
           "version=1.0.0&include_deleted=true", "version=latest&include_deleted=true")  # fmt: skip


def updated_since(registry: Registry, since: int) -> set[tuple[str, str]]:
    """The entries updated at a time or later, by the reference."""
    return {(v.name, v.version) for v in expected_entries(registry) if (v.updated or 0) >= since}


def passing(registry: Registry, query: str) -> set[tuple[str, str]]:
    """The entries that a query asks for, by the reference."""
    return {
        (v.name, v.version)
        for v in expected_entries(registry)
        if (v.status != "deleted" or "include_deleted" in query)
        and (v.latest or "version=latest" not in query)
        and (v.version == "1.0.0" or "version=1.0.0" not in query)
        and ("server" in v.name or "search=SERVER" not in query)
    }


@settings(max_examples=EXAMPLES)
@given(
    histories,
    st.lists(steps, max_size=4),
    st.sampled_from(QUERIES),
    st.sampled_from([1, 7, 30, 99, 100]),
)
def test_a_walk_returns_what_stays_exactly_once(
    history: list[Step], between: list[Step], query: str, limit: int
) -> None:
    with workplace() as (registry, out):
        write(registry, history)
        build_registry(registry, out)
        always = passing(registry, query)

        def note() -> None:
            always.intersection_update(passing(registry, query))

        got = walk(registry, out, query, limit, between, note)
        assert {entry: got[entry] for entry in always} == dict.fromkeys(always, 1)
        assert not got or max(got.values()) == 1


@settings(max_examples=EXAMPLES)
@given(
    histories,
    st.lists(steps, max_size=4),
    st.integers(-300_000, 300_000),
    st.sampled_from([1, 30, 100]),
    st.booleans(),
)
def test_an_updated_since_walk_misses_nothing(
    history: list[Step], between: list[Step], offset: int, limit: int, with_search: bool
) -> None:
    with workplace() as (registry, out):
        write(registry, history)
        build_registry(registry, out)
        since = registry.time + offset
        query = f"updated_since={format_time(since)}" + ("&search=e" if with_search else "")
        always = updated_since(registry, since)

        def note() -> None:
            always.intersection_update(updated_since(registry, since))

        got = walk(registry, out, query, limit, between, note)
        assert all(got[entry] >= 1 for entry in always)
        again = walk(registry, out, query, limit, [])
        assert again == Counter(dict.fromkeys(updated_since(registry, since - _SLACK), 1))


def announced(entry: dict[str, Any]) -> str:
    """An entry without what moves no time: a note of the merge that comes after its record.

    The merge itself writes both in one commit.
    """
    entry["_meta"]["com.example.registry/provenance"].pop("accepted", None)
    return json.dumps(entry)


@settings(max_examples=EXAMPLES)
@given(st.lists(steps, min_size=3, max_size=12), st.sampled_from([1, 30, 100]))
def test_a_client_that_advances_updated_since_while_it_pages_has_everything_in_the_end(
    history: list[Step], limit: int
) -> None:
    with workplace() as (registry, out):
        build_registry(registry, out)
        shown = CurrentSnapshot(out)
        mirror: dict[tuple[str, str], str] = {}
        since, cursor = "1970-01-01T00:00:00Z", ""
        rest = list(history)
        quiet = 0
        while quiet < 2:
            raw = f"updated_since={since}&limit={limit}" + (f"&cursor={cursor}" if cursor else "")
            page = json.loads(answer(shown.snapshot(), "GET", b"/v0.1/servers", raw).body)
            for entry in page["servers"]:
                official = entry["_meta"][OFFICIAL_META]
                mirror[entry["server"]["name"], entry["server"]["version"]] = announced(entry)
                since = max(since, official["updatedAt"])
            cursor = page["metadata"].get("nextCursor", "")
            if rest:
                write_step(registry, rest.pop(0))
                build_registry(registry, out)
            elif not cursor:
                quiet += 1
        everything: dict[tuple[str, str], str] = {}
        snapshot, cursor = shown.snapshot(), ""
        while True:
            raw = "include_deleted=true&limit=100" + (f"&cursor={cursor}" if cursor else "")
            page = json.loads(answer(snapshot, "GET", b"/v0.1/servers", raw).body)
            for entry in page["servers"]:
                everything[entry["server"]["name"], entry["server"]["version"]] = announced(entry)
            cursor = page["metadata"].get("nextCursor", "")
            if not cursor:
                break
        # A mirror cannot learn of a removed or broken record, which no status announces.
        assert {key: mirror.get(key) for key in everything} == everything


@settings(max_examples=EXAMPLES)
@given(histories)
def test_times_never_run_backwards(history: list[Step]) -> None:
    with workplace() as (registry, out):
        latest: dict[tuple[str, str], str] = {}
        newest = ""
        for step in history:
            write_step(registry, step)
            build_registry(registry, out)
            time = json.loads((out / "data/snapshot.json").read_bytes())["time"]
            assert time >= newest
            newest = time
            for page in (out / "data/pages/everything").glob("*.json"):
                for entry in json.loads(page.read_bytes())["servers"]:
                    key = (entry["server"]["name"], entry["server"]["version"])
                    updated = entry["_meta"][OFFICIAL_META]["updatedAt"]
                    assert latest.get(key, "") <= updated <= newest
                    latest[key] = updated
