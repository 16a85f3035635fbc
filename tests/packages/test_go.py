"""Go modules."""

from pathlib import Path

import pytest
from mcp_static.packages import golang
from mcp_static.reports.findings import Finding, Level

from tests.doubles.https import HttpsFront
from tests.doubles.package_registries import GoProxy
from tests.drafting.projects import read
from tests.packages.market import ALICE, PRIVATE, Document, Market, Sample, package

MODULE = "github.com/alice/weather"


def open_go(front: HttpsFront, name: str | None, host: str = "") -> Document:
    owner = (name or "io.github.nobody/weather").split("/")[0].rpartition(".")[2]
    module = f"github.com/{owner}/weather"
    proxy = GoProxy(host or golang.REGISTRY.site.host)
    proxy.add(module, "v1.0.0", mod=f"module {module}\n\ngo 1.23\n").on(front)
    return package("go", module, "v1.0.0")


SAMPLES = {
    "go": Sample(
        open=open_go,
        has_marker=False,
        private_url=f"https://{PRIVATE}",
        pages=(
            (
                package("go", f"{MODULE}/v2", "v2.0.0"),
                f"{golang.REGISTRY.pages.url}/{MODULE}/v2@v2.0.0",
            ),
        ),
        commands=(
            (package("go", MODULE, "v1.2.3"), f"go run {MODULE}@v1.2.3"),
            (package("go", MODULE), f"go run {MODULE}@latest"),
            (package("go", f"{MODULE}/cmd/w", "v1.2.3"), f"go run {MODULE}/cmd/w@v1.2.3"),
        ),
    )
}


@pytest.mark.parametrize(
    "name", ["io.github/weather", "io.gitlab/weather", "io/weather", "com/weather"]
)
def test_a_namespace_that_is_nobodys_proves_no_module(market: Market, name: str) -> None:
    outcome = market.prove_one(open_go(market.front, ALICE), name=name)
    assert outcome.level is Level.ERROR
    assert outcome.id == "package-go"
    assert "type" not in outcome.message


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


def test_a_program_in_the_cmd_folder_of_a_module_is_proven_by_the_module(market: Market) -> None:
    GoProxy().add(MODULE, "v1.0.0", mod=f"module {MODULE}\n").on(market.front)
    outcome = market.prove_one(package("go", f"{MODULE}/cmd/weather", "v1.0.0"))
    assert outcome.has_passed, outcome.message
    assert market.prove_one(package("go", f"{MODULE}/weather", "v1.0.0")).level is Level.UNKNOWN
    alone = market.prove_one(package("go", "github.com/alice/cmd/weather", "v1.0.0"))
    assert alone.level is Level.UNKNOWN, "what belongs to nobody's module"


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


def test_go_mod_has_the_version_of_its_newest_tag(tmp_path: Path) -> None:
    text = "// Weather\nmodule github.com/alice/weather // here\n\ngo 1.24\n"
    tags = ("v1.9.0", "v1.10.0", "v2.0.0", "v1.11.0-rc.1", "latest", "sub/v1.99.0")
    found = read(tmp_path, *tags, **{"go.mod": text})
    assert (found.identifier, found.version) == ("github.com/alice/weather", "1.10.0")
    assert found.repository == "https://github.com/alice/weather"
    assert read(tmp_path, *tags, **{"go.mod": "module example.com/w/v2\n"}).version == "2.0.0"
    assert read(tmp_path, **{"go.mod": text}).version is None
