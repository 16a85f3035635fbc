"""MCPB files."""

from collections.abc import Mapping

import pytest
from mcp_static.net import fetch
from mcp_static.net.limits import FetchLimits
from mcp_static.packages.mcpb import MCPB
from mcp_static.packages.methods import methods_of
from mcp_static.reports.findings import Level

from tests.doubles.https import Body, HttpsFront, always
from tests.doubles.package_registries import Releases
from tests.doubles.registry_double import digest_of
from tests.packages.market import Document, Market, Sample, package

RELEASE_PATH = "/alice/weather-mcp/releases/download/v1.0.0/weather.mcpb"
FILE = f"https://github.com{RELEASE_PATH}"


def open_mcpb(front: HttpsFront, name: str | None, host: str = "") -> Document:
    digest = Releases().on(front).add(RELEASE_PATH, b"bundle")
    return package("mcpb", FILE, fileSha256=digest if name else "0" * 64)


SAMPLES = {
    "mcpb": Sample(
        open=open_mcpb, has_marker=False, has_version=False, pages=((package("mcpb", FILE), FILE),)
    )
}


@pytest.mark.parametrize("address", ["http://example.com/weather.mcpb", "javascript:alert(1)"])
def test_what_is_no_https_address_is_no_page(address: str) -> None:
    assert MCPB.page(package("mcpb", address)) == ""


def test_a_bundle_is_started_by_no_command() -> None:
    transport = {"type": "sse", "url": "http://localhost/sse"}
    (method,) = methods_of({"packages": [package("mcpb", FILE, transport=transport)]})
    assert (method.launch, method.connection, method.identifier) == (None, None, FILE)


GITLAB_FORMS = (
    "/alice/weather-mcp/-/releases/v1.0.0/downloads/weather.mcpb",
    "/group/sub/alice/weather-mcp/-/releases/v1.0.0/downloads/weather.mcpb",
    "/alice/weather-mcp/-/package_files/12345/download",
)


@pytest.mark.parametrize(
    ("host", "path"),
    [("github.com", RELEASE_PATH), ("www.github.com", RELEASE_PATH)]
    + [("gitlab.com", path) for path in GITLAB_FORMS],
)
def test_a_file_of_a_release_is_proven_by_its_digest(market: Market, host: str, path: str) -> None:
    digest = Releases(host).on(market.front).add(path, b"bundle")
    asked = package("mcpb", f"https://{host}{path}", fileSha256=digest)
    assert market.prove_one(asked).has_passed


def test_a_file_with_another_digest_fails_and_says_which(market: Market) -> None:
    digest = Releases().on(market.front).add(RELEASE_PATH, b"bundle")
    asked = package("mcpb", f"https://github.com{RELEASE_PATH}", fileSha256="0" * 64)
    outcome = market.prove_one(asked)
    assert outcome.level is Level.ERROR
    assert digest in outcome.message


def test_a_file_without_a_digest_in_the_record_fails(market: Market) -> None:
    Releases().on(market.front).add(RELEASE_PATH, b"bundle")
    assert market.prove_one(package("mcpb", f"https://github.com{RELEASE_PATH}")).level is Level.ERROR


