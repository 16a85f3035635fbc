"""References to OCI images: how they are read, and which registries they lead to."""

import pytest
from mcp_static.packages.images import (
    HUB,
    PUBLIC_HOSTS,
    PUBLIC_SUFFIXES,
    Reference,
    parse_reference,
)
from mcp_static.reports.findings import Level

from tests.doubles.https import always
from tests.doubles.image_registry import Oci
from tests.packages.images import DOCKER, GHCR, INDEX, A, B, open_oci
from tests.packages.market import ALICE, Market, package


@pytest.mark.parametrize(
    ("text", "host", "repository", "version"),
    [
        (f"{GHCR}/alice/weather:1.0.0", GHCR, "alice/weather", "1.0.0"),
        (f"{GHCR}/alice/weather@{A}", GHCR, "alice/weather", A),
        (f"{GHCR}/alice/weather:1.0.0@{A}", GHCR, "alice/weather", A),
        (f"{GHCR.upper()}/alice/weather:1", GHCR, "alice/weather", "1"),
        (f"{GHCR}/a/b/c/d:V1_x.y-z", GHCR, "a/b/c/d", "V1_x.y-z"),
        (f"{GHCR}/a__b/c--d.e_f:1", GHCR, "a__b/c--d.e_f", "1"),
        ("weather:1", HUB.host, "library/weather", "1"),
        ("alice/weather:1", HUB.host, "alice/weather", "1"),
        (f"alice/weather@{B}", HUB.host, "alice/weather", B),
        (f"{DOCKER}/weather:1", HUB.host, "library/weather", "1"),
        (f"{DOCKER}/alice/weather:1", HUB.host, "alice/weather", "1"),
        (f"{INDEX}/alice/weather:1", HUB.host, "alice/weather", "1"),
        (f"{HUB.host}/alice/weather:1", HUB.host, "alice/weather", "1"),
        (
            f"europe-docker{PUBLIC_SUFFIXES[0]}/p/r/weather:1",
            f"europe-docker{PUBLIC_SUFFIXES[0]}",
            "p/r/weather",
            "1",
        ),
        ("localhost:5000/weather:1", "localhost:5000", "weather", "1"),
        ("localhost/weather:1", "localhost", "weather", "1"),
    ],
)
def test_a_reference_is_read_as_clients_read_it(
    text: str, host: str, repository: str, version: str
) -> None:
    assert parse_reference(text) == Reference(host, repository, version)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        ":1",
        f"@{A}",
        "weather",
        f"{GHCR}/alice/weather",
        f"{GHCR}/alice/weather:",
        f"{GHCR}/alice/weather@",
        f"{GHCR}/alice/weather:1@",
        f"{GHCR}/alice/weather:1:2",
        f"{GHCR}/alice/weather:.1",
        f"{GHCR}/alice/weather:{'1' * 129}",
        f"{GHCR}/alice/weather:1\n",
        f"{GHCR}/alice/weather:1?x=y",
        f"{GHCR}/alice/weather:1#x",
        f"{GHCR}/alice/weather:1/../2",
        f"{GHCR}/Alice/weather:1",
        f"{GHCR}/alice//weather:1",
        f"{GHCR}/alice/../weather:1",
        f"{GHCR}/alice/-weather:1",
        f"{GHCR}/alice/weather-:1",
        f"{GHCR}/a___b:1",
        f"{GHCR}/:1",
        f"{GHCR}/alice/w%65ather:1",
        f"{GHCR}/alice/weather@sha256:{'A' * 64}",
        f"{GHCR}/alice/weather@sha256:{'a' * 63}",
        f"{GHCR}/alice/weather@sha512:{'a' * 128}",
        f"{GHCR}/alice/weather@{A}@{A}",
        f"{GHCR}/alice/weather@{A}\n",
        f"https://{GHCR}/alice/weather:1",
        f"alice@{GHCR}/alice/weather:1",
        f"evil.example.com?{PUBLIC_SUFFIXES[0]}/alice/weather:1",
        f"evil.example.com#{PUBLIC_SUFFIXES[0]}/alice/weather:1",
        f"evil.example.com\\{PUBLIC_SUFFIXES[0]}/alice/weather:1",
        f"evil.example.com:443?{PUBLIC_SUFFIXES[1]}/alice/weather:1",
        f"evil..example{PUBLIC_SUFFIXES[1]}/alice/weather:1",
        f"{PUBLIC_SUFFIXES[1]}/alice/weather:1",
        f"[::1]{PUBLIC_SUFFIXES[1]}/alice/weather:1",
        f"ev il{PUBLIC_SUFFIXES[1]}/alice/weather:1",
    ],
)
def test_what_is_no_reference_to_one_image_is_refused(text: str) -> None:
    assert parse_reference(text) is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.com",
        f"{GHCR}.example.com",
        f"evil-{GHCR}",
        f"{GHCR}:8443",
        f"{HUB.host}:443",
        f"evil{PUBLIC_SUFFIXES[1].removeprefix('.')}",
        "evil.example.com:443",
        f"evil.example.com?{PUBLIC_SUFFIXES[0]}",
        f"evil.example.com#{PUBLIC_SUFFIXES[0]}",
        f"evil.example.com\\{PUBLIC_SUFFIXES[0]}",
        f"evil.example.com:443?{PUBLIC_SUFFIXES[1]}",
        "localhost",
        "127.0.0.1",
    ],
)
def test_an_image_of_a_host_that_is_not_trusted_is_not_asked_for(market: Market, host: str) -> None:
    Oci("evil.example.com", asks_for_token=False).on(market.front).add("alice/weather", "1", ALICE)
    market.front.host("127.0.0.1", always(200))
    market.front.host("localhost", always(200))
    market.front.host(f"evil-{GHCR}", always(200))
    outcome = market.prove_one(package("oci", f"{host}/alice/weather:1"))
    assert outcome.level is Level.ERROR
    assert market.front.accepted == 0


@pytest.mark.parametrize("host", [*PUBLIC_HOSTS, *(f"alice{suffix}" for suffix in PUBLIC_SUFFIXES)])
def test_an_image_is_asked_for_at_every_public_registry(market: Market, host: str) -> None:
    assert market.prove_one(open_oci(market.front, ALICE, host)).has_passed


@pytest.mark.parametrize(
    ("repository", "written"),
    [
        ("library/weather", "weather:1"),
        ("alice/weather", "alice/weather:1"),
        ("alice/weather", f"{DOCKER}/alice/weather:1"),
    ],
)
def test_an_image_without_a_host_is_the_hubs(market: Market, repository: str, written: str) -> None:
    Oci().on(market.front).add(repository, "1", ALICE)
    assert market.prove_one(package("oci", written)).has_passed
