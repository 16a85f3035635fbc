"""Tokens for OCI images: the challenge of a registry, and where the token goes."""

import json

import pytest
from mcp_static.reports.findings import Level

from tests.doubles.https import always
from tests.doubles.image_registry import Oci
from tests.packages.images import GHCR
from tests.packages.market import ALICE, Market, package


def test_the_token_is_asked_for_this_repository_and_kept_from_the_blobs(market: Market) -> None:
    double = Oci(GHCR).on(market.front)
    double.add("alice/weather", "1", ALICE)
    assert market.prove_one(package("oci", f"{GHCR}/alice/weather:1")).has_passed
    assert double.scopes == ["repository:alice/weather:pull"]
    (blob,) = market.front.asked(double.blob_host)
    assert "Authorization" not in blob.headers
    assert any("Authorization" in asked.headers for asked in market.front.asked(GHCR))


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
