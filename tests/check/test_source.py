"""Source proofs: the same bytes in a repository of the owner, and every way to point them elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp_static.check.report import CheckReport
from mcp_static.reports.findings import Finding, Level
from mcp_static.settings import parse_settings

from tests.check.memories import land
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.gitlab_double import GitLabDouble
from tests.doubles.https import Authority, HttpsFront
from tests.registries import path_of
from tests.stage import Stage, account_of, failed, held, settings_text, source_record

WEATHER = "io.github.alice/weather"


@pytest.fixture
def source(stage: Stage) -> RepositoryDouble:
    """Alice's repository of the server."""
    return stage.hub.add_repository("alice/weather")


def release(
    source: RepositoryDouble, content: bytes, tag: str = "v1.0.0", at: str = "server.json"
) -> str:
    """Commit a server.json and tag it."""
    commit = source.commit({at: content})
    source.tag(tag, commit)
    return commit


def check(stage: Stage, content: bytes, requester: str = "bob", version: str = "1.0.0") -> CheckReport:
    """Check a pull request that somebody else brings."""
    number = stage.propose(requester, {path_of(WEATHER, version): content})
    return stage.check(number, requester=requester)


def refusal(report: CheckReport) -> Finding:
    """Why the source proves nothing."""
    assert report.level is Level.ERROR
    return next(line for line in failed(report) if line.id == "source")


@pytest.mark.parametrize("is_proposed", [True, False])
def test_other_line_ends_are_named(is_proposed: bool, stage: Stage, source: RepositoryDouble) -> None:
    unix = source_record(WEATHER).replace(b"{", b"{\n", 1)
    windows = unix.replace(b"\n", b"\r\n")
    release(source, unix if is_proposed else windows)
    message = refusal(check(stage, windows if is_proposed else unix)).message
    assert "line ends" in message
    assert "very bytes" not in message


@pytest.mark.parametrize("tag", ["v1.0.0", "1.0.0", "weather-v1.0.0", "weather@1.0.0", "weather/1.0.0"])
@pytest.mark.parametrize("path", ["server.json", ".mcp/server.json"])
def test_anybody_may_bring_what_the_owner_released(
    tag: str, path: str, stage: Stage, source: RepositoryDouble
) -> None:
    commit = release(source, source_record(WEATHER), tag, path)
    report = check(stage, source_record(WEATHER))
    assert report.level is Level.PASSED
    facts = report.accepted[0].proof.facts
    assert (facts["commit"], facts["path"], facts["id"]) == (
        commit,
        path,
        str(account_of(source.owner).id),
    )


def test_an_annotated_tag_proves_its_commit(stage: Stage, source: RepositoryDouble) -> None:
    commit = source.commit({"server.json": source_record(WEATHER)})
    source.tag("v1.0.0", commit, annotated=True)
    report = check(stage, source_record(WEATHER))
    assert report.accepted[0].proof.facts["commit"] == commit


def test_the_records_own_subfolder_is_looked_into(stage: Stage, source: RepositoryDouble) -> None:
    repository = {"url": "https://github.com/alice/weather", "source": "github", "subfolder": "a/b"}
    content = source_record(WEATHER, repository=repository)
    release(source, content, at="a/b/server.json")
    assert check(stage, content, "alice").level is Level.PASSED


def test_other_bytes_prove_nothing(stage: Stage, source: RepositoryDouble) -> None:
    release(source, source_record(WEATHER))
    assert "no server.json" in refusal(check(stage, source_record(WEATHER) + b"\n")).message


def test_a_stranger_cannot_burn_a_version_before_its_release(
    stage: Stage, source: RepositoryDouble
) -> None:
    source.commit({"server.json": source_record(WEATHER)})
    assert "not released" in refusal(check(stage, source_record(WEATHER))).message


