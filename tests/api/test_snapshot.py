"""Reading `data/snapshot.json`: what the host honors, and formats of other versions."""

import json
from typing import Any

import pytest
from mcp_static.api.abilities import EVERYTHING, Ability, describe
from mcp_static.api.paths import is_for_host
from mcp_static.api.snapshot import (
    PLAIN,
    SNAPSHOT_FORMAT,
    HostFacts,
    host_of,
    read_snapshot,
    slack_member,
    updated_since_slack,
)
from mcp_static.model.errors import InputError


def snapshot(**more: Any) -> bytes:
    members = {"format": SNAPSHOT_FORMAT, "commit": "c", "counts": {}, "chains": {}, "registry": {}}
    return json.dumps(members | more).encode()


@pytest.mark.parametrize(
    "facts",
    [PLAIN, HostFacts("everywhere", EVERYTHING, False), HostFacts("nowhere", frozenset(), True)],
)
def test_a_host_is_read_as_it_was_written(facts: HostFacts) -> None:
    assert host_of(read_snapshot(snapshot(host=facts.document()), "dist")) == facts


def test_abilities_of_newer_versions_are_left_out() -> None:
    host = {"name": "new", "honours": ["cursors", "telepathy"], "deploysToBucket": False}
    assert host_of({"host": host}).honours == frozenset({Ability.CURSORS})


@pytest.mark.parametrize(
    ("found", "slack"),
    [
        (slack_member(15), 900),
        (slack_member(0), 0),
        ({}, 0),
        ({"updatedSinceSlack": -5}, 0),
        ({"updatedSinceSlack": "900"}, 0),
        ({"updatedSinceSlack": None}, 0),
        ([], 0),
        (None, 0),
    ],
)
def test_only_a_snapshot_that_says_so_has_a_slack(found: object, slack: int) -> None:
    assert updated_since_slack(found) == slack


@pytest.mark.parametrize("body", [None, b"", b"{", b"[]", b"{}"])
def test_what_is_no_snapshot_is_told_with_its_origin(body: bytes | None) -> None:
    with pytest.raises(InputError, match=r"^dist holds no built registry") as caught:
        read_snapshot(body, "dist")
    assert "mcp-static build" in caught.value.fix


@pytest.mark.parametrize(
    ("found", "fix"), [(1, "Build it again"), (SNAPSHOT_FORMAT + 1, "Upgrade"), ("2", "Upgrade")]
)
def test_another_format_is_told_with_the_way_out(found: object, fix: str) -> None:
    with pytest.raises(InputError, match=f"has format {found}") as caught:
        read_snapshot(snapshot(format=found), "dist")
    assert caught.value.fix.startswith(fix)


def test_abilities_are_described_by_the_parameters_they_stand_for() -> None:
    assert describe(EVERYTHING) == "everything"
    assert describe(None) == "whatever your server makes of it"
    assert describe(frozenset({Ability.FILES})) == (
        "no query: `/v0.1/servers` lists each server's latest version alone, without `nextCursor`"
    )
    rules = frozenset({Ability.SINCE, Ability.CURSORS, Ability.CORS})
    assert describe(rules) == "`cursor`, `updated_since`; pages of 100"
    assert describe(rules | {Ability.PAGES}) == "`cursor`, `limit`, `updated_since`"


def test_what_a_host_keeps_to_itself_is_told_by_its_path() -> None:
    for path in ("host", "host/nginx.conf", "HOST/edge/query.js", ".nojekyll", ".assetsignore"):
        assert is_for_host(path), path
    for path in ("hosts", "hostel/x", "v0.1/host/x.json", ".well-known/acme", "data/.x", ""):
        assert not is_for_host(path), path
