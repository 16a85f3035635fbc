"""A stage for publishing: a registry's repository on a double of GitHub, with authors around it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import git
from github import Auth, Github
from mcp_static.check.checking import check
from mcp_static.check.report import CheckReport
from mcp_static.forges.clients import Clients
from mcp_static.forges.forge import Account
from mcp_static.forges.github.client import GitHub
from mcp_static.git.repository import open_repository
from mcp_static.model.forge_ids import ACCOUNT, GITHUB_HOST, ForgeId
from mcp_static.proofs.context import proof_context
from mcp_static.reports.findings import Finding
from mcp_static.settings import Settings, parse_settings

from tests.doubles.github_double import GitHubDouble
from tests.doubles.github_models import PullRequest, User
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.github_rules import BranchRules
from tests.registries import path_of, server_json
from tests.servers import PROJECT

REGISTRY = "acme/registry"
URL = "https://registry.example.com"
BOT = "github-actions[bot]"
STATUS = "mcp-static/merge"
"""The status that a protected main requires."""

_SETTINGS = """\
title = "Acme"
url = "{url}"
repository = "https://github.com/acme/registry"
namespace = "com.example.registry"

[merge]
automatic = {automatic}
"""


def settings_text(*, automatic: bool = True, more: str = "") -> str:
    """A registry.toml for the stage; `more` is appended."""
    return _SETTINGS.format(url=URL, automatic=str(automatic).lower()) + more


def account_of(user: User) -> Account:
    """A user of the double as an account; the double stands for github.com."""
    return Account(user.login, ForgeId(GITHUB_HOST, ACCOUNT, user.id))


def source_record(name: str, version: str = "1.0.0", **more: Any) -> bytes:
    """A server.json that names its repository, as bytes."""
    owner = name.split("/")[0].rpartition(".")[2]
    repository = {"url": f"https://github.com/{owner}/{name.split('/')[1]}", "source": "github"}
    return json.dumps(server_json(name, version, **{"repository": repository, **more})).encode()


@dataclass
class Stage:
    """The double, the registry's repository on it, and a clone that the commands work in."""

    hub: GitHubDouble
    registry: RepositoryDouble
    clone: Path
    settings: Settings
    events: int = field(default=0)

    def record(self, name: str, version: str = "1.0.0", **more: Any) -> dict[str, bytes]:
        """The files of a publish."""
        return {path_of(name, version): source_record(name, version, **more)}

    def fork(self, login: str) -> RepositoryDouble:
        """A user's fork of the registry."""
        known = self.hub.find_repository(f"{login}/registry")
        if known is not None:
            return known
        return self.hub.add_repository(f"{login}/registry", fork_of=self.registry)

    def propose(
        self, login: str, files: Mapping[str, bytes | None], *, branch: str = "publish", **more: Any
    ) -> int:
        """A pull request by hand: a user's fork, a branch with files, and its number."""
        fork = self.fork(login)
        parent = more.pop("parent", self.registry.head)
        self.hub.bring(fork, parent)
        fork.commit(dict(files), branch, parent=parent, login=login, **more)
        return self.open(login, branch)

    def open(self, login: str, branch: str, *, opener: str | None = None) -> int:
        """Open a pull request from a branch of a user's fork."""
        token = f"token-of-{opener or login}"
        self.hub.add_token(token, opener or login)
        with client_of(self.hub, token) as client:
            pull = client.get_repo(REGISTRY).create_pull(
                base="main", head=f"{login}:{branch}", title="Publish", body=""
            )
            return pull.number

    def press_update_branch(self, login: str, number: int) -> str:
        """Somebody presses "Update branch" on a pull request; gives its new head."""
        token = f"token-of-{login}"
        self.hub.add_token(token, login)
        with client_of(self.hub, token) as client:
            pull = client.get_repo(REGISTRY).get_pull(number)
            assert pull.update_branch(), f"the branch of #{number} was not updated"
        return self.pull(number).head_sha

    def pull(self, number: int) -> PullRequest:
        """A pull request of the registry."""
        pull = self.registry.issues[number]
        assert isinstance(pull, PullRequest)
        return pull

    def event(
        self,
        number: int,
        sender: str | None = None,
        action: str = "opened",
        path: Path | None = None,
    ) -> Path:
        """The event file of a pull request; the sender is whoever did it unless given."""
        return self.write_event(
            self.hub.pull_request_event(self.registry, number, action, sender), path
        )

    def write_event(self, payload: dict[str, Any], path: Path | None = None) -> Path:
        """An event file."""
        self.events += 1
        path = path or self.clone.parent / f"event-{self.events}.json"
        path.write_text(json.dumps(payload))
        return path

    @contextmanager
    def checking(self, head: str, *, base: str | None = None) -> Iterator[git.Repo]:
        """A repository that has a head, as a workflow's clone does after fetching."""
        with open_repository(self.clone) as repository:
            repository.git.fetch("--quiet", str(self.registry.path), base or "main", head)
            yield repository

    def check(
        self,
        number: int,
        *,
        requester: str | None = None,
        settings: Settings | None = None,
        built: Path | None = None,
    ) -> CheckReport:
        """Check a pull request, with a confirmed requester if one is given."""
        pull = self.registry.issues[number]
        head = self.registry.store.git("rev-parse", f"refs/pull/{pull.number}/head")
        account = None
        if requester is not None:
            user = self.hub.user(requester)
            account = account_of(user)
        with self.checking(head) as repository, GitHub(None) as github:
            context = proof_context(settings or self.settings, Clients(github), account)
            return check(repository, self.registry.head, head, context, built)


