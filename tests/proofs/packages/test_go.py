"""Go modules."""

import pytest
from mcp_static.reports.findings import Finding, Level

from tests.doubles.package_registries import (
    GoProxy,
)
from tests.proofs.packages.market import (
    ALICE,
    MODULE,
    Market,
    package,
)


def go_outcome(
    market: Market,
    module: str,
    version: str = "v1.0.0",
    name: str = ALICE,
    escaped: str = "",
    mod: str = "",
) -> Finding:
    """Prove a module that its proxy has under an escaped path."""
    GoProxy().add(escaped or module, version, mod=mod or f"module {module}\n").on(market.front)
    return market.prove_one(package("go", module, version), name)


@pytest.mark.parametrize(
    ("name", "module"),
    [
        (ALICE, "github.com/alice/weather"),
        (ALICE, "github.com/alice/weather/v2"),
        (ALICE, "github.com/alice/tools/cmd/weather"),
        ("io.gitlab.alice/weather", "gitlab.com/alice/weather"),
        ("com.example/weather", "example.com/weather"),
        ("com.example.api/weather", "api.example.com/weather"),
    ],
)
def test_a_module_below_its_namespace_is_proven(market: Market, name: str, module: str) -> None:
    outcome = go_outcome(market, module, name=name)
    assert outcome.has_passed, outcome.message


@pytest.mark.parametrize(
    ("name", "module"),
    [
        (ALICE, "github.com/mallory/weather"),
        (ALICE, "github.com/alice"),
        (ALICE, "github.com/alice/"),
        (ALICE, "github.com/alicex/weather"),
        (ALICE, "gitlab.com/alice/weather"),
        (ALICE, "evil.example.com/github.com/alice/weather"),
        (ALICE, "https://github.com/alice/weather"),
        (ALICE, "github.com/alice/../mallory/weather"),
        (ALICE, "github.com/alice/%2e%2e/mallory/weather"),
        (ALICE, "github.com/alice/weather?x=y"),
        ("com.example/weather", "api.example.com/weather"),
        ("com.example/weather", "example.com.evil.example.com/weather"),
        ("com.example/weather", "example.com"),
        ("com.example.api/weather", "example.com/weather"),
    ],
)
def test_a_module_of_somebody_else_fails(market: Market, name: str, module: str) -> None:
    double = GoProxy().on(market.front)
    for path in (module, "github.com/mallory/weather"):
        double.add(path, "v1.0.0", mod="module github.com/mallory/weather\n")
    assert market.prove_one(package("go", module, "v1.0.0"), name).level is Level.ERROR


def test_capitals_are_escaped_for_the_proxy(market: Market) -> None:
    outcome = go_outcome(
        market, "github.com/Alice/WeatherMCP", escaped="github.com/!alice/!weather!m!c!p"
    )
    assert outcome.has_passed, outcome.message


def test_capitals_of_a_version_are_escaped_for_the_proxy(market: Market) -> None:
    GoProxy().add(MODULE, "v1.0.0-!r!c1", "v1.0.0-RC1", f"module {MODULE}\n").on(market.front)
    outcome = market.prove_one(package("go", MODULE, "v1.0.0-RC1"))
    assert outcome.has_passed, outcome.message


@pytest.mark.parametrize(
    "version", ["v2.0.0+incompatible", "v0.0.0-20250101120000-0123456789ab", "v1.0.0-rc.1"]
)
def test_a_canonical_version_of_any_kind_is_proven(market: Market, version: str) -> None:
    outcome = go_outcome(market, MODULE, version)
    assert outcome.has_passed, outcome.message


@pytest.mark.parametrize("query", ["main", "latest", "v1", "v1.0", "0123456789ab"])
def test_what_a_proxy_merely_resolves_is_no_version(market: Market, query: str) -> None:
    GoProxy().add(MODULE, query, "v1.0.0", f"module {MODULE}\n").on(market.front)
    outcome = market.prove_one(package("go", MODULE, query))
    assert outcome.level is Level.ERROR
    assert "does not exist" in outcome.message


@pytest.mark.parametrize(
    "mod",
    ["module github.com/mallory/weather\n", "go 1.23\n", "// module github.com/alice/weather\n", ""],
)
def test_a_module_whose_own_file_gives_another_path_fails(market: Market, mod: str) -> None:
    GoProxy().add(MODULE, "v1.0.0", mod=mod).on(market.front)
    outcome = market.prove_one(package("go", MODULE, "v1.0.0"))
    assert outcome.level is Level.ERROR
    assert "go.mod" in outcome.message


@pytest.mark.parametrize(
    "mod",
    [
        "// Deprecated: use v2.\nmodule {}\n",
        'module "{}"\n',
        "\nmodule\t{} // a comment\r\n",
        "module {}",
    ],
)
def test_a_module_line_is_read_in_any_form(market: Market, mod: str) -> None:
    assert go_outcome(market, MODULE, mod=mod.format(MODULE)).has_passed
