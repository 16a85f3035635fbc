"""The manifests of a project: which are read, and what is done with those that cannot be."""

import os
from pathlib import Path

import pytest
from mcp_static.drafting.manifests import read_manifests
from mcp_static.drafting.project import MAX_BYTES, MAX_FILES
from mcp_static.model.errors import ManifestError
from mcp_static.packages.manifest import newest_tag
from mcp_static.packages.types import PACKAGE_TYPES

from tests.drafting.projects import project_of, read, write_and_read


def test_tags_of_a_subfolder_carry_its_path(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    project = project_of(tmp_path / "sub", "v9.0.0", "sub/v1.2.3", top=tmp_path)
    assert newest_tag(project) == "1.2.3"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("package.json", '{"name": ', "is not JSON"),
        ("package.json", "[]", "is not a JSON object"),
        ("package.json", '{"name": "a", "name": "b"}', "more than once"),
        ("package.json", "[" * 100_000, "nests deeper"),
        ("pyproject.toml", "[project", "is not TOML"),
        ("pyproject.toml", "[tool.ruff]\n", "has no [project] table"),
        ("pyproject.toml", "a = " + "[" * 100_000, "nests too deep"),
        ("Cargo.toml", "[profile.dev]\n", "has no [package]"),
        ("Weather.csproj", "<Project>", "is not XML"),
        ("Weather.csproj", "<!DOCTYPE Project><Project/>", "has a DOCTYPE"),
        ("Weather.csproj", '<!DOCTYPE P [<!ENTITY a "aaaa">]><P>&a;</P>', "has a DOCTYPE"),
        ("Weather.csproj", '<!DOCTYPE P SYSTEM "file:///etc/passwd"><P/>', "has a DOCTYPE"),
        ("go.mod", "go 1.24\n", "has no module line"),
        ("Dockerfile", 'FROM scratch\nLABEL a="b\n', "a quotation that does not end"),
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


def test_folders_elsewhere_have_no_names(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "x").touch()
    folder = tmp_path / "project"
    (folder / "inner").mkdir(parents=True)
    (folder / "link").symlink_to("../secret")
    project = project_of(folder)
    assert project.names() == ["inner", "link"]
    for path in ("link", "../secret", "/etc", "missing", "a\0b", "inner/../../secret"):
        assert project.names(path) == []
        assert project.member(path) is None
    inner = project.member("inner")
    assert inner is not None
    assert inner.subfolder == "inner"


def test_no_more_is_read_of_a_project_than_anybody_writes_by_hand(tmp_path: Path) -> None:
    for number in range(MAX_FILES + 1):
        (tmp_path / f"{number}.txt").touch()
    project = project_of(tmp_path)
    member = project.member(".")
    assert member is not None
    assert {project.text(f"{number}.txt") for number in range(MAX_FILES)} == {""}
    with pytest.raises(ManifestError, match="comes after"):
        member.text(f"{MAX_FILES}.txt")


def test_no_two_types_read_the_same_manifests() -> None:
    patterns = [kind.manifest.pattern for kind in PACKAGE_TYPES if kind.manifest]
    assert len(patterns) == len(set(patterns))
