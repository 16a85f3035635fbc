"""A registry on an Enterprise Server: whose accounts its proofs ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp_static.check.checking import check
from mcp_static.check.report import CheckReport
from mcp_static.forges.clients import Clients
from mcp_static.forges.forge import Account
from mcp_static.forges.github.client import GitHub
from mcp_static.forges.github.instance import PUBLIC, Instance
from mcp_static.model.forge_ids import ForgeId
from mcp_static.proofs.context import proof_context
from mcp_static.settings import parse_settings

from tests.doubles.github_double import GitHubDouble
from tests.stage import Stage, failed, ids, settings_text, staged


@pytest.fixture
def corporate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A registry on an Enterprise Server, where an employee made an organization `microsoft`."""
    with GitHubDouble(tmp_path / "enterprise") as hub:
        monkeypatch.setenv("GITHUB_API_URL", hub.url)
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://git.corp.example")
        monkeypatch.setenv("MCP_STATIC_RATE_WAIT", "0.05")
        yield staged(hub, tmp_path, settings_text())


def checked(
    stage: Stage, public: GitHubDouble, number: int, requester: str, more: str = ""
) -> CheckReport:
    """A check of a pull request there; `public` stands for github.com."""
    head = stage.registry.store.git("rev-parse", f"refs/pull/{number}/head")
    user = stage.hub.user(requester)
    account = Account(user.login, ForgeId("git.corp.example", "account", user.id))
    github_com = GitHub(None, Instance(PUBLIC.site, public.url))
    with stage.checking(head) as repository, GitHub(None, public=github_com) as github:
        settings = parse_settings(settings_text(more=more))
        context = proof_context(settings, Clients(github), account)
        return check(repository, stage.registry.head, head, context)


def test_an_account_of_an_enterprise_server_is_nobody_on_github_com(
    corporate: Stage, tmp_path: Path
) -> None:
    with GitHubDouble(tmp_path / "public") as public:
        public.add_user("microsoft")
        local = corporate.hub.add_user("microsoft")
        # Even the number is the same: ids of two forges have nothing to do with each other.
        public.user("microsoft").id = local.id
        number = corporate.propose("microsoft", corporate.record("io.github.microsoft/azure"))
        report = checked(corporate, public, number, "microsoft")
        assert "github-account" in ids(failed(report))
        assert any(request.path == "/users/microsoft" for request in public.requests)


def test_a_repository_on_an_enterprise_server_is_no_source_for_github_com(
    corporate: Stage, tmp_path: Path
) -> None:
    name = "io.github.weatherco/azure"
    with GitHubDouble(tmp_path / "public") as public:
        public.add_user("weatherco", type="Organization")
        files = corporate.record(name)
        source = corporate.hub.add_repository("weatherco/azure")
        source.tag("v1.0.0", source.commit({"server.json": next(iter(files.values()))}))
        report = checked(corporate, public, corporate.propose("alice", files), "alice")
        assert "source" in ids(failed(report))
        copy = public.add_repository("weatherco/azure")
        copy.tag("v1.0.0", copy.commit({"server.json": next(iter(files.values()))}))
        number = corporate.propose("alice", files, branch="again")
        assert checked(corporate, public, number, "alice").is_green


def test_a_grant_names_accounts_of_the_registrys_own_forge(corporate: Stage, tmp_path: Path) -> None:
    with GitHubDouble(tmp_path / "public") as public:
        alice = corporate.hub.user("alice")
        number = corporate.propose("alice", corporate.record("com.example/weather"))

        def outcome(account: str) -> bool:
            grant = f'[[grants]]\nnamespace = "com.example"\naccounts = ["{account}"]\n'
            return checked(corporate, public, number, "alice", grant).is_green

        assert outcome(f"github:alice#{alice.id}")
        assert outcome(f"git.corp.example/account/{alice.id}")
        assert not outcome(f"github.com/account/{alice.id}")
