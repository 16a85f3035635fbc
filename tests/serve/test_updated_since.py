"""`updated_since` by a client's own clock: nothing is missed, though a commit takes time to be served."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp_static.model.times import format_time
from mcp_static.serve.answers import answer
from mcp_static.serve.snapshot import Snapshot

from tests.conftest import build_registry
from tests.registries import START, Registry, entries_of

SLACK = 15 * 60
GAPS = (30, 400, 1, 900, 86_000, 5, 5, 600, 3000, 60)
"""Seconds between one commit and the next; some are close to midnight."""


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, Snapshot]]:
    """A registry as it is built after each of its commits, with their times."""
    folder = tmp_path_factory.mktemp("states")
    registry, found, time = Registry(folder / "r.git"), [], START
    for number, gap in enumerate((0, *GAPS)):
        time += gap
        if number == 4:
            registry.set_status("com.example/s0", "1.0.0", "deleted", time=time)
        else:
            registry.publish(
                f"com.example/s{number % 6}", f"{number}.0.0" if number else "1.0.0", time=time
            )
        build_registry(registry, folder / "dist")
        shutil.copytree(folder / "dist", folder / f"state-{number}")
        found.append((time, Snapshot(folder / f"state-{number}")))
    return found


def listed(snapshot: Snapshot, query: str) -> list[tuple[str, str, str]]:
    """Name, version and time of everything that a walk gives."""
    found: list[tuple[str, str, str]] = []
    cursor = ""
    while True:
        body = answer(snapshot, "GET", b"/v0.1/servers", f"{query}&limit=2{cursor}").body
        document = json.loads(body)
        for entry in document["servers"]:
            [meta] = [value for key, value in entry["_meta"].items() if key.endswith("/official")]
            found.append((entry["server"]["name"], entry["server"]["version"], meta["updatedAt"]))
        following = document["metadata"].get("nextCursor")
        if not following:
            return found
        cursor = f"&cursor={following}"


def since(second: float) -> str:
    return quote(datetime.fromtimestamp(second, UTC).isoformat(timespec="milliseconds"))


MOMENTS = st.integers(START - 10, START + sum(GAPS) + SLACK)


@pytest.mark.parametrize("more", ["", "&search=com.example", "&version=latest"])
@given(
    delays=st.lists(st.integers(0, SLACK), min_size=len(GAPS) + 1, max_size=len(GAPS) + 1),
    asked=st.lists(MOMENTS, max_size=8),
)
@settings(max_examples=60)
def test_who_goes_by_a_clock_of_its_own_misses_nothing(
    more: str, delays: list[int], asked: list[int], states: list[tuple[int, Snapshot]]
) -> None:
    # A state is shown once it is deployed, unless a newer one has been by then.
    shown_at = [time + delay for (time, _), delay in zip(states, delays, strict=True)]
    last = START + sum(GAPS) + SLACK
    known: set[tuple[str, str, str]] = set()
    before = START - 100.0
    for moment in [*sorted(asked), last + 1]:
        deployed = [number for number, shown in enumerate(shown_at) if shown <= moment]
        if deployed:
            known |= set(listed(states[deployed[-1]][1], f"updated_since={since(before)}{more}"))
            before = moment
    newest = states[-1][1]
    for name, version, updated in listed(newest, "updated_since=1970-01-01T00:00:00Z" + more):
        assert (name, version, updated) in known


@pytest.mark.parametrize("more", ["", "&search=s1"])
def test_answers_begin_earlier_by_the_slack_and_no_more(
    more: str, states: list[tuple[int, Snapshot]]
) -> None:
    time, snapshot = states[1]
    for later, is_there in ((-1, True), (0, True), (SLACK, True), (SLACK + 0.5, False)):
        found = listed(snapshot, f"updated_since={since(time + later)}{more}")
        assert (("com.example/s1", "1.0.0", format_time(time)) in found) is is_there


@pytest.mark.parametrize(("minutes", "is_there"), [(0, False), (60, True)])
def test_the_slack_is_a_setting(
    minutes: int, is_there: bool, registry: Registry, tmp_path: Path
) -> None:
    registry.commit({"registry.toml": f"[hosting]\nupdated_since_slack = {minutes}\n"}, time=START)
    registry.publish("com.example/maps", "1.0.0", time=START)
    build_registry(registry, tmp_path / "dist")
    snapshot = Snapshot((tmp_path / "dist").resolve())
    assert snapshot.facts["updatedSinceSlack"] == minutes * 60
    query = f"updated_since={since(START + 3600)}"
    body = answer(snapshot, "GET", b"/v0.1/servers", query).body
    assert bool(entries_of(body)) is is_there
