"""No request breaks a host, or gets at what is none of its documents."""

from urllib.parse import urlsplit

import pytest

from tests.contract.exact_requests import assert_refused, heard
from tests.hosting import Hosted

HOSTILE = [
    "/v0.1/servers?search=" + "x" * 65_000, "/v0.1/servers?cursor=" + "9" * 65_000, "/v0.1/servers?limit=1&limit=2&limit=3",
    "/v0.1/servers?search=%FF%FE", "/v0.1/servers?search=%00", "/v0.1/servers?cursor=%00%0d%0aX-Evil:%201", "/v0.1/servers?version=../../x",
    "/v0.1/servers?version=..%2f..%2fx", "/v0.1/servers?cursor=updated.2025-10-09../0.0", "/v0.1/servers?updated_since=%27;--",
    "/v0.1/servers/%00/versions", "/v0.1/servers/a%00/b/versions/1", "/v0.1/servers/a%2f..%2f..%2f..%2f..%2fetc%2fpasswd/versions",
    "/../../../etc/passwd", "/..%2f..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/data/%00", "/host/nginx.conf", "/host/edge/registry.js",
    "/host", "/HOST/nginx.conf", "//host/nginx.conf", "/./host/nginx.conf", "/data/../host/nginx.conf", "/%68ost/Caddyfile", "/host%2fCaddyfile",
    "/mcp-file/host/nginx.conf", "/mcp-file/data/snapshot.json", "/" + "a/" * 3000, "/v0.1/servers/" + "%41" * 2000 + "/versions",
]  # fmt: skip


@pytest.mark.parametrize("target", HOSTILE, ids=range(len(HOSTILE)))
def test_no_hostile_request_breaks_a_full_host(full_host: Hosted, target: str) -> None:
    assert_refused(full_host, target)


@pytest.mark.parametrize("target", HOSTILE, ids=range(len(HOSTILE)))
def test_no_hostile_request_breaks_a_host_by_rules(rules_host: Hosted, target: str) -> None:
    assert_refused(rules_host, target)


@pytest.mark.parametrize("target", HOSTILE, ids=range(len(HOSTILE)))
def test_no_hostile_request_breaks_a_bucket(bucket_host: Hosted, target: str) -> None:
    assert_refused(bucket_host, target)


@pytest.mark.parametrize("target", HOSTILE, ids=range(len(HOSTILE)))
def test_no_hostile_request_breaks_pages(files_host: Hosted, target: str) -> None:
    status, body = heard(files_host, f"{urlsplit(files_host.url).path}{target}")
    assert status < 500
    assert b"root:" not in body
