"""OCI images."""

import json
from pathlib import Path

import pytest
from mcp_static.packages.images import (
    HUB,
    HUB_NAMES,
    PAGES,
    PUBLIC_HOSTS,
    PUBLIC_SUFFIXES,
    Reference,
    parse_reference,
)
from mcp_static.packages.manifest import Manifest
from mcp_static.packages.oci import OCI
from mcp_static.reports.findings import Level

from tests.doubles.https import HttpsFront, always
from tests.doubles.image_registry import OCI_CONFIG, OCI_INDEX, OCI_MANIFEST, Oci
from tests.doubles.registry_double import digest_of
from tests.drafting.projects import read, write_and_read
from tests.packages.market import ALICE, MALLORY, Document, Market, Sample, package

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
GHCR, QUAY, _ = PUBLIC_HOSTS
DOCKER, _, INDEX = HUB_NAMES


def open_oci(front: HttpsFront, name: str | None, host: str = "") -> Document:
    host = host or GHCR
    Oci(host).on(front).add("alice/weather", "1.0.0", name)
    return package("oci", f"{host}/alice/weather:1.0.0")


HUB_PAGES = PAGES[HUB.host].url
SAMPLES = {
    "oci": Sample(
        open=open_oci,
        has_version=False,
        pages=(
            (package("oci", "alice/weather:1.2.3"), f"{HUB_PAGES}/alice/weather"),
            (package("oci", "weather:1.2.3"), f"{HUB_PAGES}/library/weather"),
            (package("oci", "alice/weather"), f"{HUB_PAGES}/alice/weather"),
            (package("oci", f"{GHCR}/alice/weather:1.2.3"), f"https://{GHCR}/alice/weather"),
            (package("oci", f"{GHCR}/alice/weather@{A}"), f"https://{GHCR}/alice/weather"),
            (package("oci", f"{QUAY}/alice/weather:1"), f"https://{QUAY}/repository/alice/weather"),
        ),
        commands=(
            (package("oci", "a/weather", "1.2.3"), "docker run -i --rm a/weather:1.2.3"),
            (package("oci", "a/weather", runtimeHint="podman"), "podman run -i --rm a/weather"),
            (package("oci", f"{GHCR}/a/w:1.2.3", "2"), f"docker run -i --rm {GHCR}/a/w:1.2.3"),
            (package("oci", f"{GHCR}:443/a/w", "1"), f"docker run -i --rm {GHCR}:443/a/w:1"),
            (package("oci", f"{GHCR}/a/w@sha256:00"), f"docker run -i --rm {GHCR}/a/w@sha256:00"),
        ),
    )
}


@pytest.mark.parametrize(
    "identifier",
    [
        "images.example.com/alice/weather:1",
        f"{GHCR}/../weather:1",
        f"{GHCR}/alice/weather:1?x",
        f"{GHCR}@evil.example/alice:1",
    ],
)
def test_an_image_of_no_known_registry_has_no_page(identifier: str) -> None:
    assert OCI.page(package("oci", identifier)) == ""


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


@pytest.mark.parametrize("is_list", [True, False])
@pytest.mark.parametrize("asks_for_token", [True, False])
@pytest.mark.parametrize("form", ["{tag}", "@{digest}", "{tag}@{digest}"])
def test_an_image_is_proven_in_each_of_its_forms(
    market: Market, is_list: bool, asks_for_token: bool, form: str
) -> None:
    double = Oci(GHCR, asks_for_token=asks_for_token).on(market.front)
    digest = double.add("alice/weather", "1", ALICE, is_list=is_list)
    written = form.format(tag=":1", digest=digest)
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather{written}"))
    assert outcome.has_passed, outcome.message


def test_the_token_is_asked_for_this_repository_and_kept_from_the_blobs(market: Market) -> None:
    double = Oci(GHCR).on(market.front)
    double.add("alice/weather", "1", ALICE)
    assert market.prove_one(package("oci", f"{GHCR}/alice/weather:1")).has_passed
    assert double.scopes == ["repository:alice/weather:pull"]
    (blob,) = market.front.asked(double.blob_host)
    assert "Authorization" not in blob.headers
    assert any("Authorization" in asked.headers for asked in market.front.asked(GHCR))


def test_a_tag_that_moves_is_told_with_the_digest_that_pins_it(market: Market) -> None:
    hub = Oci(GHCR).on(market.front)
    for tag in ("latest", "1.0.0"):
        hub.add("alice/weather", tag, ALICE)
    moving = market.prove_one(package("oci", f"{GHCR}/alice/weather:latest"))
    assert f"{GHCR}/alice/weather:latest@{moving.facts['digest']} pins" in moving.message
    assert "pins" not in market.prove_one(package("oci", f"{GHCR}/alice/weather:1.0.0")).message


