"""Bundles: those that were packed into a project, and what their manifests say."""

import hashlib
import json
from pathlib import Path

import pytest
from mcp_static.drafting.answers import Answers
from mcp_static.drafting.draft import Draft, draft
from mcp_static.drafting.findings import search
from mcp_static.packages.manifest import Manifest, Variable

from tests.drafting.projects import make_repository, read

MANIFEST = {
    "manifest_version": "0.3",
    "name": "weather",
    "display_name": "Weather",
    "version": "1.2.3",
    "description": "Forecasts.",
    "homepage": "https://weather.alice.io",
    "repository": {"type": "git", "url": "https://github.com/alice/weather-mcp.git"},
    "server": {
        "type": "node",
        "mcp_config": {
            "command": "node",
            "env": {"KEY": "${user_config.key}", "DIR": "${user_config.dir}", "NODE_ENV": "production"},
        },
    },
    "user_config": {
        "key": {"type": "string", "title": "Key", "sensitive": True, "required": True, "default": "x"},
        "dir": {"type": "directory", "title": "Folder", "description": "Where.", "default": "/tmp"},
    },
}


def drafted(folder: Path, *tags: str, **files: bytes) -> Draft:
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    if not (folder / ".git").exists():
        make_repository(folder, "https://github.com/alice/weather-mcp", *tags)
    return draft(search(folder).findings, Answers(remote=""))


def test_a_manifest_says_what_its_users_set(tmp_path: Path) -> None:
    assert read(tmp_path, **{"manifest.json": json.dumps(MANIFEST)}) == Manifest(
        file="manifest.json",
        registry_type="mcpb",
        version="1.2.3",
        title="Weather",
        description="Forecasts.",
        repository="https://github.com/alice/weather-mcp.git",
        website="https://weather.alice.io",
        is_server=True,
        variables=(
            Variable(name="KEY", description="Key", is_required=True, is_secret=True),
            Variable(name="DIR", description="Where.", format="filepath", default="/tmp"),
        ),
    )


@pytest.mark.parametrize(
    "document",
    [{"manifest_version": 3, "name": "an extension of a browser"}, {"name": "a web app"}, [], "x"],
)
def test_manifests_of_other_programs_are_none(document: object, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(document))
    found = search(tmp_path)
    assert (found.findings.manifests, found.notes) == ((), ())


@pytest.mark.parametrize(("tag", "path"), [("v1.2.3", "v1.2.3"), ("1.2.2", "1.2.3")])
def test_a_packed_bundle_has_the_address_of_its_release_and_its_digest(
    tag: str, path: str, tmp_path: Path
) -> None:
    result = drafted(tmp_path, tag, **{"dist/weather.mcpb": b"zip"})
    assert result.document["packages"] == [
        {
            "registryType": "mcpb",
            "identifier": f"https://github.com/alice/weather-mcp/releases/download/{path}/weather.mcpb",
            "fileSha256": hashlib.sha256(b"zip").hexdigest(),
            "transport": {"type": "stdio"},
        }
    ]
    assert "is taken to be attached to a release" in str(result.notes)


def test_without_a_packed_bundle_there_is_no_digest_and_so_no_package(tmp_path: Path) -> None:
    result = drafted(tmp_path)
    assert "packages" not in result.document
    assert "its SHA-256 is not known" in str(result.notes)
    (tmp_path / "weather.mcpb").symlink_to("/etc/hostname")
    assert "packages" not in drafted(tmp_path).document
