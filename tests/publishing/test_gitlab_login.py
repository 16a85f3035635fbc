"""Logging in to a GitLab of a company's own by a device code, and publishing with what is kept."""

import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from mcp_static.cli import main
from mcp_static.forges.device_login import Tokens
from mcp_static.forges.gitlab import login as gitlab_login
from mcp_static.forges.gitlab.instance import PUBLIC, Instance
from mcp_static.forges.logins import git_access_for, gitlab_at
from mcp_static.model.errors import UsageError
from mcp_static.publishing.registry_client import read_facts
from mcp_static.settings.network import NetworkSettings

from tests.conftest import build_registry
from tests.doubles.gitlab_forge import GitLabForge
from tests.gitlab_stage import REGISTRY, SETTINGS, GitLabStage, gitlab_record, gitlab_staged
from tests.net.test_client import answering, send
from tests.registries import Registry

APPLICATION = "1406020730"
WEATHER = "io.gitlab.alice/weather"
NETWORK = NetworkSettings()


@dataclass
class GitLabDesk:
    """Alice at her desk; the registry is served nearby, its GitLab answers."""

    stage: GitLabStage
    kept: Path

    def run(self, *arguments: str) -> Result:
        """Run `mcp-static` there; an error of ours is its output."""
        return CliRunner().invoke(main, [*arguments], prog_name="mcp-static")

    def kept_login(self) -> dict[str, str | float]:
        """What is kept of the login."""
        [login] = json.loads(self.kept.read_text()).values()
        assert isinstance(login, dict)
        return login


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitLabDesk]:
    """A registry that names an application of its GitLab."""
    with GitLabForge(tmp_path / "gitlab") as hub:
        settings = SETTINGS.replace("https://gitlab.com", hub.url)
        settings = f'gitlab_client_id = "{APPLICATION}"\n{settings}'
        stage = gitlab_staged(hub, tmp_path, monkeypatch, settings)
        for name in ("GITLAB_CI", "CI_SERVER_URL", "CI_API_V4_URL", "CI_PROJECT_PATH", "GITLAB_TOKEN"):
            monkeypatch.delenv(name)
        build_registry(Registry(stage.registry.path), tmp_path / "dist")
        snapshot = (tmp_path / "dist/data/snapshot.json").read_bytes()
        hub.login.applications.add(APPLICATION)
        hub.login.on_poll = lambda code: hub.login.approve(code, "alice")
        folder = tmp_path / "weather"
        folder.mkdir()
        (folder / "server.json").write_bytes(next(iter(gitlab_record(WEATHER).values())))
        monkeypatch.chdir(folder)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
        monkeypatch.setenv("GITLAB_HOST", hub.url)
        with answering(send(200, snapshot)) as served:
            monkeypatch.setenv("MCP_STATIC_REGISTRY", served)
            yield GitLabDesk(stage, tmp_path / "config/mcp-static/gitlab-logins.json")


def test_a_login_by_a_code_is_kept_and_used(desk: GitLabDesk) -> None:
    done = desk.run("login")
    assert done.exit_code == 0, done.output
    hub = desk.stage.hub
    assert f"Open {hub.url}/oauth/device and type 0A44L901." in done.output
    assert [form["grant_type"] for form in hub.login.asked[1:]] == [
        "urn:ietf:params:oauth:grant-type:device_code"
    ] * 2
    assert hub.login.asked[0] == {"client_id": APPLICATION, "scope": "api"}
    assert stat.S_IMODE(desk.kept.stat().st_mode) == 0o600
    assert str(desk.kept_login()["token"]) not in done.output
    done = desk.run("publish", "--no-check")
    assert done.exit_code == 0, done.output
    [found] = desk.stage.registry.merge_requests.values()
    assert found.author == "alice"
    assert f"/{REGISTRY}/-/merge_requests/1" in done.output
    assert desk.run("logout").output == "Forgotten.\n"
    assert not desk.kept.exists()
    assert desk.run("logout").output == "There was no login.\n"


def test_a_token_that_has_expired_is_renewed_once(desk: GitLabDesk) -> None:
    desk.run("login")
    first = desk.kept_login()
    login = desk.stage.hub.login
    desk.kept.write_text(json.dumps({_host(desk): {**first, "expires_at": 1.0}}))
    assert desk.run("publish", "--no-check").exit_code == 0
    second = desk.kept_login()
    assert second["token"] != first["token"]
    assert str(first["token"]) not in login.tokens
    assert stat.S_IMODE(desk.kept.stat().st_mode) == 0o600
    asked = len(login.asked)
    assert desk.run("publish", "--no-check").exit_code == 0
    assert len(login.asked) == asked, "a token that holds is not renewed"