@contextmanager
def client_of(hub: GitHubDouble, token: str) -> Iterator[Github]:
    """A client of GitHub's own kind, for what people do there by hand."""
    client = Github(
        auth=Auth.Token(token), base_url=hub.url, seconds_between_requests=0, seconds_between_writes=0
    )
    try:
        yield client
    finally:
        client.close()


def clone_of(registry: RepositoryDouble, path: Path) -> Path:
    """A bare clone, as a workflow has one."""
    git.Repo.clone_from(str(registry.path), str(path), bare=True).close()
    return path


def staged(hub: GitHubDouble, folder: Path, settings: str, *, protected: bool = False) -> Stage:
    """A registry with an operator, three authors and an organization.

    A protected main takes only commits that have the status, and neither force pushes nor deletion.
    """
    for login in ("acme", "alice", "bob", "mallory"):
        hub.add_user(login)
    hub.add_user("weatherco", type="Organization")
    registry = hub.add_repository(REGISTRY)
    workflows = {
        str(path.relative_to(PROJECT)): path.read_bytes()
        for path in (PROJECT / ".github" / "workflows").iterdir()
    }
    registry.commit({"registry.toml": settings.encode(), "README.md": b"hello\n", **workflows})
    registry.commit({"registry-data/servers/.gitkeep": b""})
    hub.add_token("token-of-bot", BOT)
    registry.grant(BOT, "write")
    if protected:
        registry.protect("main", BranchRules(required=(STATUS,)))
    clone = clone_of(registry, folder / "clone.git")
    return Stage(hub, registry, clone, parse_settings(settings))


def failed(report: CheckReport) -> list[Finding]:
    """The lines that keep a change out."""
    return [line for section in report.sections for line in section.findings if line.level == "error"]


def lines_of(report: CheckReport) -> list[Finding]:
    """All lines of a report."""
    return [line for section in report.sections for line in section.findings]


def held(report: CheckReport) -> list[Finding]:
    """The lines that wait for an operator."""
    return [line for section in report.sections for line in section.findings if line.level == "held"]


def ids(lines: list[Finding]) -> set[str]:
    """The rules and proofs of lines."""
    return {line.id for line in lines}
