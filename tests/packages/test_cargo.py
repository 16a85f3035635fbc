"""crates.io."""

from pathlib import Path

import pytest
from mcp_static.drafting.manifests import read_manifests
from mcp_static.packages import cargo
from mcp_static.packages.manifest import Manifest
from mcp_static.packages.methods import methods_of
from mcp_static.reports.findings import Level

from tests.doubles.https import HttpsFront
from tests.doubles.package_registries import Cargo
from tests.drafting.projects import project_of, read, write_and_read
from tests.packages.market import ALICE, PRIVATE, Document, Market, Sample, package


def open_cargo(front: HttpsFront, name: str | None, host: str = "") -> Document:
    html = f"<h1>Weather</h1><p><code>mcp-name: {name}</code></p>" if name else "<h1>Weather</h1>"
    Cargo(host).add("alice-weather", "1.0.0", html).on(front)
    return package("cargo", "alice-weather", "1.0.0")


SAMPLES = {
    "cargo": Sample(
        open=open_cargo,
        private_url=f"https://{PRIVATE}",
        pages=(
            (
                package("cargo", "weather-mcp", "1.2.3"),
                f"{cargo.REGISTRY.pages.url}/weather-mcp/1.2.3",
            ),
        ),
        commands=((package("cargo", "weather-mcp", "1.2.3"), "weather-mcp"),),
    )
}


@pytest.mark.parametrize(
    ("identifier", "version", "command"),
    [
        ("weather-mcp", "1.2.3", "cargo install weather-mcp --version 1.2.3"),
        ("weather-mcp", "", "cargo install weather-mcp"),
        ("weather;$(reboot)", "1&'", "cargo install 'weather;$(reboot)' --version '1&'\"'\"''"),
    ],
)
def test_a_crate_is_installed_first(identifier: str, version: str, command: str) -> None:
    (method,) = methods_of({"packages": [package("cargo", identifier, version)]})
    assert method.install_command == command


@pytest.mark.parametrize("name", ["a", "ab", "abc", "abcd", "Rust_Weather"])
def test_a_crate_is_found_where_the_index_keeps_it(market: Market, name: str) -> None:
    Cargo().add(name, "1.0.0+b.1", f"<p>mcp-name: {ALICE}</p>").on(market.front)
    outcome = market.prove_one(package("cargo", name.lower(), "1.0.0+b.1"))
    assert outcome.has_passed, outcome.message


def test_a_crate_without_a_readme_is_told_from_one_that_is_missing(market: Market) -> None:
    Cargo().add("weather", "1.0.0", None).on(market.front)
    outcome = market.prove_one(package("cargo", "weather", "1.0.0"))
    assert outcome.level is Level.ERROR
    assert "no README" in outcome.message


def test_cargo_toml_takes_what_it_inherits_from_its_workspace(tmp_path: Path) -> None:
    crate = tmp_path / "crates" / "weather"
    crate.mkdir(parents=True)
    (tmp_path / "README.md").write_text("mcp-name: io.github.alice/weather")
    (tmp_path / "Cargo.toml").write_text(
        '[workspace]\nmembers = ["crates/*"]\n[workspace.package]\nversion = "1.2.3"\n'
        'description = "Forecasts."\nrepository = "https://github.com/alice/weather"\n'
        'readme = "README.md"\n'
    )
    (crate / "Cargo.toml").write_text(
        '[package]\nname = "weather"\nversion.workspace = true\ndescription = { workspace = true }\n'
        "repository.workspace = true\nreadme.workspace = true\n"
    )
    found, notes = read_manifests(project_of(crate, top=tmp_path))
    assert notes == ()
    assert found == (
        Manifest(
            file="Cargo.toml",
            registry_type="cargo",
            identifier="weather",
            version="1.2.3",
            description="Forecasts.",
            repository="https://github.com/alice/weather",
            readme="mcp-name: io.github.alice/weather",
        ),
    )
    alone, _ = read_manifests(project_of(crate))
    assert alone[0].version is None, "nothing is read outside of the repository"


def test_cargo_toml_by_itself(tmp_path: Path) -> None:
    text = '[package]\nname = "weather"\nversion = "1.2.3"\nhomepage = "https://weather.example"\n'
    found = read(tmp_path, **{"Cargo.toml": text, "README.md": "Hello"})
    assert (found.identifier, found.version, found.readme) == ("weather", "1.2.3", "Hello")
    (found,), notes = write_and_read(tmp_path, **{"Cargo.toml": text + "publish = false\n"})
    assert found.identifier is None
    assert "private" in notes[0]