def test_a_file_that_is_too_large_fails(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    small = FetchLimits("release", 1000, 10, 5)
    monkeypatch.setattr(fetch, "RELEASE", small)
    digest = Releases().on(market.front).add(RELEASE_PATH, b"x" * 1001)
    asked = package("mcpb", f"https://github.com{RELEASE_PATH}", fileSha256=digest)
    outcome = market.prove_one(asked)
    assert outcome.level is Level.ERROR
    assert "larger than the 1000 bytes of a release" in outcome.message


def test_a_private_project_that_shows_its_login_instead_fails(market: Market) -> None:
    digest = digest_of(b"bundle").removeprefix("sha256:")

    def handle(_: str, path: str, *__: object) -> tuple[int, Mapping[str, str], Body]:
        if path == "/users/sign_in":
            return 200, {"Content-Type": "text/html"}, "<html>Sign in</html>"
        return 302, {"Location": "/users/sign_in"}, b""

    market.front.host("gitlab.com", handle)
    asked = package("mcpb", f"https://gitlab.com{GITLAB_FORMS[0]}", fileSha256=digest)
    assert market.prove_one(asked).level is Level.ERROR


def test_a_signed_address_is_in_no_message(market: Market) -> None:
    double = Releases().on(market.front)
    digest = double.add(RELEASE_PATH, b"bundle")
    market.front.host(double.assets, always(503))
    asked = package("mcpb", f"https://github.com{RELEASE_PATH}", fileSha256=digest)
    outcome = market.prove_one(asked)
    assert outcome.level is Level.UNKNOWN
    assert "Signature" not in outcome.message


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://[",
        f"http://github.com{RELEASE_PATH}",
        f"//github.com{RELEASE_PATH}",
        f"https://evil.example.com{RELEASE_PATH}",
        f"https://github.com.evil.example.com{RELEASE_PATH}",
        f"https://github.com@evil.example.com{RELEASE_PATH}",
        f"https://alice:x@github.com{RELEASE_PATH}",
        f"https://@github.com{RELEASE_PATH}",
        f"https://evil.example.com\\@github.com{RELEASE_PATH}",
        f"https://github.com\\.evil.example.com{RELEASE_PATH}",
        f"https://github.com:8443{RELEASE_PATH}",
        f"https://api.github.com{RELEASE_PATH}",
        f"https://raw.githubusercontent.com{RELEASE_PATH}",
        f"https://github.com{RELEASE_PATH}?x=y",
        f"https://github.com{RELEASE_PATH}#x",
        f"https://github.com{RELEASE_PATH}/more",
        f"https://github.com{RELEASE_PATH}\n",
        f" https://github.com{RELEASE_PATH}",
        "https://github.com/alice/weather-mcp/releases/download/v1.0.0/",
        "https://github.com/alice/weather-mcp/releases/latest/download/weather.mcpb",
        "https://github.com/alice/weather-mcp/raw/main/weather.mcpb",
        "https://github.com/alice/weather-mcp/archive/refs/tags/v1.0.0.zip",
        "https://github.com/../alice/releases/download/v1.0.0/weather.mcpb",
        "https://github.com/alice/../releases/download/v1.0.0/weather.mcpb",
        "https://github.com/alice/./releases/download/v1.0.0/weather.mcpb",
        "https://github.com/alice/weather-mcp/releases/download/../weather.mcpb",
        "https://github.com/alice/weather-mcp/releases/download/%2e%2e/weather.mcpb",
        "https://github.com/alice/weather-mcp/releases/download/%2E./weather.mcpb",
        "https://github.com/alice/weather-mcp/releases/download/a%2fb/weather.mcpb",
        "https://github.com/alice/weather-mcp/releases/download/..%2f..%2fmallory/weather.mcpb",
        "https://github.com/alice/weather-mcp/releases/download/v1\\..\\x/weather.mcpb",
        "https://gitlab.com/alice/weather-mcp/uploads/0123456789abcdef/weather.mcpb",
        "https://gitlab.com/-/project/1/uploads/0123456789abcdef/weather.mcpb",
        "https://gitlab.com/alice/weather-mcp/-/raw/main/weather.mcpb",
        "https://gitlab.com/alice/weather-mcp/-/jobs/1/artifacts/download",
        "https://gitlab.com/alice/weather-mcp/-/releases/v1/downloads/bin/weather.mcpb",
        "https://gitlab.com/alice/weather-mcp/-/package_files/12x/download",
        f"https://gitlab.com{RELEASE_PATH}",
        f"https://github.com{GITLAB_FORMS[0]}",
    ],
)
def test_what_is_no_file_of_a_release_is_not_asked_for(market: Market, url: str) -> None:
    for host in ("github.com", "gitlab.com", "evil.example.com", "github.com.evil.example.com"):
        market.front.host(host, always(200, b"bundle"))
    digest = digest_of(b"bundle").removeprefix("sha256:")
    outcome = market.prove_one(package("mcpb", url, fileSha256=digest))
    assert outcome.level is Level.ERROR
    assert market.front.accepted == 0
