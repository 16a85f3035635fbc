"""Every kind of manifest, well-formed, malformed and hostile."""

import json
import os
from pathlib import Path

import pytest
from mcp_static.drafting.manifest import Manifest
from mcp_static.drafting.manifests import READERS, newest_tag, read_manifests
from mcp_static.drafting.project import MAX_BYTES, Project

CSPROJ = """<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <PackAsTool>true</PackAsTool>
    <PackageId>Alice.Weather</PackageId>
    <Version>1.2.3</Version>
    <Title>Weather</Title>
    <Description>Forecasts &amp; tides.</Description>
    <RepositoryUrl>https://github.com/alice/weather</RepositoryUrl>
    <PackageReadmeFile>README.md</PackageReadmeFile>
  </PropertyGroup>
</Project>
"""


def project_of(folder: Path, *tags: str, top: Path | None = None) -> Project:
    return Project(folder.resolve(), (top or folder).resolve(), tags)


def read(folder: Path, *tags: str, **files: str) -> Manifest:
    """The one manifest of a folder, of which nothing is noted."""
    found, notes = write_and_read(folder, *tags, **files)
    assert notes == ()
    assert len(found) == 1
    return found[0]


def write_and_read(
    folder: Path, *tags: str, **files: str
) -> tuple[tuple[Manifest, ...], tuple[str, ...]]:
    for name, content in files.items():
        (folder / name).write_text(content)
    return read_manifests(project_of(folder, *tags))


def test_package_json(tmp_path: Path) -> None:
    document = {
        "name": "@alice/weather",
        "version": "1.2.3",
        "description": "Forecasts\n for any place.",
        "mcpName": "io.github.alice/weather",
        "repository": {
            "type": "git",
            "url": "git+https://github.com/alice/servers.git",
            "directory": "./src/weather/",
        },
        "homepage": "https://weather.example",
        "bin": {"weather": "cli.js", "other": "other.js"},
    }
    assert read(tmp_path, **{"package.json": json.dumps(document)}) == Manifest(
        file="package.json",
        registry_type="npm",
        identifier="@alice/weather",
        version="1.2.3",
        description="Forecasts for any place.",
        server_name="io.github.alice/weather",
        repository="git+https://github.com/alice/servers.git",
        subfolder="src/weather",
        website="https://weather.example",
        runtime_hint="npx",
    )


@pytest.mark.parametrize(
    ("commands", "hint"),
    [
        (None, None),
        ("cli.js", "npx"),
        ({"other": "x"}, "npx"),
        ({"a": "x", "b": "x"}, None),
        ([], None),
    ],
)
def test_npx_is_hinted_only_where_it_finds_the_command(
    commands: object, hint: str | None, tmp_path: Path
) -> None:
    document = {"name": "weather", "bin": commands}
    assert read(tmp_path, **{"package.json": json.dumps(document)}).runtime_hint == hint


def test_a_private_package_is_described_and_not_published(tmp_path: Path) -> None:
    document = {"name": "weather", "version": "1.0.0", "private": True}
    (found,), notes = write_and_read(tmp_path, **{"package.json": json.dumps(document)})
    assert (found.identifier, found.version) == (None, "1.0.0")
    assert "private" in notes[0]


def test_a_placeholder_is_no_version(tmp_path: Path) -> None:
    document = {"name": "weather", "version": "0.0.0-development"}
    assert read(tmp_path, **{"package.json": json.dumps(document)}).version is None


def test_pyproject_toml(tmp_path: Path) -> None:
    text = """
        [project]
        name = "alice_weather"
        version = "1.2.3"
        description = "Forecasts."
        readme = {file = "README.rst", content-type = "text/x-rst"}
        [project.scripts]
        alice-weather = "weather:main"
        [project.urls]
        "Home Page" = "https://weather.example"
        "Source Code" = "https://github.com/alice/weather"
    """
    assert read(tmp_path, **{"README.rst": "Hello", "pyproject.toml": text}) == Manifest(
        file="pyproject.toml",
        registry_type="pypi",
        identifier="alice_weather",
        version="1.2.3",
        description="Forecasts.",
        repository="https://github.com/alice/weather",
        website="https://weather.example",
        runtime_hint="uvx",
        readme="Hello",
    )


def test_a_dynamic_version_is_not_known(tmp_path: Path) -> None:
    text = '[project]\nname = "w"\ndynamic = ["version"]\n[project.scripts]\nother = "w:main"\n'
    found = read(tmp_path, **{"pyproject.toml": text})
    assert (found.version, found.runtime_hint) == (None, None)


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


def test_csproj(tmp_path: Path) -> None:
    found = read(tmp_path, **{"README.md": "Hello", "Weather.csproj": CSPROJ})
    assert found == Manifest(
        file="Weather.csproj",
        registry_type="nuget",
        identifier="Alice.Weather",
        version="1.2.3",
        title="Weather",
        description="Forecasts & tides.",
        repository="https://github.com/alice/weather",
        runtime_hint="dnx",
        readme="Hello",
    )