@pytest.mark.parametrize(
    "challenge",
    [
        'bearer REALM="https://{}/token?keep=1" , Service="{host}"',
        'Bearer realm="https://{}/token?keep=1",service={host},error="invalid_token"',
        'Bearer realm="https://{}/token?keep=1",service="{host}",scope="repository:a:pull,push"',
        'Basic realm="Registry", Bearer realm="https://{}/token?keep=1",service="{host}"',
        'Bearer realm="https://{}/token?keep=1",service="{host}", Basic realm="Registry"',
    ],
)
def test_a_challenge_is_read_in_any_form(market: Market, challenge: str) -> None:
    double = Oci(GHCR)
    double.challenge = challenge.format(double.realm, host=GHCR)
    double.on(market.front).add("alice/weather", "1", ALICE)
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather:1"))
    assert outcome.has_passed, outcome.message


@pytest.mark.parametrize(
    "challenge",
    [
        "",
        "Basic realm=registry",
        'Bearer realm=""',
        'Bearer service="x"',
        'Bearer realm="http://auth.example.com/token?keep=1"',
        'Bearer realm="https://10.0.0.1/token"',
        'Bearer realm="https://a:b@auth.example.com/token?keep=1"',
        'Bearer realm="file:///etc/passwd"',
        'Bearer realm="https://["',
    ],
)
def test_a_challenge_that_leads_astray_is_not_followed(market: Market, challenge: str) -> None:
    double = Oci(GHCR)
    double.challenge = challenge
    double.on(market.front).add("alice/weather", "1", ALICE)
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather:1"))
    assert outcome.level in {Level.ERROR, Level.UNKNOWN}
    assert not market.front.asked(double.realm)


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX-Evil: 1", "\u00e9", 1, None, ["a"]])
def test_a_token_that_is_none_is_not_sent(market: Market, token: object) -> None:
    double = Oci(GHCR).on(market.front)
    double.add("alice/weather", "1", ALICE)
    market.front.host(double.realm, always(200, json.dumps({"token": token})))
    assert market.prove_one(package("oci", f"{GHCR}/alice/weather:1")).level is Level.UNKNOWN
    assert all("Authorization" not in asked.headers for asked in market.front.requests)


def test_a_private_image_fails_with_what_to_do(market: Market) -> None:
    double = Oci(GHCR).on(market.front)
    double.add("alice/weather", "1", ALICE)
    double.private.add("alice/weather")
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather:1"))
    assert outcome.level is Level.ERROR
    assert "private" in outcome.message
    assert "public" in outcome.fix


@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_image_whose_token_is_denied_fails_with_what_to_do(market: Market, status: int) -> None:
    double = Oci(GHCR).on(market.front)
    double.add("alice/weather", "1", ALICE)
    market.front.host(double.realm, always(status, '{"errors":[{"code":"DENIED"}]}'))
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather:1"))
    assert outcome.level is Level.ERROR
    assert "private" in outcome.message


@pytest.mark.parametrize("which", ["top", "child", "configuration"])
def test_bytes_that_are_not_what_their_digest_says_prove_nothing(market: Market, which: str) -> None:
    double = Oci(GHCR).on(market.front)
    top = double.add("alice/weather", "1", MALLORY, platforms=(("linux", "amd64"),))
    forged = Oci(GHCR)
    forged_top = forged.add("alice/weather", "1", ALICE, platforms=(("linux", "amd64"),))
    double.manifests |= {
        key: value for key, value in forged.manifests.items() if key not in double.manifests
    }
    double.blobs |= forged.blobs
    children = [
        json.loads(d.manifests["alice/weather", t][1])["manifests"][1]["digest"]
        for d, t in ((double, top), (forged, forged_top))
    ]
    configs = [
        json.loads(d.manifests["alice/weather", c][1])["config"]["digest"]
        for d, c in zip((double, forged), children, strict=True)
    ]
    match which:
        case "top":
            double.manifests["alice/weather", top] = forged.manifests["alice/weather", forged_top]
        case "child":
            double.manifests["alice/weather", children[0]] = forged.manifests[
                "alice/weather", children[1]
            ]
        case _:
            double.blobs[configs[0]] = forged.blobs[configs[1]]
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather:1@{top}"))
    assert outcome.level is Level.ERROR
    assert "digest" in outcome.message