def test_the_owner_may_publish_an_organizations_branch_only_by_a_tag(stage: Stage) -> None:
    name = "io.github.weatherco/weather"
    source = stage.hub.add_repository("weatherco/weather")
    commit = source.commit({"server.json": source_record(name)}, login="alice")
    number = stage.propose("alice", {path_of(name, "1.0.0"): source_record(name)})
    assert "not released" in refusal(stage.check(number, requester="alice")).message
    source.tag("v1.0.0", commit)
    assert stage.check(number, requester="alice").level is Level.PASSED


def test_another_branch_proves_nothing(stage: Stage, source: RepositoryDouble) -> None:
    source.commit({"README.md": b"x"})
    source.commit({"server.json": source_record(WEATHER)}, branch="next")
    refusal(check(stage, source_record(WEATHER)))


def test_a_bare_commit_proves_nothing(stage: Stage, source: RepositoryDouble) -> None:
    first = source.commit({"server.json": source_record(WEATHER)})
    source.commit({"server.json": None})
    assert source.store.git("cat-file", "-t", first) == "commit"
    refusal(check(stage, source_record(WEATHER)))


def test_a_tag_of_another_version_proves_nothing(stage: Stage, source: RepositoryDouble) -> None:
    release(source, source_record(WEATHER), tag="v1.0.0-rc.1")
    source.commit({"server.json": None})
    refusal(check(stage, source_record(WEATHER)))


def test_a_test_fixture_proves_nothing(stage: Stage, source: RepositoryDouble) -> None:
    release(source, source_record(WEATHER), at="tests/fixtures/server.json")
    refusal(check(stage, source_record(WEATHER)))


def test_a_subfolder_that_climbs_out_is_refused(stage: Stage, source: RepositoryDouble) -> None:
    repository = {"url": "https://github.com/alice/weather", "source": "github", "subfolder": "../x"}
    content = source_record(WEATHER, repository=repository)
    release(source, content)
    assert check(stage, content).level is Level.ERROR


def test_a_fork_proves_nothing(stage: Stage) -> None:
    upstream = stage.hub.add_repository("mallory/weather")
    release(upstream, source_record(WEATHER))
    stage.hub.add_repository("alice/weather", fork_of=upstream)
    assert "is a fork" in refusal(check(stage, source_record(WEATHER), "mallory")).message


def test_a_transferred_repository_proves_nothing(stage: Stage, source: RepositoryDouble) -> None:
    release(source, source_record(WEATHER))
    source.transfer("mallory")
    assert "has moved" in refusal(check(stage, source_record(WEATHER), "mallory")).message


def test_a_renamed_repository_has_to_be_named_anew(stage: Stage, source: RepositoryDouble) -> None:
    release(source, source_record(WEATHER))
    source.rename("alice/weather-server")
    assert "has moved" in refusal(check(stage, source_record(WEATHER))).message


def test_somebody_elses_repository_proves_nothing(stage: Stage) -> None:
    repository = {"url": "https://github.com/mallory/weather", "source": "github"}
    content = source_record(WEATHER, repository=repository)
    release(stage.hub.add_repository("mallory/weather"), content)
    assert "belongs to mallory" in refusal(check(stage, content, "mallory")).message


def test_a_login_that_was_taken_over_proves_nothing(stage: Stage, source: RepositoryDouble) -> None:
    release(source, source_record(WEATHER))
    stage.hub.rename_user("alice", "alice-formerly")
    stage.hub.add_user("alice")
    assert "has moved" in refusal(check(stage, source_record(WEATHER))).message


@pytest.fixture
def gitlab(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[GitLabDouble, Stage]]:
    """GitLab over HTTPS on this machine, and the stage with settings that lead there."""
    authority = Authority(tmp_path / "authority")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    double = GitLabDouble(tmp_path / "gitlab")
    with HttpsFront(authority) as front:
        front.host(
            "gitlab.com", lambda method, path, headers, _: double.handle(method, path, dict(headers))
        )
        places = "".join(f'"{given}" = "{meant}"\n' for given, meant in front.connect.items())
        more = f'[network]\nreach = ["127.0.0.0/8"]\n[network.connect]\n{places}'
        stage.registry.commit({"registry.toml": settings_text(more=more).encode()})
        stage.settings = parse_settings(settings_text(more=more))
        yield double, stage


