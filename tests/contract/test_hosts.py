"""One suite against every host, each held to what it says it honors."""

import http.client
import itertools
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode, urljoin, urlsplit

import pytest
import requests
from mcp_static.api.abilities import Ability
from mcp_static.conformance.check import Check, run_checks
from mcp_static.conformance.checks import CHECKS
from mcp_static.conformance.probe import Probe
from mcp_static.hosts.hosts import HOSTS
from mcp_static.serve.answers import answer
from mcp_static.serve.snapshot import Snapshot

from tests.contract.conftest import BY_RULES, FULL, SERVERS, Serve, smallest_workerd
from tests.hosting import Hosted, Starting, caddy, nginx, site_of
from tests.registries import Registry, entries_of

COMPRESSED_IN_FRONT = {"workerd", "node"}
"""Bare runtimes: what stands in front of them, Cloudflare or a proxy, compresses."""


def test_every_host_is_served_here_but_for_one() -> None:
    # The Worker before an R2 bucket has a bucket of JavaScript in tests/edge/.
    served = {server.built_for for server in SERVERS.values()} | {"cloudflare-r2"}
    assert served == {host.name for host in HOSTS}


@pytest.mark.parametrize(
    ("name", "check"),
    [
        pytest.param(name, check, id=f"{name}-{check.id}")
        for name, server in SERVERS.items()
        for check in CHECKS
        if check.ability in server.honours
    ],
)
def test_every_host_does_what_it_honours(name: str, check: Check, serve: Serve) -> None:
    with Probe(serve(name).url) as probe:
        [(_, finding)] = run_checks(probe, [check])
    if check.id == "compressed" and name in COMPRESSED_IN_FRONT:
        assert finding.message.endswith("But a long list is not compressed.")
        return
    assert finding.has_passed, finding.message


def test_assets_are_kept_for_a_year_and_pages_for_a_minute(
    full_host: Hosted, rules_host: Hosted
) -> None:
    for hosted in (full_host, rules_host):
        home = requests.get(f"{hosted.url}/", timeout=30)
        assert home.headers["Content-Type"].startswith("text/html")
        assert "max-age=60," in home.headers["Cache-Control"]
        style = home.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        asset = requests.get(urljoin(f"{hosted.url}/", style), timeout=30)
        assert asset.status_code == 200
        assert asset.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert asset.headers["Content-Type"].startswith("text/css")
        page = requests.get(f"{hosted.url}/servers/com.example/odd/", timeout=30)
        assert "com.example" in page.text


@pytest.mark.parametrize("path", ["servers/com.example/none/", "assets/none.css", "v0.1/servers/none"])
@pytest.mark.parametrize("name", [*FULL, *BY_RULES])
def test_what_is_missing_is_never_kept(name: str, path: str, serve: Serve) -> None:
    missing = requests.get(f"{serve(name).url}/{path}", timeout=30)
    assert (missing.status_code, missing.headers.get("Cache-Control")) == (404, "no-cache")


def test_whom_to_tell_of_a_vulnerability_is_plain_text(any_host: Hosted) -> None:
    found = requests.get(f"{any_host.url}/.well-known/security.txt", timeout=30)
    assert found.status_code == 200
    assert found.headers["Content-Type"].lower() == "text/plain; charset=utf-8"
    assert found.text.startswith("Contact: mailto:security@example.com\nExpires: 20")


def test_policies_are_served_as_what_they_are(any_host: Hosted) -> None:
    for path in sorted((any_host.out / "policies").glob("*.json")):
        found = requests.get(f"{any_host.url}/policies/{path.name}", timeout=30)
        assert found.status_code == 200
        assert found.headers["Content-Type"].partition(";")[0] == "application/json"
        assert found.json() == json.loads(path.read_bytes())
    page = requests.get(f"{any_host.url}/policies/", timeout=30)
    assert page.headers["Content-Type"].startswith("text/html")
    assert "/policies/copilot-managed-settings.json" in page.text


