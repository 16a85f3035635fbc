"""What holds for packages of every type alike: their pages, commands and proofs."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from mcp_static.packages.methods import methods_of
from mcp_static.packages.type import PackageType
from mcp_static.packages.types import PACKAGE_TYPES, package_type
from mcp_static.reports.findings import Level

from tests.doubles.https import Body, HttpsFront, Wire
from tests.packages.market import ALICE, MALLORY, Document, Market
from tests.packages.samples import (
    SAMPLES,
    every_type,
    with_marker,
    with_version,
)


@pytest.mark.parametrize("kind", PACKAGE_TYPES, ids=lambda kind: kind.id)
def test_every_type_has_a_sample_with_what_it_can(kind: PackageType) -> None:
    sample = SAMPLES[kind.id]
    assert bool(sample.private_url) == (kind.registry is not None)
    assert bool(sample.commands) == (kind.launch is not None)
    assert sample.pages


def test_no_two_types_have_the_same_words() -> None:
    for words in ("id", "title", "label"):
        assert len({getattr(kind, words) for kind in PACKAGE_TYPES}) == len(PACKAGE_TYPES)


@pytest.mark.parametrize(
    ("package", "page"), [pair for sample in SAMPLES.values() for pair in sample.pages]
)
def test_a_package_has_its_page(package: Document, page: str) -> None:
    kind = package_type(package["registryType"])
    assert kind is not None
    assert kind.page(package) == page


@pytest.mark.parametrize(
    ("package", "command"), [pair for sample in SAMPLES.values() for pair in sample.commands]
)
def test_a_package_has_its_command(package: Document, command: str) -> None:
    (method,) = methods_of({"packages": [package]})
    assert method.launch is not None
    words = ["".join(map(str, word)) for word in method.launch.args]
    assert " ".join([method.launch.command, *words]) == command


@every_type
def test_a_package_that_points_back_is_proven(market: Market, kind: str) -> None:
    outcome = market.prove_one(SAMPLES[kind].open(market.front, ALICE))
    assert outcome.level is Level.PASSED, outcome.message
    assert outcome.id == f"package-{kind.split()[0]}"


@with_marker
def test_a_package_of_another_server_fails_and_says_whose_it_is(market: Market, kind: str) -> None:
    outcome = market.prove_one(SAMPLES[kind].open(market.front, MALLORY))
    assert outcome.level is Level.ERROR
    assert MALLORY in outcome.message
    assert ALICE in outcome.fix


@with_marker
def test_a_package_of_a_server_whose_name_goes_on_fails(market: Market, kind: str) -> None:
    assert market.prove_one(SAMPLES[kind].open(market.front, f"{ALICE}-pro")).level is Level.ERROR


@with_marker
def test_the_case_of_a_name_does_not_matter(market: Market, kind: str) -> None:
    assert market.prove_one(SAMPLES[kind].open(market.front, ALICE.upper())).has_passed


@every_type
def test_a_package_that_does_not_point_back_fails_and_says_what_to_do(
    market: Market, kind: str
) -> None:
    outcome = market.prove_one(SAMPLES[kind].open(market.front, None))
    assert outcome.level is Level.ERROR
    assert outcome.fix


@with_version
def test_a_version_that_is_not_there_may_come(market: Market, kind: str) -> None:
    asked = {
        **SAMPLES[kind].open(market.front, ALICE),
        "version": "v1.0.1" if kind == "go" else "1.0.1",
    }
    outcome = market.prove_one(asked)
    assert (outcome.level, outcome.is_awaited) == (Level.UNKNOWN, True)
    assert "does not exist, or is not shown" in outcome.message
    assert "1.0.1" in outcome.message


@with_version
@pytest.mark.parametrize("version", ["latest", "^1.0.0", "..", "v1.0.0/x"])
def test_what_is_no_version_never_comes(market: Market, kind: str, version: str) -> None:
    asked = {**SAMPLES[kind].open(market.front, ALICE), "version": version}
    outcome = market.prove_one(asked)
    assert (outcome.level, outcome.is_awaited) == (Level.ERROR, False)


@every_type
def test_a_package_that_is_not_there_may_come(market: Market, kind: str) -> None:
    found = SAMPLES[kind].open(market.front, ALICE)
    asked = {**found, "identifier": found["identifier"].replace("eather", "etter")}
    outcome = market.prove_one(asked)
    assert (outcome.level, outcome.is_awaited) == (Level.UNKNOWN, True)
    assert "does not exist, or is not shown" in outcome.message


def spoil(front: HttpsFront, which: tuple[str, str], reply: Callable[[], Any]) -> None:
    """Have one host's path answer something else."""
    host, path = which
    kept = front.handler(host)

    def handle(method: str, at: str, headers: Mapping[str, str], body: bytes) -> Any:
        return reply() if at == path else kept(method, at, headers, body)

    front.host(host, handle)