def test_csproj_of_old_with_a_prefix_and_without_an_id(tmp_path: Path) -> None:
    text = (
        '<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003"><PropertyGroup>'
        "<PackAsTool>true</PackAsTool><VersionPrefix>1.2.3</VersionPrefix>"
        "<VersionSuffix>beta.1</VersionSuffix><Description>$(Other)</Description>"
        "</PropertyGroup></Project>"
    )
    found = read(tmp_path, **{"Weather.csproj": text})
    assert (found.identifier, found.version) == ("Weather", "1.2.3-beta.1")
    assert found.description is None


def test_a_csproj_that_packs_nothing_is_no_package(tmp_path: Path) -> None:
    text = "<Project><PropertyGroup><Version>1.0.0</Version></PropertyGroup></Project>"
    (found,), notes = write_and_read(tmp_path, **{"Tests.csproj": text})
    assert found.identifier is None
    assert "packs no NuGet package" in notes[0]


def test_go_mod_has_the_version_of_its_newest_tag(tmp_path: Path) -> None:
    text = "// Weather\nmodule github.com/alice/weather // here\n\ngo 1.24\n"
    tags = ("v1.9.0", "v1.10.0", "v2.0.0", "v1.11.0-rc.1", "latest", "sub/v1.99.0")
    found = read(tmp_path, *tags, **{"go.mod": text})
    assert (found.identifier, found.version) == ("github.com/alice/weather", "v1.10.0")
    assert found.repository == "https://github.com/alice/weather"
    assert read(tmp_path, *tags, **{"go.mod": "module example.com/w/v2\n"}).version == "v2.0.0"
    assert read(tmp_path, **{"go.mod": text}).version is None


def test_tags_of_a_subfolder_carry_its_path(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    project = project_of(tmp_path / "sub", "v9.0.0", "sub/v1.2.3", top=tmp_path)
    assert newest_tag(project) == "1.2.3"


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


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("package.json", '{"name": ', "is not JSON"),
        ("package.json", "[]", "is no JSON object"),
        ("package.json", '{"name": "a", "name": "b"}', "more than once"),
        ("package.json", "[" * 100_000, "nests deeper"),
        ("pyproject.toml", "[project", "is not TOML"),
        ("pyproject.toml", "[tool.ruff]\n", "has no [project] table"),
        ("pyproject.toml", "a = " + "[" * 100_000, "nests too deep"),
        ("Cargo.toml", "[workspace]\n", "has no [package]"),
        ("Weather.csproj", "<Project>", "is not XML"),
        ("Weather.csproj", "<!DOCTYPE Project><Project/>", "has a DOCTYPE"),
        ("Weather.csproj", '<!DOCTYPE P [<!ENTITY a "aaaa">]><P>&a;</P>', "has a DOCTYPE"),
        ("Weather.csproj", '<!DOCTYPE P SYSTEM "file:///etc/passwd"><P/>', "has a DOCTYPE"),
        ("go.mod", "go 1.24\n", "has no module line"),
        ("Dockerfile", 'FROM scratch\nLABEL a="b\n', "cannot be read"),
        ("package.json", " " * (MAX_BYTES + 1), "is larger than"),
    ],
)
def test_what_cannot_be_used_is_noted_and_the_rest_is_read(
    name: str, content: str, message: str, tmp_path: Path
) -> None:
    other = "go.mod" if name != "go.mod" else "Cargo.toml"
    (tmp_path / other).write_text('module example.com/w\n[package]\nname = "w"\n')
    if other == "Cargo.toml":
        (tmp_path / other).write_text('[package]\nname = "w"\n')
    found, notes = write_and_read(tmp_path, **{name: content})
    assert [manifest.file for manifest in found] == [other]
    assert len(notes) == 1
    assert notes[0].startswith(f"{name} is passed over: it ")
    assert message in notes[0]


@pytest.mark.parametrize(
    "kind", ["outside", "absolute", "circle", "nowhere", "folder", "pipe", "bytes"]
)
def test_no_file_is_read_that_is_elsewhere_or_no_text(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    secret = tmp_path / "secret.json"
    secret.write_text('{"name": "secret"}')
    file = folder / "package.json"
    if kind == "outside":
        file.symlink_to("../secret.json")
    elif kind == "absolute":
        file.symlink_to(secret)
    elif kind == "circle":
        file.symlink_to("package.json")
    elif kind == "nowhere":
        file.symlink_to("missing.json")
    elif kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    else:
        file.write_bytes(b'{"name": "\xff"}')
    found, notes = read_manifests(project_of(folder))
    assert found == ()
    assert len(notes) == 1


def test_a_link_inside_the_project_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text('{"name": "weather"}')
    (tmp_path / "package.json").symlink_to("real.json")
    assert read(tmp_path).identifier == "weather"


@pytest.mark.parametrize("readme", ["../secret", "/etc/passwd", "missing", "a\\u0000b"])
def test_a_readme_elsewhere_is_not_read(readme: str, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "secret").write_text("secret")
    text = f'[project]\nname = "w"\nreadme = "{readme}"\n'
    assert read(folder, **{"pyproject.toml": text}).readme is None


@pytest.mark.parametrize(("pattern", "content"), [("package.json", "{}"), ("go.mod", "module a b")])
def test_every_reader_is_reached_by_its_name(pattern: str, content: str, tmp_path: Path) -> None:
    assert pattern in dict(READERS)
    found, _ = write_and_read(tmp_path, **{pattern: content})
    assert found[0].file == pattern