def test_no_header_comes_twice(full_host: Hosted, rules_host: Hosted) -> None:
    for hosted in (full_host, rules_host):
        for path in ("/v0.1/servers", "/v0.1/servers?limit=100", "/v0.1/nothing", "/feed.xml"):
            connection = http.client.HTTPConnection(urlsplit(hosted.url).netloc, timeout=30)
            connection.request("GET", path)
            response = connection.getresponse()
            names = [name.lower() for name, _ in response.getheaders()]
            assert response.read()
            connection.close()
            assert sorted(names) == sorted(set(names)), (hosted.url, path)
            assert {"x-content-type-options", "access-control-allow-origin"} <= set(names)


def test_pages_give_complete_lists_and_harmless_markup(files_host: Hosted) -> None:
    path = urlsplit(files_host.url).path
    found = requests.get(f"{files_host.url}/v0.1/servers?limit=2&cursor=all.100&search=zzz", timeout=30)
    document, body = found.json(), found.content
    assert found.status_code == 200
    assert document["metadata"] == {"count": len(document["servers"])}
    assert document["metadata"]["count"] == 132
    assert b"<" not in body
    if path:
        assert heard(files_host, "/v0.1/servers")[0] == 404
    # Where a folder wins over `versions.html`, its index has the same.
    for path in ("v0.1/servers", "v0.1/servers/com.example/odd/versions"):
        page = (files_host.out / f"{path}.html").read_bytes()
        assert page == (files_host.out / path / "index.html").read_bytes()


def heard(hosted: Hosted, target: str, method: str = "GET") -> tuple[int, bytes]:
    """A request exactly as written."""
    connection = http.client.HTTPConnection(urlsplit(hosted.url).netloc, timeout=30)
    connection.putrequest(method, target, skip_accept_encoding=True)
    connection.endheaders()
    response = connection.getresponse()
    found = response.status, response.read()
    connection.close()
    return found


def day(number: float, clock: str = "T00:00:00Z") -> str:
    """A time on a day counted from the first commit's, 2025-10-09."""
    return f"2025-10-{9 + number:02.0f}{clock}"


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


HOSTILE = [
    "/v0.1/servers?search=" + "x" * 65_000, "/v0.1/servers?cursor=" + "9" * 65_000, "/v0.1/servers?limit=1&limit=2&limit=3",
    "/v0.1/servers?search=%FF%FE", "/v0.1/servers?search=%00", "/v0.1/servers?cursor=%00%0d%0aX-Evil:%201", "/v0.1/servers?version=../../x",
    "/v0.1/servers?version=..%2f..%2fx", "/v0.1/servers?cursor=updated.2025-10-09../0.0", "/v0.1/servers?updated_since=%27;--",
    "/v0.1/servers/%00/versions", "/v0.1/servers/a%00/b/versions/1", "/v0.1/servers/a%2f..%2f..%2f..%2f..%2fetc%2fpasswd/versions",
    "/../../../etc/passwd", "/..%2f..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/data/%00", "/host/nginx.conf", "/host/edge/registry.js",
    "/host", "/HOST/nginx.conf", "//host/nginx.conf", "/./host/nginx.conf", "/data/../host/nginx.conf", "/%68ost/Caddyfile", "/host%2fCaddyfile",
    "/mcp-file/host/nginx.conf", "/mcp-file/data/snapshot.json", "/" + "a/" * 3000, "/v0.1/servers/" + "%41" * 2000 + "/versions",
]  # fmt: skip


def _is_refused(hosted: Hosted, target: str) -> None:
    status, body = heard(hosted, target)
    if "servers?" in target:
        assert status in {200, 400, 404, 414, 431}, (target[:80], status)
    elif "snapshot" not in target:
        assert 400 <= status < 500, (target[:80], status)
    for secret in (b"root:", b"js_import", b"use strict", b"export default", b"file_server"):
        assert secret not in body
    assert b"X-Evil" not in body or status == 400


@pytest.mark.parametrize("target", HOSTILE, ids=range(len(HOSTILE)))
def test_no_hostile_request_breaks_a_full_host(full_host: Hosted, target: str) -> None:
    _is_refused(full_host, target)


@pytest.mark.parametrize("target", HOSTILE, ids=range(len(HOSTILE)))
def test_no_hostile_request_breaks_a_host_by_rules(rules_host: Hosted, target: str) -> None:
    _is_refused(rules_host, target)