def steps(market: Market, asked: Document) -> list[tuple[str, str]]:
    """The host and path of each step of a proof that holds."""
    assert market.prove_one(asked).has_passed
    return list(dict.fromkeys((request.host, request.path) for request in market.front.requests))


@every_type
@pytest.mark.parametrize("status", [408, 429, 500, 503, 520])
def test_a_busy_registry_proves_nothing_either_way_at_any_step(
    market: Market, kind: str, status: int
) -> None:
    asked = SAMPLES[kind].open(market.front, ALICE)
    all_steps = steps(market, asked)
    for host, path in all_steps:
        kept = market.front.handler(host)
        spoil(market.front, (host, path), lambda: (status, {}, b"busy"))
        outcome = market.prove_one(asked)
        assert outcome.level is Level.UNKNOWN, (path, outcome.message)
        assert any(asked_host in outcome.message for asked_host, _ in all_steps)
        market.front.host(host, kept)


@every_type
@pytest.mark.parametrize(
    "reply",
    [
        (200, {}, b""),
        (200, {"Content-Type": "text/html"}, b"<html>Sign in</html>"),
        (200, {"Content-Type": "application/json"}, b"[]"),
        (200, {"Content-Type": "application/json"}, b"null"),
        (200, {"Content-Type": "application/json"}, b"[" * 100_000),
        (200, {"Content-Type": "application/json"}, b'{"a":"\xff\xfe"}'),
        (200, {"Content-Encoding": "gzip"}, b"no gzip"),
        (302, {"Location": "https://["}, b""),
        (401, {"WWW-Authenticate": 'Bearer realm="https://["'}, b""),
        (401, {"WWW-Authenticate": 'Bearer ,,="",'}, b""),
        Wire([b"HTTP/1.1 garbage\r\n\r\n"]),
        Wire([]),
    ],
    ids=lambda reply: "wire" if isinstance(reply, Wire) else f"{reply[0]}",
)
def test_a_registry_that_answers_nonsense_at_any_step_proves_nothing(
    market: Market, kind: str, reply: tuple[int, Mapping[str, str], Body] | Wire
) -> None:
    asked = SAMPLES[kind].open(market.front, ALICE)
    for host, path in steps(market, asked):
        if path.endswith("/json"):
            continue  # whatever the JSON API of an index answers, its pages may prove
        kept = market.front.handler(host)
        spoil(market.front, (host, path), lambda: reply)
        outcome = market.prove_one(asked)
        assert outcome.level in {Level.ERROR, Level.UNKNOWN}, path
        market.front.host(host, kept)


@every_type
def test_a_registry_that_cannot_be_reached_proves_nothing_either_way(market: Market, kind: str) -> None:
    asked = SAMPLES[kind].open(market.front, ALICE)
    market.front.close()
    assert market.prove_one(asked).level is Level.UNKNOWN


def test_knowing_the_types_loads_nothing_that_only_proofs_and_manifests_need() -> None:
    heavy = "requests git pydantic jinja2 packaging zipfile email html.parser xml.etree tomllib"
    code = (
        f"import sys, mcp_static.packages.types; print(sorted(set({heavy.split()}) & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "[]"
