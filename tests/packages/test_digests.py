"""The registry's digest of a version, noted with the proof of a package."""

import hashlib
from typing import Any

import pytest
from mcp_static.packages.package import digest, digest_of_files
from mcp_static.reports.findings import Level

from tests.doubles.package_registries import Npm
from tests.doubles.python_index import Pypi
from tests.doubles.registry_double import integrity, sha256
from tests.packages.market import ALICE, Market, package, readme
from tests.packages.samples import SAMPLES, every_type

ALGORITHMS = {
    "npm": "sha512", "pypi": "sha256", "nuget": "sha512", "cargo": "sha256", "oci": "sha256",
    "mcpb": "sha256", "go": "git",
}  # fmt: skip


@every_type
def test_the_digest_of_the_version_is_noted(market: Market, kind: str) -> None:
    given = SAMPLES[kind].open(market.front, ALICE)
    facts = market.prove_one(given).facts
    algorithm, _, value = str(facts["digest"]).partition(":")
    assert algorithm == ALGORITHMS[kind.split()[0]]
    assert len(value) >= 40
    assert (facts["registryType"], facts["identifier"]) == (kind.split()[0], given["identifier"])


@pytest.mark.parametrize(
    "protocol",
    [{}, {"has_json_api": False}, {"has_json_api": False, "has_json_pages": False},
     {"has_json_api": False, "metadata_key": ""}],
)  # fmt: skip
def test_every_protocol_of_pypi_gives_the_same(protocol: dict[str, Any], market: Market) -> None:
    wheel = "weather-1.2.3-py3-none-any.whl"
    Pypi(**protocol).add("weather", "1.2.3", readme(ALICE)).add("weather", "9.9.9", None).on(
        market.front
    )
    outcome = market.prove_one(package("pypi", "weather", "1.2.3"))
    lines = f"{sha256(wheel)}  {wheel}\n"
    assert outcome.facts["digest"] == f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"


@pytest.mark.parametrize(
    ("dist", "expected"),
    [
        ({"integrity": integrity("x")}, f"sha512:{integrity('x').removeprefix('sha512-')}"),
        ({"integrity": "sha512-a sha1-b", "shasum": "a" * 40}, f"sha1:{'a' * 40}"),
        ({"shasum": ["a"]}, None),
        ({"integrity": "<img src=x onerror=alert(1)>"}, None),
        ("nothing", None),
        (None, None),
    ],
)
def test_what_is_no_digest_is_left_out(dist: object, expected: str | None, market: Market) -> None:
    Npm().add("weather", "1.0.0", mcpName=ALICE, dist=dist).on(market.front)
    outcome = market.prove_one(package("npm", "weather", "1.0.0"))
    assert outcome.level is Level.PASSED
    assert outcome.facts.get("digest") == expected


def test_a_digest_is_letters_and_digits_of_some_length() -> None:
    assert digest("sha256", "a" * 64) == digest("sha256", f"sha256:{'a' * 64}") == f"sha256:{'a' * 64}"
    for value in (None, 7, "", "a" * 31, "a" * 129, "a" * 40 + "\n", "é" * 40, {"a": "b"}):
        assert digest("sha256", value) == ""


def test_files_are_listed_by_name_and_without_a_digest_they_do_not_count() -> None:
    one, two = ("a.whl", "1" * 64), ("b.tar.gz", "2" * 64)
    expected = hashlib.sha256(f"{one[1]}  a.whl\n{two[1]}  b.tar.gz\n".encode()).hexdigest()
    assert digest_of_files([two, ("c.zip", ""), one]) == f"sha256:{expected}"
    assert digest_of_files([("\ud800", "3" * 64)]).startswith("sha256:")
    assert digest_of_files([]) == ""
