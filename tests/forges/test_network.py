"""The clients of GitHub and GitLab, and Git, asked from a network with its own authority and proxy."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from mcp_static.forges.github.client import GitHub
from mcp_static.forges.github.instance import enterprise
from mcp_static.forges.gitlab.api import Api
from mcp_static.forges.gitlab.facts import GitLab
from mcp_static.forges.gitlab.instance import Instance
from mcp_static.git.access import GITLAB_USER, GitAccess, network_of
from mcp_static.git.command import run
from mcp_static.git.promised import bring_history
from mcp_static.git.remotes import fetch_commits, fetch_head, push_commit
from mcp_static.git.repository import Repository, has_commit, open_repository
from mcp_static.git.single_commit import commit_on
from mcp_static.git.writing import create_repository
from mcp_static.model.errors import InputError, OperatorError, ServiceError, UnansweredError
from mcp_static.settings.network import NetworkSettings

from tests.doubles.git_http import GitServer
from tests.doubles.https import Authority, HttpsFront
from tests.doubles.proxy import Proxy, proxy_to
from tests.registries import Registry, path_of

pytestmark = pytest.mark.integration

HOST = "git.corp.example"
SITE = f"https://{HOST}"
URL = f"{SITE}/acme/registry.git"
TOKEN = "glpat-secret"
SIGNED_IN = "Proxy-Authorization: Basic bWU6cDpzcw=="


@dataclass
class Company:
    """A host that only the company's proxy knows, which wants to know who asks; with its own authority."""

    front: HttpsFront
    proxy: Proxy
    authority: Authority

    def network(self, **more: object) -> NetworkSettings:
        """What its operators write to `registry.toml`."""
        sign_in = {"host": self.proxy.place, "variable": "PROXY_LOGIN", "scheme": "basic"}
        written = {
            "ca_file": str(self.authority.bundle),
            "proxy": self.proxy.url,
            "credentials": (sign_in,),
        }
        return NetworkSettings.model_validate({**written, **more})


@contextmanager
def _company(folder: Path) -> Iterator[Company]:
    authority = Authority(folder / "authority")
    with HttpsFront(authority) as front, proxy_to(front.port, 407, SIGNED_IN) as proxy:
        yield Company(front, proxy, authority)


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """The company; nothing in the environment knows its network."""
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "GIT_SSL_CAINFO", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("PROXY_LOGIN", "me:p:ss")
    with _company(tmp_path) as company:
        yield company


def _ask_github(network: NetworkSettings) -> int | None:
    with GitHub(TOKEN, enterprise(SITE), network=network) as github:
        found = github.account("alice")
    return found.id.number if found else None


def _ask_another_github(network: NetworkSettings) -> int | None:
    with GitHub(None, network=network) as github:
        found = github.beside(enterprise(SITE), TOKEN).account("alice")
    return found.id.number if found else None


def _ask_gitlab(network: NetworkSettings) -> int | None:
    api = Api(TOKEN, SITE, network)
    found = GitLab(api, Instance(SITE, SITE)).user("alice")
    api.close()
    return found.id.number if found else None


CLIENTS = [_ask_github, _ask_another_github, _ask_gitlab]