def test_a_list_of_attestations_alone_has_no_image(market: Market) -> None:
    double = Oci(GHCR).on(market.front)
    double.add("alice/weather", "1", ALICE, platforms=(("unknown", "unknown"),))
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather:1"))
    assert outcome.level is Level.ERROR
    assert "no image that can be run" in outcome.message


def test_an_image_for_another_machine_proves_where_there_is_none_for_the_usual_one(
    market: Market,
) -> None:
    double = Oci(GHCR).on(market.front)
    double.add("alice/weather", "1", ALICE, platforms=(("linux", "arm64"),))
    assert market.prove_one(package("oci", f"{GHCR}/alice/weather:1")).has_passed


def test_a_list_within_a_list_is_not_followed(market: Market) -> None:
    double = Oci(GHCR).on(market.front)
    inner = double.add("alice/weather", "inner", ALICE)
    outer = {"schemaVersion": 2, "manifests": [{"mediaType": OCI_INDEX, "digest": inner}]}
    double.put("alice/weather", outer, OCI_INDEX, "1")
    assert market.prove_one(package("oci", f"{GHCR}/alice/weather:1")).level is Level.ERROR


@pytest.mark.parametrize("manifests", [None, {}, [], [1], [{"digest": 1}], [{"digest": "../../x"}]])
def test_a_list_that_lists_nothing_has_no_image(market: Market, manifests: object) -> None:
    double = Oci(GHCR).on(market.front)
    double.put("alice/weather", {"manifests": manifests}, OCI_INDEX, "1")
    assert market.prove_one(package("oci", f"{GHCR}/alice/weather:1")).level is Level.ERROR


@pytest.mark.parametrize(
    "config", [None, {}, "sha256:x", {"digest": 1}, {"digest": "sha256:../../x"}, {"digest": A.upper()}]
)
def test_a_manifest_without_a_configuration_proves_nothing(market: Market, config: object) -> None:
    double = Oci(GHCR).on(market.front)
    double.put("alice/weather", {"config": config}, OCI_MANIFEST, "1")
    assert market.prove_one(package("oci", f"{GHCR}/alice/weather:1")).level is Level.ERROR


def test_an_old_manifest_is_no_image_that_can_be_read(market: Market) -> None:
    kind = "application/vnd.docker.distribution.manifest.v1+prettyjws"
    market.front.host(GHCR, always(200, "{}", Content_Type=kind))
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather:1"))
    assert outcome.level is Level.ERROR
    assert "can be read" in outcome.message


@pytest.mark.parametrize("config", [{}, {"config": None}, {"config": {"Labels": None}}, {"config": []}])
def test_an_image_without_labels_proves_nothing(market: Market, config: object) -> None:
    double = Oci(GHCR).on(market.front)
    raw = json.dumps(config).encode()
    double.blobs[digest_of(raw)] = raw
    manifest = {"config": {"mediaType": OCI_CONFIG, "digest": digest_of(raw), "size": len(raw)}}
    double.put("alice/weather", manifest, OCI_MANIFEST, "1")
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather:1"))
    assert outcome.level is Level.ERROR
    assert "no label" in outcome.message


def test_dockerfile_has_the_labels_of_its_last_stage(tmp_path: Path) -> None:
    text = """
FROM golang AS build
LABEL org.opencontainers.image.title="Not this"
FROM scratch
ARG VERSION
# LABEL org.opencontainers.image.url=https://no.example
label io.modelcontextprotocol.server.name="io.github.alice/weather" \\
      # a comment in between
      org.opencontainers.image.description='Forecasts for "all".' \\
      org.opencontainers.image.version=$VERSION
LABEL org.opencontainers.image.ref.name quay.io/alice/weather
"""
    assert read(tmp_path, Dockerfile=text) == Manifest(
        file="Dockerfile",
        registry_type="oci",
        identifier="quay.io/alice/weather",
        description='Forecasts for "all".',
        server_name="io.github.alice/weather",
        runtime_hint="docker",
    )


def test_an_image_is_known_by_its_source_on_github_alone(tmp_path: Path) -> None:
    label = "FROM scratch\nLABEL org.opencontainers.image.source="
    (found,), notes = write_and_read(tmp_path, Dockerfile=f"{label}https://github.com/Alice/Weather")
    assert found.identifier == "ghcr.io/alice/weather"
    assert "--image" in notes[0]
    assert read(tmp_path, Dockerfile=f"{label}https://gitlab.com/alice/weather").identifier is None