GROUP = "io.gitlab.skyteam/weather"


def gitlab_record(version: str = "1.0.0", path: str = "skyteam/weather") -> bytes:
    repository = {"url": f"https://gitlab.com/{path}", "source": "gitlab"}
    return source_record(GROUP, version, repository=repository)


def test_a_release_on_gitlab_proves_its_group(gitlab: tuple[GitLabDouble, Stage]) -> None:
    double, stage = gitlab
    project = double.add_project("skyteam/tools/weather")
    content = gitlab_record(path="skyteam/tools/weather")
    project.tag("v1.0.0", project.commit({"server.json": content}))
    number = stage.propose("bob", {path_of(GROUP, "1.0.0"): content})
    assert stage.check(number, requester="bob").level is Level.PASSED


@pytest.mark.parametrize("attack", ["branch", "fork", "moved", "other group", "absent"])
def test_gitlab_is_held_to_the_same_conditions(attack: str, gitlab: tuple[GitLabDouble, Stage]) -> None:
    double, stage = gitlab
    path = "mallory/weather" if attack == "other group" else "skyteam/weather"
    content = gitlab_record(path=path)
    if attack != "absent":
        origin = double.add_project("mallory/origin") if attack == "fork" else None
        project = double.add_project(path, fork_of=origin)
        double.add_project("skyteam/other")
        commit = project.commit({"server.json": content})
        if attack != "branch":
            project.tag("v1.0.0", commit)
        if attack == "moved":
            double.move("skyteam/weather", "mallory/weather")
    number = stage.propose("mallory", {path_of(GROUP, "1.0.0"): content})
    refusal(stage.check(number, requester="mallory"))


def test_gitlab_out_of_order_is_unknown(gitlab: tuple[GitLabDouble, Stage]) -> None:
    double, stage = gitlab
    double.add_project("skyteam/weather")
    double.fail_next("/api/v4/", 500, times=50)
    number = stage.propose("bob", {path_of(GROUP, "1.0.0"): gitlab_record()})
    assert stage.check(number, requester="bob").level is Level.UNKNOWN


def test_another_project_of_the_group_waits_for_an_operator(gitlab: tuple[GitLabDouble, Stage]) -> None:
    double, stage = gitlab

    def bring(path: str, version: str) -> CheckReport:
        content = gitlab_record(version, path)
        project = double.add_project(path)
        project.tag(f"v{version}", project.commit({"server.json": content}))
        number = stage.propose("bob", {path_of(GROUP, version): content}, branch=f"p{version}")
        return stage.check(number, requester="bob")

    land(stage, bring("skyteam/weather", "1.0.0"))
    [line] = held(bring("skyteam/playground/other", "1.0.1"))
    assert "came from server.json in https://gitlab.com/skyteam/weather before" in line.message


def test_a_blocked_project_is_recognized_by_the_path_that_it_had(
    gitlab: tuple[GitLabDouble, Stage],
) -> None:
    double, stage = gitlab
    project = double.add_project("skyteam/weather")
    double.move("skyteam/weather", "mallory/weather")
    repository = {"url": "https://gitlab.com/skyteam/weather", "source": "gitlab"}
    number = stage.propose("alice", stage.record(WEATHER, repository=repository))
    named = f"gitlab.com/project/{project.id}"
    blocked = stage.settings.blocked.model_copy(update={"repositories": (named,)})
    settings = stage.settings.model_copy(update={"blocked": blocked})
    [line] = failed(stage.check(number, requester="alice", settings=settings))
    assert (line.id, named in line.message) == ("not-blocked", True)