@pytest.mark.parametrize("target", HOSTILE, ids=range(len(HOSTILE)))
def test_no_hostile_request_breaks_a_bucket(bucket_host: Hosted, target: str) -> None:
    _is_refused(bucket_host, target)


@pytest.mark.parametrize("target", HOSTILE, ids=range(len(HOSTILE)))
def test_no_hostile_request_breaks_pages(files_host: Hosted, target: str) -> None:
    status, body = heard(files_host, f"{urlsplit(files_host.url).path}{target}")
    assert status < 500
    assert b"root:" not in body


def test_rules_give_pages_of_a_hundred_and_never_less_than_was_asked_for(rules_host: Hosted) -> None:
    def keys(query: str) -> list[tuple[str, str]]:
        status, body = heard(rules_host, f"/v0.1/servers?{query}")
        assert status == 200
        return entries_of(body)

    def walk(since: str) -> list[tuple[str, str]]:
        with Probe(rules_host.url) as probe:
            entries = probe.walk(updated_since=since)
        return [(entry["server"]["name"], entry["server"]["version"]) for entry in entries]

    assert len(keys("limit=5")) == len(keys("")) == len(keys("search=zzz")) == 100
    assert len(keys("cursor=all.200")) == 66
    assert keys("version=1.1.2&limit=3")
    assert {version for _, version in keys("version=1.1.2")} == {"1.1.2"}
    assert keys("version=none") == []
    # The day before, the day itself and later ones; none after the last; all from before the first.
    last = ("com.example/last", "1.0.0")
    assert walk(day(9, "T23:00:00Z")) == walk(day(10)) == [last]
    assert walk(day(11)) == []
    everything = walk("1970-01-01T00:00:00Z")
    assert len(everything) == len(set(everything)) == 268
    assert walk(day(0, "T12:00:00+02:00")) == everything
    assert set(walk(day(3))) == {
        ("com.example/gone", "1.0.0"),
        last,
        ("io.github.user3/server-3", "1.0.3"),
    }
    assert heard(rules_host, "/v0.1/servers?cursor=nonsense")[0] == 400


def test_the_smallest_plan_of_workers_walks_everything_too(
    contract_registry: Registry, tmp_path: Path
) -> None:
    site = site_of(contract_registry, tmp_path / "site", "cloudflare")
    with smallest_workerd(site) as hosted, Probe(hosted.url) as probe:
        for filters in ({"search": "server"}, {"search": "server", "version": "latest"},
                        {"version": "latest", "updated_since": day(0)}):  # fmt: skip
            entries = probe.walk(limit=100, **filters)
            keys = [(e["server"]["name"], e["server"]["version"]) for e in entries]
            assert len(keys) == len(set(keys)) >= 130
        assert len(probe.listing(limit=100, search="server").entries()) == 46


def test_a_walk_meets_everything_once_though_the_registry_goes_on(
    registry: Registry, tmp_path: Path
) -> None:
    for number in range(150):
        registry.publish(f"io.github.user{number}/server")
    site = site_of(registry, tmp_path / "site", "nginx")
    entries = [(f"io.github.user{number}/server", "1.0.0") for number in range(150)]
    with nginx(site) as hosted:
        for query in (
            "",
            "version=latest&",
            "search=io.github&",
            "updated_since=2020-01-01T00:00:00Z&",
        ):
            met, cursor, number = [], "", 0
            while True:
                status, body = heard(hosted, f"/v0.1/servers?{query}limit=30{cursor}")
                assert status == 200
                met += entries_of(body)
                following = json.loads(body)["metadata"].get("nextCursor")
                if following is None:
                    break
                cursor = f"&cursor={following}"
                number += 1
                # Between any two pages: a new server, a new version of another, and one deleted.
                again = site.registry()
                again.publish(f"com.example/new-{number}", f"1.0.{len(met)}-{query[:3] or 'all'}")
                again.publish("com.example/busy", f"{len(met)}.0.{number}-{query[:3] or 'all'}")
                site.build()
            assert {key for key in met if key in entries} == set(entries)
            once = [key for key in met if key in entries]
            assert len(once) == len(set(once))


