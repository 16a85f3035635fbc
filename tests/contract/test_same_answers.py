"""Hosts that honor everything answer every request with the same bytes."""

import itertools
import json
import random
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from mcp_static.serve.answers import answer
from mcp_static.serve.snapshot import Snapshot

from tests.contract.exact_requests import heard
from tests.hosting import Hosted
from tests.registries import day

VALUES: dict[str, list[str]] = {
    "search": ["", "SERVER-1", "number 25", "ödd", "ÍSTANBUL", "σασ", "😀", "<b>", "zzz", "1.0", "17", "a\tb", "com.example/", "\n"],
    "version": ["", "latest", "1.0.3", "1.1.2", "1.0.0+build.7", "2.0.0-RC_1", "50% off", "vÄ 1", "a?b#c&d=e", "none", "..", "."],
    "updated_since": ["", day(0), day(0, "T09:30:00Z"), day(0, "T12:34:56.75+02:00"), day(1), day(3), day(9), day(9, "T08:53:20Z"),
                      day(9, "T08:53:21Z"), day(10), "1970-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "0001-01-01T00:00:00+23:59"],
    "include_deleted": ["", "true", "FALSE", "0", "1"],
    "limit": ["", "1", "3", "30", "99", "100"],
}  # fmt: skip
MALFORMED = [
    "limit=0", "limit=101", "limit=-1", "limit=1.5", "limit=%31", "limit=٣", "limit=9999999999", "limit=1&limit=2", "limit=1;limit=2",
    "cursor=nonsense", "cursor=all.x", "cursor=all.007", "cursor=../../etc", "cursor=%00", "cursor=all.0--", "cursor=all.0--AAAA",
    "cursor=version....0", "cursor=version.%2e%2e.0", "cursor=updated.2025-02-30.0", "cursor=updated.2025-10-09.100",
    "cursor=latest.50", "cursor=everything.999999999999", "cursor=all.9999999999999", "cursor=all.100&search=server",
    "updated_since=yesterday", "updated_since=2025-02-30T00:00:00Z", "updated_since=2025-10-09T24:00:00Z", "updated_since=2025-10-09",
    "updated_since=2025-10-09T00:00:00+24:00", "updated_since=2025-10-09T02:00:00+02:00", "updated_since=0000-01-01T00:00:00Z",
    "include_deleted=maybe", "updated_since=2025-10-09T00:00:00Z&include_deleted=false", "search=%FF", "search=a%00b", "search=%zz", "search=%C3%B6", "sea%72ch=tides", "SEARCH=zzz", "version=a&version=b",
    "x=1&" * 99, "x=1&" * 120, "search=" + "x" * 990, "search=" + "x" * 1001, "search=" + "%C3%B6" * 170, "&&&", "=", "search", "?",
]  # fmt: skip
PATHS = [
    "/v0.1/servers/com.example%2Fodd/versions", "/v0/servers/com.example%2fodd/versions/latest", "/v0.1/servers/com.example/odd/versions/",
    *(f"/v0.1/servers/com.example%2Fodd/versions/{quote(v, safe='')}" for v in VALUES["version"] if v),
    *(f"/v0.1/servers/com.example%2Fodd/versions/{quote(v, safe='')}?include_deleted=true" for v in VALUES["version"] if v),
    "/v0.1/servers/com.example%2Fgone/versions", "/v0.1/servers/com.example%2Fgone/versions?include_deleted=true",
    "/v0.1/servers/com.example%2Fgone/versions/latest?include_deleted=1", "/v0.1/servers/com.example%2Fgone/versions?include_deleted=x",
    "/v0.1/servers/com.example%2Fodd/versions?limit=0&cursor=x", "/v0.1/servers/com.example%2Fodd/versions/latest/more",
    "/v0.1/health", "/v0/ping", "/v0.1/version", "/v0.1/health.json", "/v0.1/servers.json", "/v0.1", "/v0.1/", "/v0.1/nothing", "/v0.2/servers",
    "/data/snapshot.json", "/openapi.yaml", "/data", "/data/pages", "/data/pages/all/0.json", "/data/pages/all/9.json", "/nothing",
    "/v0.1/servers/..%2f..%2fdata/versions", "/v0.1/servers/%2e%2e/%2e%2e/versions", "/..%2f..%2fetc%2fpasswd", "/data/..%2f..%2fetc%2fpasswd",
    "/v0.1/servers/a%5cb/c/versions", "/v0.1/servers/%ff/x/versions", "/v0.1/servers/x//versions", "/v0.1/servers/%252e/x/versions",
    "/v0.1/servers/" + "x" * 3000 + "/versions", "/v0.1/servers/com.example%2Fodd%2Fversions%2Flatest", "/v0.1%2Fservers", "/v0.1/servers/?limit=1",
]  # fmt: skip


def queries() -> Iterator[str]:
    """Every pair of values, and a share of the other combinations."""
    for first, second in itertools.combinations(VALUES, 2):
        for pair in itertools.product(VALUES[first], VALUES[second]):
            yield urlencode({first: pair[0], second: pair[1]})
    chance = random.Random(7)
    for _ in range(400):
        yield urlencode({name: chance.choice(values) for name, values in VALUES.items()})


def test_the_same_request_gets_the_same_answer_from_every_host(full_host: Hosted) -> None:
    snapshot = Snapshot(full_host.out.resolve())
    targets = [f"/v0.1/servers?{query}" for query in (*queries(), *MALFORMED)] + PATHS
    following = []
    for target in targets:
        path, _, query = target.partition("?")
        expected = answer(snapshot, "GET", path.encode(), query)
        if target.isascii():
            got = heard(full_host, target)
            if (got[0], expected.status) == (400, 404):  # refused before any program has seen it
                assert b"cannot be understood" in got[1], target
                continue
            assert got == (expected.status, expected.body), target
        if expected.body.startswith(b'{"servers"') and b"nextCursor" in expected.body:
            following.append(json.loads(expected.body)["metadata"]["nextCursor"])
    assert len(targets) > 900
    cursors = sorted(set(following))
    assert len(cursors) > 60
    for cursor in cursors:
        query = f"limit=30&cursor={cursor}"
        expected = answer(snapshot, "GET", b"/v0.1/servers", query)
        assert expected.status == 200
        assert heard(full_host, f"/v0.1/servers?{query}") == (200, expected.body), cursor


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "TRACE"])
def test_writing_gets_the_same_answer_too(full_host: Hosted, method: str) -> None:
    snapshot = Snapshot(full_host.out.resolve())
    for path in ("/v0.1/publish", "/v0.1/servers/com.example%2Fodd/versions/latest", "/feed.xml"):
        expected = answer(snapshot, method, path.encode(), "")
        assert heard(full_host, path, method) == (expected.status, expected.body)
    assert "example/registry" in answer(snapshot, "POST", b"/x", "").body.decode()


def test_trace_is_refused_by_rules_like_every_other_method(rules_host: Hosted) -> None:
    answers = {heard(rules_host, "/v0.1/servers", method) for method in ("PUT", "PROPFIND", "TRACE")}
    [(status, body)] = answers
    assert (status, list(json.loads(body))) == (501, ["error"])
