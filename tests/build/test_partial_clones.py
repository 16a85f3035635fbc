"""Clones without blobs: what is missing comes at once, with the token, or the command says what it lacks."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from mcp_static.git.blobs import BlobReader, sizes_of
from mcp_static.git.promised import promisor_of
from mcp_static.git.repository import open_repository
from mcp_static.git.trees import blobs_at

from tests.doubles.git_http import GitServer
from tests.doubles.https import Authority, HttpsFront
from tests.registries import Registry, path_of, server_json
from tests.servers import run_cli

NAMES = [f"com.example/server-{number}" for number in range(30)]


def publish(name: str) -> dict[str, bytes | str | None]:
    """The file of a publish."""
    return {path_of(name, "1.0.0"): json.dumps(server_json(name))}


@dataclass
class Private:
    """A private registry on a forge, and a clone of it that has commits and trees alone."""

    origin: Registry
    clone: Path
    server: GitServer


@pytest.fixture
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Private]:
    origin = Registry(tmp_path / "forge/acme/registry.git")
    for name in NAMES:
        origin.commit(publish(name))
    origin.git("config", "uploadpack.allowFilter", "true")
    authority = Authority(tmp_path / "authority")
    server = GitServer(tmp_path / "forge", "x-access-token", "secret")
    with HttpsFront(authority, {"localhost": server}) as front:
        address = f"https://localhost:{front.port}"
        monkeypatch.setenv("GIT_SSL_CAINFO", str(authority.bundle))
        monkeypatch.setenv("GITHUB_SERVER_URL", address)
        clone = tmp_path / "clone"
        header = f"http.{address}/.extraHeader=Authorization: Basic eC1hY2Nlc3MtdG9rZW46c2VjcmV0"
        subprocess.run(
            ["git", "-c", header, "clone", "-q", "--filter=blob:none", "--no-checkout",
             f"{address}/acme/registry.git", str(clone)], check=True,
        )  # fmt: skip
        server.requests.clear()
        yield Private(origin, clone, server)


def fetches(private: Private) -> int:
    """How often something was fetched; each fetch asks for references, and then for objects."""
    return sum("git-upload-pack" in request for request in private.server.requests if "POST" in request)


def test_a_full_build_brings_everything_at_once(
    private: Private, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    done = run_cli("build", "--repo", private.clone, "--out", tmp_path / "dist")
    assert done.returncode == 0, done.stderr
    built = {path.name for path in (tmp_path / "dist/v0.1/servers/com.example").iterdir()}
    assert built == {name.partition("/")[2] for name in NAMES}
    assert fetches(private) <= 2


def test_without_a_token_it_says_what_it_lacks_and_leaves_nothing(
    private: Private, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    done = run_cli("build", "--repo", private.clone, "--out", tmp_path / "dist")
    assert done.returncode == 3
    assert "partial clone" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "dist").exists()


def test_a_token_is_for_its_own_forge_alone(
    private: Private, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    done = run_cli("build", "--repo", private.clone, "--out", tmp_path / "dist")
    assert done.returncode == 3
    assert private.server.requests == []


def test_some_blobs_come_in_one_request(private: Private, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    paths = [path_of(name, "1.0.0") for name in NAMES]
    with open_repository(private.clone) as repository:
        blobs = list(blobs_at(repository, "origin/main", paths).values())
        with BlobReader(repository) as reader:
            contents = list(reader.read(blobs, 1 << 20))
        assert all(b'"com.example/server-' in content for content in contents)
        assert fetches(private) <= 2
        private.server.requests.clear()
        assert sizes_of(repository, blobs) == [len(content) for content in contents]
        assert private.server.requests == [], "what is there is not asked for again"


def test_a_publish_after_the_build_brings_its_own_files_alone(
    private: Private, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    assert run_cli("build", "--repo", private.clone, "--out", tmp_path / "dist").returncode == 0
    private.origin.commit(publish("com.example/new"))
    with open_repository(private.clone) as repository:
        assert promisor_of(repository) == "origin"
    header = "Authorization: Basic eC1hY2Nlc3MtdG9rZW46c2VjcmV0"
    subprocess.run(
        ["git", "-C", str(private.clone), "-c", f"http.extraHeader={header}", "fetch", "-q"], check=True
    )
    private.server.requests.clear()
    done = run_cli("build", "--repo", private.clone, "--commit", "origin/main", "--out",
                   tmp_path / "dist")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "dist/v0.1/servers/com.example/new").is_dir()
    assert 1 <= fetches(private) <= 3


def test_a_whole_clone_asks_nobody(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "whole.git")
    registry.commit(publish(NAMES[0]))
    with open_repository(registry.path) as repository:
        assert promisor_of(repository) == ""