def test_nginx_gives_ranges_of_whole_files_and_compressed_ones(
    contract_registry: Registry, tmp_path: Path
) -> None:
    site = site_of(contract_registry, tmp_path / "site", "nginx")
    with nginx(site) as hosted:
        target = f"{hosted.url}/v0.1/servers?limit=100"
        plain = requests.get(target, headers={"Accept-Encoding": "identity"}, timeout=30)
        part = requests.get(
            target, headers={"Accept-Encoding": "identity", "Range": "bytes=3-9"}, timeout=30
        )
        assert (part.status_code, part.content) == (206, plain.content[3:10])
        packed = requests.get(target, timeout=30)
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.content == plain.content
        assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


def test_nginx_slows_those_who_search_without_end(contract_registry: Registry, tmp_path: Path) -> None:
    site = site_of(contract_registry, tmp_path / "site", "nginx", more="searches_per_second = 2\n")
    with nginx(site) as hosted:
        statuses = [heard(hosted, "/v0.1/servers?search=server")[0] for _ in range(40)]
        assert statuses[:3] == [200, 200, 200]
        assert 429 in statuses
        status, body = heard(hosted, "/v0.1/servers?search=server&limit=1")
        assert (status, "Too many" in json.loads(body)["error"]) == (429, True)
        pages = {heard(hosted, "/v0.1/servers?limit=30")[0] for _ in range(60)}
        assert pages == {200}


@pytest.mark.parametrize(("name", "start"), [("nginx", nginx), ("caddy", caddy)])
def test_validators_tell_contents_apart_and_nothing_else(
    name: str, start: Starting, registry: Registry, tmp_path: Path
) -> None:
    registry.publish("com.example/one")
    site = site_of(registry, tmp_path / "site", name)
    with start(site) as hosted:

        def tags() -> tuple[str, str]:
            asked = [
                requests.get(f"{hosted.url}{path}", timeout=30)
                for path in ("/data/snapshot.json", "/v0.1/health")
            ]
            assert not [answer for answer in asked if "Last-Modified" in answer.headers]
            return asked[0].headers["ETag"], asked[1].headers["ETag"]

        seen = [tags()]
        for version in ("1.0.1", "1.0.2"):  # within a second, and of the same length
            site.registry().publish("com.example/one", version)
            site.build()
            seen.append(tags())
        assert len({snapshot for snapshot, _ in seen}) == 3
        assert len({health for _, health in seen}) == 1
        shutil.rmtree(site.out.with_name("dist.state"))
        site.out.unlink()
        site.build()  # everything anew
        assert tags() == seen[-1]


@pytest.mark.parametrize("name", SERVERS)
def test_a_registry_is_found_under_its_path_and_by_what_takes_that_off(name: str, serve: Serve) -> None:
    hosted = serve(name)
    path = urlsplit(hosted.url).path
    complete = (hosted.out / "v0.1/servers.json").read_bytes()
    assert heard(hosted, f"{path}/v0.1/servers.json") == (200, complete)
    page = requests.get(f"{hosted.url}/", timeout=30)
    style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert heard(hosted, style)[0] == 200
    if not path:
        return
    assert heard(hosted, f"{path}x/v0.1/servers")[0] == 404
    if Ability.CURSORS in SERVERS[name].honours:
        for target in ("/v0.1/servers", "/v0/servers?version=latest", "/feed.xml"):
            assert heard(hosted, target) == heard(hosted, f"{path}{target}"), target
        for target in ("/host/nginx.conf", "/../host/nginx.conf", "//host/nginx.conf"):
            _is_refused(hosted, f"{path}{target}")


def test_nginx_serves_a_registry_under_a_path_by_program_too(
    registry: Registry, tmp_path: Path
) -> None:
    registry.publish("com.example/one")
    site = site_of(registry, tmp_path / "site", "nginx", "/mcp/registry")
    with nginx(site) as hosted, Probe(hosted.url) as probe:
        assert len(probe.everything) == 1
        assert heard(hosted, "/v0.1/servers") == heard(hosted, "/mcp/registry/v0.1/servers")
        assert heard(hosted, "/mcp/registry")[0] == 200
        assert heard(hosted, "/mcp/registryv0.1/servers")[0] == 404