@pytest.mark.parametrize("ask", CLIENTS)
def test_a_forge_is_asked_from_the_network_of_the_settings(
    ask: Callable[[NetworkSettings], int | None], company: Company
) -> None:
    def forge(
        _method: str, path: str, _headers: Mapping[str, str], _body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        alice = {"id": 1001, "login": "alice", "username": "alice", "type": "User", "name": "A"}
        document = [alice] if "api/v4" in path else alice
        return 200, {"Content-Type": "application/json"}, json.dumps(document).encode()

    company.front.host(HOST, forge)
    assert ask(company.network()) == 1001
    assert company.proxy.asked == [f"{HOST}:443"]
    assert SIGNED_IN in company.proxy.headers
    [asked] = company.front.requests
    assert TOKEN in asked.headers["Authorization"]
    assert "Proxy-Authorization" not in asked.headers


@pytest.mark.parametrize("ask", CLIENTS)
def test_an_authority_that_the_settings_do_not_name_is_not_trusted(
    ask: Callable[[NetworkSettings], int | None],
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("urllib3.util.retry.Retry.sleep", lambda *_: None)
    company.front.host(HOST, lambda *_: (200, {}, b"{}"))
    with pytest.raises(UnansweredError, match="certificate"):
        ask(company.network(ca_file=""))
    assert company.front.requests == []
    with pytest.raises(OperatorError, match=r"nowhere\.pem cannot be read"):
        ask(company.network(ca_file="nowhere.pem"))


@dataclass
class Remote:
    """A registry that a company's GitLab has, and an empty repository to fetch into."""

    origin: Registry
    server: GitServer
    here: Repository


@pytest.fixture
def remote(company: Company, tmp_path: Path) -> Iterator[Remote]:
    """The GitLab lets in the project's token alone."""
    origin = Registry(tmp_path / "forge/acme/registry.git")
    origin.publish("com.example/weather")
    server = GitServer(tmp_path / "forge", GITLAB_USER, TOKEN)
    company.front.host(HOST, server)
    with create_repository(tmp_path / "here.git") as here:
        yield Remote(origin, server, here)


def test_git_clones_fetches_and_pushes_with_the_projects_token(
    company: Company, remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = tmp_path / "arguments"
    tools = tmp_path / "tools"
    tools.mkdir()
    git = shutil.which("git")
    (tools / "git").write_text(f'#!/bin/sh\necho "$@" >>{arguments}\nexec {git} "$@"\n')
    (tools / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    access = GitAccess(TOKEN, GITLAB_USER, company.network())
    head = fetch_head(remote.here, URL, access)
    fetch_commits(remote.here, URL, ["refs/heads/main"], access)
    assert has_commit(remote.here, head)
    made = commit_on(remote.here, head, {"README.md": b"hello\n"}, "Say hello", "A <a@b.example>", 1)
    push_commit(remote.here, URL, made, "main", access)
    assert remote.origin.git("rev-parse", "main").strip() == made
    assert {f"{HOST}:443"} == set(company.proxy.asked)
    assert SIGNED_IN in company.proxy.headers
    # Not where others on this machine, or the next job, could read it.
    assert "fetch" in arguments.read_text()
    files = [path for path in Path(remote.here.git_dir).rglob("*") if path.is_file()]
    for file in (arguments, *files):
        content = file.read_bytes()
        assert not any(secret in content for secret in (TOKEN.encode(), b"p:ss", b"Basic ")), file


def test_git_says_what_it_lacks_to_get_in(company: Company, remote: Remote) -> None:
    with pytest.raises(ServiceError, match=r"could not fetch from https://git\.corp\.example/acme"):
        fetch_head(remote.here, URL, GitAccess(None, GITLAB_USER, company.network()))
    assert remote.server.refused >= 1
    with pytest.raises(ServiceError, match="certificate"):
        fetch_head(remote.here, URL, GitAccess(TOKEN, GITLAB_USER, company.network(ca_file="")))
    assert remote.server.requests == []
    no_token = URL.replace("https://", "https://someone:a-password@")
    with pytest.raises(ServiceError) as caught:
        fetch_head(remote.here, no_token, GitAccess(network=company.network()))
    assert "a-password" not in str(caught.value)
    other = company.network(credentials=({"host": company.proxy.place, "variable": "PROXY_LOGIN"},))
    with pytest.raises(OperatorError, match="with a user and a password alone"):
        fetch_head(remote.here, URL, GitAccess(TOKEN, GITLAB_USER, other))


def test_a_push_that_may_not_be_is_refused_in_gits_words(company: Company, remote: Remote) -> None:
    access = GitAccess(TOKEN, GITLAB_USER, company.network())
    old = fetch_head(remote.here, URL, access)
    remote.origin.publish("com.example/other")
    fetch_commits(remote.here, URL, ["refs/heads/main"], access)
    made = commit_on(remote.here, old, {"README.md": b"late\n"}, "Be late", "A <a@b.example>", 1)
    with pytest.raises(InputError, match="refused"):
        push_commit(remote.here, URL, made, "main", access)


def test_a_partial_clone_brings_its_files_and_pushes_from_the_network_of_its_settings(
    company: Company, remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = company.network()
    written = network.model_dump(include={"ca_file", "proxy"}) | {
        "credentials": [one.model_dump() for one in network.credentials]
    }
    remote.origin.commit({"registry.toml": _toml(written)})
    remote.origin.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    access = GitAccess(TOKEN, GITLAB_USER, network)
    for line in (
        ("git", "clone", "-q", "--filter=blob:none", "--sparse", URL, str(clone)),
        ("git", "-C", str(clone), "sparse-checkout", "set", "requirements"),
    ):
        subprocess.run(line, check=True, env=_environment() | access.environment(URL))
    monkeypatch.setenv("CI_SERVER_URL", SITE)
    monkeypatch.setenv("CI_JOB_TOKEN", TOKEN)
    remote.server.user = "gitlab-ci-token"
    with open_repository(clone) as repository:
        assert network_of(repository) == network
        head = repository.head.commit.hexsha
        bring_history(repository, head, "registry-data")
        assert (
            run(repository, "cat-file", "-t", f"HEAD:{path_of('com.example/weather', '1.0.0')}")
            == "blob"
        )
        remote.server.user = GITLAB_USER
        made = commit_on(repository, head, {"registry-data/new": b"new\n"}, "Add", "A <a@b.example>", 1)
        push_commit(repository, URL, made, "main", access)
    assert remote.origin.git("rev-parse", "main").strip() == made


def test_what_a_runner_has_set_for_git_stays(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "test.kept")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "yes")
    more = GitAccess(TOKEN).environment(URL)
    assert run(remote.here, "config", "test.kept", env=more) == "yes"
    header = run(remote.here, "config", f"http.{SITE}/.extraHeader", env=more)
    assert header.startswith("Authorization: Basic ")
    assert GitAccess(TOKEN).environment("http://git.corp.example/x").keys() == set(), "not without TLS"
    assert GitAccess(TOKEN).environment("/srv/registry.git") == {}


def test_a_host_that_is_asked_directly_passes_gits_proxy_by(company: Company, remote: Remote) -> None:
    network = company.network(direct=(HOST,))
    more = GitAccess(TOKEN, GITLAB_USER, network).environment(URL)
    assert run(remote.here, "config", f"http.{SITE}/.proxy", env=more) == ""
    assert more["GIT_CONFIG_COUNT"] == "2"


def test_gits_own_authorities_are_trusted_beside_those_of_the_settings(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.pem"
    own.write_bytes(b"-- of Git's own\n")
    monkeypatch.setenv("GIT_SSL_CAINFO", str(own))
    assert "GIT_SSL_CAINFO" not in GitAccess(TOKEN).environment(URL), "as it is in any case"
    file = GitAccess(TOKEN, network=company.network()).environment(URL)["GIT_SSL_CAINFO"]
    assert Path(file).read_bytes().splitlines() == [
        *own.read_bytes().splitlines(),
        b"",
        *company.authority.bundle.read_bytes().splitlines(),
        b"",
    ]
    monkeypatch.delenv("GIT_SSL_CAINFO")
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    assert GitAccess(TOKEN).environment(URL)["GIT_SSL_CAINFO"] == str(own)


def _environment() -> dict[str, str]:
    return {**os.environ, "GIT_TERMINAL_PROMPT": "0"}


def _toml(network: Mapping[str, object]) -> str:
    lines = [f"{key} = {json.dumps(value)}" for key, value in network.items() if key != "credentials"]
    signs = network["credentials"]
    assert isinstance(signs, list)
    for one in signs:
        lines += ["[[network.credentials]]", *(f"{key} = {json.dumps(v)}" for key, v in one.items())]
    return "\n".join(["[network]", *lines]) + "\n"
