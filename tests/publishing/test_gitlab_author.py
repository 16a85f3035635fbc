"""An author at a registry on GitLab: a fork, a branch with one commit, a merge request."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp_static.cli.proposal import open_proposer
from mcp_static.forges.gitlab.author import GitLabAuthor
from mcp_static.model.errors import UsageError
from mcp_static.publishing.authoring import Author
from mcp_static.publishing.merging import MergeOutcome
from mcp_static.publishing.registry_client import RegistryFacts
from mcp_static.settings.network import NetworkSettings

from tests.doubles.gitlab_forge import GitLabForge
from tests.doubles.gitlab_routes import DEVELOPER
from tests.gitlab_stage import REGISTRY, GitLabStage, gitlab_record, gitlab_staged

WEATHER = "io.gitlab.alice/weather"
BRANCH = "mcp-publish/weather-1"
FACTS = RegistryFacts(
    "https://mcp.example.com", "Acme", "https://mcp.example.com", f"https://gitlab.com/{REGISTRY}"
)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitLabStage]:
    """A registry on a double of GitLab."""
    with GitLabForge(tmp_path / "gitlab") as hub:
        yield gitlab_staged(hub, tmp_path, monkeypatch)


def test_an_author_proposes_from_a_fork_and_is_published(stage: GitLabStage) -> None:
    files = gitlab_record(WEATHER)
    with GitLabAuthor("token-of-alice", REGISTRY) as project:
        author = Author(project, pause=lambda _: None)
        assert author.published(next(iter(files))) is None
        made = author.propose(BRANCH, files, "Publish it", "Please.")
        again = author.propose(BRANCH, files, "Publish it", "Please.")
        assert (made.is_new, again.is_new, again.pull.number) == (True, False, made.pull.number)
        assert made.pull.head_repository == "alice/registry"
        # Main has moved on: the branch begins there, though the fork does not have it.
        stage.registry.commit({"README.md": b"moved on\n"})
        changed = {path: content + b"\n" for path, content in files.items()}
        newer = author.propose(BRANCH, changed, "Publish it", "Please.")
        assert newer.pull.number == made.pull.number
        commit = stage.fork("alice").store.commit_object(newer.pull.head)
        assert commit.parents == (stage.registry.head,)
        assert project.check_state(newer.pull).message == "… waiting"
        found = stage.registry.merge_requests[made.pull.number]
        handover = stage.check(found)
        assert "checked" in project.check_state(newer.pull).message
        assert stage.merge(found, handover).outcome is MergeOutcome.MERGED
        pull = author.wait(made.pull.number, changed, lambda _: None, 1.0)
        assert pull is not None
        assert author.published(next(iter(files))) == next(iter(changed.values()))


def test_who_may_push_proposes_from_the_registry_itself(stage: GitLabStage) -> None:
    stage.registry.members["alice"] = DEVELOPER
    with GitLabAuthor("token-of-alice", REGISTRY) as project:
        made = Author(project).propose(BRANCH, gitlab_record(WEATHER), "Publish it", "")
    assert made.pull.head_repository == REGISTRY
    assert stage.merge(stage.registry.merge_requests[1]).outcome is MergeOutcome.MERGED


def test_the_registrys_address_tells_the_forge(
    stage: GitLabStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("GITLAB_TOKEN", "token-of-alice")
    with open_proposer(FACTS, NetworkSettings()) as proposer:
        assert proposer.account is not None
        assert proposer.account.id == stage.account("alice")
    monkeypatch.delenv("GITLAB_TOKEN")
    with (
        pytest.raises(UsageError, match="Nobody is logged in to gitlab.com"),
        open_proposer(FACTS, NetworkSettings()),
    ):
        pass
