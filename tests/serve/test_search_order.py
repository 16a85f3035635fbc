"""Of the hits on a page, names come first; what a walk gives, and how often, is as before."""

import json
from pathlib import Path

import pytest
from mcp_static.serve.answers import answer
from mcp_static.serve.snapshot import Snapshot

from tests.conftest import build_registry
from tests.registries import Registry, entries_of

MENTIONS = [("com.example/first", "1.0.0"), ("com.example/second", "1.0.0")]
PARTS = [("org.maps.tools/other", "1.0.0"), ("com.example/maps-of-europe", "1.0.0")]
NAMES = [
    ("com.example/maps", "1.0.0"),
    ("io.github.alice/Maps", "1.0.0"),
    ("com.example/maps", "2.0.0"),
]
LATEST = [NAMES[2], NAMES[1], *PARTS, *MENTIONS]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("order")
    registry = Registry(folder / "r.git")
    for name, version in (MENTIONS[0], PARTS[0], NAMES[0], MENTIONS[1], NAMES[1], PARTS[1], NAMES[2]):
        registry.publish(name, version, title="Shows maps")
    build_registry(registry, folder / "dist")
    return Snapshot(Path(folder / "dist").resolve())


def hits(snapshot: Snapshot, query: str) -> list[tuple[str, str]]:
    return entries_of(answer(snapshot, "GET", b"/v0.1/servers", query).body)


def test_the_name_comes_before_a_part_of_one_and_that_before_a_mention(snapshot: Snapshot) -> None:
    assert hits(snapshot, "search=MAPS") == [*NAMES, *PARTS, *MENTIONS]
    assert hits(snapshot, "search=maps&version=latest") == LATEST
    assert hits(snapshot, "search=com.example%2Fmaps")[:2] == [NAMES[0], NAMES[2]]


@pytest.mark.parametrize("limit", [1, 2, 3, 6])
def test_a_walk_meets_every_hit_once(limit: int, snapshot: Snapshot) -> None:
    met: list[tuple[str, str]] = []
    query = f"search=maps&limit={limit}"
    while True:
        body = answer(snapshot, "GET", b"/v0.1/servers", query).body
        met += entries_of(body)
        cursor = json.loads(body)["metadata"].get("nextCursor")
        if not cursor:
            break
        query = f"limit={limit}&cursor={cursor}"
    assert sorted(met) == sorted([*NAMES, *PARTS, *MENTIONS])