@pytest.mark.parametrize("renews", [True, False])
def test_who_cannot_be_renewed_logs_in_again(renews: bool, desk: GitLabDesk) -> None:
    desk.stage.hub.login.renews = renews
    desk.run("login")
    kept = {**desk.kept_login(), "expires_at": 1.0}
    if renews:
        kept["refresh_token"] = "revoked"
    desk.kept.write_text(json.dumps({_host(desk): kept}))
    done = desk.run("publish", "--no-check")
    assert (done.exit_code, f"Nobody is logged in to {_host(desk)}" in done.output) == (2, True)


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"applications": set()}, 1, "Client authentication failed"),
        ({"is_there": False}, 1, "has no logins by a code"),
    ],
)
def test_a_login_that_is_impossible_is_told(
    change: dict[str, object], code: int, message: str, desk: GitLabDesk
) -> None:
    for name, value in change.items():
        setattr(desk.stage.hub.login, name, value)
    done = desk.run("login")
    assert (done.exit_code, message in done.output) == (code, True), done.output
    assert not desk.kept.exists()


def test_a_login_that_is_denied_is_told(desk: GitLabDesk) -> None:
    desk.stage.hub.login.on_poll = desk.stage.hub.login.deny
    done = desk.run("login")
    assert (done.exit_code, "denied the request" in done.output) == (1, True), done.output


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'{"device_code": "x"}',
        b'{"device_code": "x", "user_code": "y", "verification_uri": "z", "interval": 1e999}',
        b"\xff",
    ],
)
def test_an_answer_that_is_none_is_told(
    body: bytes, desk: GitLabDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = desk.stage.hub.login
    monkeypatch.setattr(login, "answer", lambda *_: (200, {}, body))
    done = desk.run("login")
    assert (done.exit_code, "to a login" in done.output) == (3, True), done.output


def test_a_registry_does_not_choose_which_gitlab_is_asked(
    desk: GitLabDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"title": "R", "repository": "https://git.evil.example/r/r", "forge": "gitlab"}
    snapshot = json.dumps({"registry": {**facts, "gitlabClientId": "x"}}).encode()
    with answering(send(200, snapshot)) as served:
        monkeypatch.setenv("GITLAB_TOKEN", "token-of-alice")
        for command in (["login"], ["publish", "--dry-run"]):
            done = desk.run(*command, "--registry", served)
            assert (done.exit_code, "you have not named" in done.output) == (2, True), done.output
            assert "set GITLAB_HOST to git.evil.example" in done.output


def test_a_registry_on_a_forge_of_its_operators_is_known_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    site = "https://git.example.com"
    registry = Registry(tmp_path / "registry.git")
    forges = f'[[forges]]\nkind = "gitlab"\nurl = "{site}"\n'
    registry.commit({"registry.toml": f'repository = "{site}/acme/registry"\n{forges}'})
    registry.publish("com.example/weather")
    build_registry(registry, tmp_path / "dist")
    with answering(send(200, (tmp_path / "dist/data/snapshot.json").read_bytes())) as served:
        facts = read_facts(served)
    assert facts.forge == "gitlab"
    with pytest.raises(UsageError, match=r"git\.example\.com, which you have not named"):
        gitlab_at(facts.repository, facts.forge)
    own = Instance(site, site)
    gitlab_login.keep_login(own, APPLICATION, Tokens(access_token="secret"))
    assert gitlab_at(facts.repository, facts.forge) == own
    assert gitlab_login.find_token(own, NETWORK) == "secret"


def test_without_an_application_a_token_of_ones_own_does(
    desk: GitLabDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"title": "R", "repository": f"{desk.stage.hub.url}/{REGISTRY}"}
    with answering(send(200, json.dumps({"registry": facts}).encode())) as served:
        done = desk.run("login", "--registry", served)
        assert (done.exit_code, "Set GITLAB_TOKEN to a personal access token" in done.output) == (
            1,
            True,
        )
        monkeypatch.setenv("GITLAB_TOKEN", "token-of-alice")
        assert desk.run("publish", "--no-check", "--registry", served).exit_code == 0
    assert len(desk.stage.registry.merge_requests) == 1


def test_a_token_goes_to_the_gitlab_that_it_is_for(
    desk: GitLabDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITLAB_TOKEN", "secret")
    assert gitlab_login.find_token(PUBLIC, NETWORK) is None
    monkeypatch.setenv("GITLAB_HOST", "git.example.com")
    own = Instance("https://git.example.com", "https://git.example.com")
    assert gitlab_login.find_token(own, NETWORK) == "secret"
    monkeypatch.delenv("GITLAB_HOST")
    urls = ("https://gitlab.com/a/b.git", "https://git.example.com/a/b.git", "https://gitlab.com.x/a")
    found = [git_access_for(url, NETWORK) for url in urls]
    assert [access.token for access in found] == ["secret", None, None]
    assert found[0].user == "oauth2"
    assert "secret" not in repr(found)


def _host(desk: GitLabDesk) -> str:
    return desk.stage.hub.url.removeprefix("http://")
