"""A registry on a GitLab of the company's own: whose names its accounts are, and whose not."""

import json
from collections.abc import Iterator
from pathlib import Path

import git
import pytest
from mcp_static.git.repository import open_repository
from mcp_static.publishing.handover import Handover
from mcp_static.publishing.merging import MergeOutcome
from mcp_static.syncing.syncing import SyncOptions, sync

from tests.doubles.gitlab_forge import GitLabForge
from tests.gitlab_stage import SETTINGS, GitLabStage, gitlab_record, gitlab_staged
from tests.registries import path_of, server_json
from tests.syncing.sources import Source, entry, serving, table

SITE = "https://git.example.com"
NAME = "com.example.git.alice/weather"
_OWN = f"""
[[forges]]
kind = "gitlab"
url = "{SITE}"

[network]
reach = ["127.0.0.0/8"]
[network.connect]
"gitlab.com:443" = "127.0.0.1:9"
"""


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitLabStage]:
    """A registry on git.example.com; nothing answers for gitlab.com."""
    with GitLabForge(tmp_path / "gitlab") as hub:
        made = gitlab_staged(hub, tmp_path, monkeypatch, SETTINGS + _OWN)
        monkeypatch.setenv("CI_SERVER_URL", SITE)
        yield made


def own_record(name: str = NAME, site: str = SITE, source: str = "gitlab") -> dict[str, bytes]:
    """The files of a publish whose repository is on some forge."""
    repository = {"url": f"{site}/alice/weather", "source": source}
    return {path_of(name, "1.0.0"): json.dumps(server_json(name, repository=repository)).encode()}


def outcomes(handover: Handover) -> dict[str, str]:
    """The level of each rule and proof that is reported."""
    sections = handover.report.sections
    return {one.id: one.level.value for section in sections for one in section.findings}


def test_accounts_of_ones_own_forge_have_names_of_their_own(stage: GitLabStage) -> None:
    mine = stage.propose("alice", own_record())
    assert stage.merge(mine, stage.check(mine)).outcome is MergeOutcome.MERGED
    accepted = json.loads(stage.main(path_of(NAME, "1.0.0", "accepted.json")) or b"{}")
    assert accepted["proof"] == "gitlab-account"
    number = stage.account("alice").number
    assert accepted["account"]["id"] == f"git.example.com/user/{number}"


def test_they_are_nobody_on_gitlab_com(stage: GitLabStage) -> None:
    forged = stage.propose("alice", gitlab_record("io.gitlab.alice/weather"))
    found = outcomes(stage.check(forged))
    assert "gitlab-account" not in found
    assert found["source"] == "unknown"  # gitlab.com itself would have to say
    assert stage.merge(forged).outcome is MergeOutcome.NOT_GREEN


def test_keys_of_the_domain_say_nothing_about_accounts_there(stage: GitLabStage) -> None:
    found = outcomes(stage.check(stage.propose("mallory", own_record())))
    assert (found["gitlab-account"], found["source"]) == ("error", "error")
    assert not {"dns-key", "https-key", "dns-delegation"} & set(found)


def test_a_repository_there_is_a_source_for_its_owner(stage: GitLabStage) -> None:
    files = own_record()
    source = stage.hub.add_forge_project("alice/weather")
    source.tag("v1.0.0", source.commit({"server.json": next(iter(files.values()))}))
    found = outcomes(stage.check(stage.propose("mallory", files)))
    assert found["source"] == "passed"


@pytest.mark.parametrize(("site", "source"), [(SITE, "github"), ("https://git.example.org", "gitlab")])
def test_a_repository_is_on_a_forge_that_the_settings_name(
    stage: GitLabStage, site: str, source: str
) -> None:
    found = outcomes(stage.check(stage.propose("alice", own_record(site=site, source=source))))
    assert found["repository-address"] == "error"


@pytest.mark.parametrize("address", ["alice/weather", "Alice/Weather/", "alice/old"])
def test_a_blocked_repository_there_is_recognized_by_every_address_that_leads_to_it(
    stage: GitLabStage, address: str
) -> None:
    source = stage.hub.add_forge_project("alice/old")
    stage.hub.move("alice/old", "alice/weather")
    blocked = f'[blocked]\nrepositories = ["git.example.com/project/{source.id}"]\n'
    stage.registry.commit({"registry.toml": f"{SETTINGS}{_OWN}{blocked}".encode()})
    repository = {"url": f"{SITE}/{address}", "source": "gitlab"}
    record = json.dumps(server_json(NAME, repository=repository)).encode()
    handover = stage.check(stage.propose("alice", {path_of(NAME, "1.0.0"): record}))
    assert outcomes(handover)["not-blocked"] == "error"


def test_a_sync_takes_in_records_whose_repository_is_there(stage: GitLabStage) -> None:
    repository = {"url": f"{SITE}/alice/weather", "source": "gitlab"}
    with serving(Source(entry(repository=repository))) as source:
        settings = f"{SETTINGS}{_OWN}{table(source.url, 'com.example/*')}"
        stage.registry.commit({"registry.toml": settings.encode()})
        folder = stage.clone.parent / "pipeline.git"
        git.Repo.clone_from(str(stage.registry.path), str(folder), bare=True).close()
        with open_repository(folder) as clone:
            result = sync(clone, SyncOptions())
    assert [str(one.name) for one in result.plan.incoming] == ["com.example/weather"]
