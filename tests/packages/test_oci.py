"""OCI images."""

import json
from pathlib import Path

import pytest
from mcp_static.packages.images import HUB, PAGES
from mcp_static.packages.manifest import Manifest
from mcp_static.packages.oci import OCI
from mcp_static.reports.findings import Level

from tests.doubles.https import always
from tests.doubles.image_registry import OCI_CONFIG, OCI_INDEX, OCI_MANIFEST, Oci
from tests.doubles.registry_double import digest_of
from tests.drafting.projects import read, write_and_read
from tests.packages.images import GHCR, QUAY, A, open_oci
from tests.packages.market import ALICE, MALLORY, Market, Sample, package

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


def test_a_tag_that_moves_is_told_with_the_digest_that_pins_it(market: Market) -> None:
    hub = Oci(GHCR).on(market.front)
    for tag in ("latest", "1.0.0"):
        hub.add("alice/weather", tag, ALICE)
    moving = market.prove_one(package("oci", f"{GHCR}/alice/weather:latest"))
    assert f"{GHCR}/alice/weather:latest@{moving.facts['digest']} pins" in moving.message
    assert "pins" not in market.prove_one(package("oci", f"{GHCR}/alice/weather:1.0.0")).message


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
