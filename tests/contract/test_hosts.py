"""One suite against every host, each held to what it says it honors."""

import http.client
import json
import shutil
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from mcp_static.api.abilities import Ability
from mcp_static.conformance.check import Check, run_checks
from mcp_static.conformance.checks import CHECKS
from mcp_static.conformance.probe import Probe
from mcp_static.hosts.hosts import HOSTS

from tests.contract.conftest import BY_RULES, FULL, SERVERS, Serve
from tests.contract.exact_requests import assert_refused, heard
from tests.hosting import Hosted, Starting, caddy, nginx, site_of
from tests.registries import Registry

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
            assert_refused(hosted, f"{path}{target}")


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
