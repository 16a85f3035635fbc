"""Who brought the bytes: what later touches a branch lends nothing to what is on it already."""

import pytest
from mcp_static.forges.github.client import GitHub
from mcp_static.git.repository import open_repository
from mcp_static.publishing.checking import CheckedPull, check_pull, fetch_pull
from mcp_static.reports.findings import Level

from tests.publishing.steps import job_of
from tests.registries import path_of
from tests.stage import REGISTRY, Stage, client_of, failed, ids, settings_text, source_record

ALICES = "io.github.alice/weather"


def requester(stage: Stage, number: int) -> str | None:
    """Who brought a pull request, as its check finds out."""
    checked = _checked(stage, number)
    return checked.requester.login if checked.requester else None


def outcome(stage: Stage, number: int) -> set[str]:
    """The proofs and rules that keep a pull request out; empty if nothing does."""
    report = _checked(stage, number).report
    assert report.is_publish
    return ids(failed(report))


def _checked(stage: Stage, number: int) -> CheckedPull:
    with open_repository(stage.clone) as repository, GitHub("token-of-bot") as github:
        job = job_of(stage.event(number), repository, github)
        pull = job.registry.pull(number)
        fetch_pull(job, pull, stage.registry.head)
        return check_pull(job, pull, stage.registry.head)


def comment(stage: Stage, number: int, login: str, body: str) -> int:
    """Somebody comments on a pull request; the comment's id."""
    stage.hub.add_token(f"token-of-{login}", login)
    with client_of(stage.hub, f"token-of-{login}") as github:
        return github.get_repo(REGISTRY).get_issue(number).create_comment(body).id


def test_whoever_opens_it_and_pushes_the_files_has_brought_them(stage: Stage) -> None:
    assert requester(stage, stage.propose("alice", stage.record(ALICES))) == "alice"


@pytest.mark.parametrize(
    ("question", "status"), [("/activity", 200), ("/activity", 403), ("/user$", 200)]
)
def test_the_rules_are_reported_even_if_nobody_can_tell_who_brought_it(
    stage: Stage, question: str, status: int
) -> None:
    sound = stage.propose("alice", stage.record(ALICES))
    broken = stage.propose("alice", stage.record(ALICES, "1.0.1", description=""), branch="broken")
    answer = {"message": "This answers nothing."}
    stage.hub.fail_next("GET", question, status, answer, times=100)
    report = _checked(stage, sound).report
    assert (report.level, report.exit_code) == (Level.UNKNOWN, 3)
    assert f"Publish {ALICES} 1.0.0" in {section.title for section in report.sections}
    report = _checked(stage, broken).report
    assert report.exit_code == 1
    assert {line.path for line in failed(report)} == {"description"}


def test_an_owner_who_updates_the_branch_of_another_lends_nothing(stage: Stage) -> None:
    number = stage.propose("mallory", stage.record(ALICES))
    stage.fork("mallory").grant("alice", "write")
    stage.registry.commit({"README.md": b"main goes on\n"})
    stage.press_update_branch("alice", number)
    assert requester(stage, number) == "mallory"
    assert "github-account" in outcome(stage, number)


def test_an_owner_whose_branch_a_maintainer_updates_has_still_brought_it(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(ALICES))
    stage.fork("alice").grant("acme", "write")
    stage.registry.commit({"README.md": b"main goes on\n"})
    stage.press_update_branch("acme", number)
    assert requester(stage, number) == "alice"
    assert outcome(stage, number) == set()


def test_a_maintainers_rebase_lends_nothing_either(stage: Stage) -> None:
    stage.fork("mallory").grant("alice", "write")
    number = stage.propose("mallory", stage.record(ALICES))
    main = stage.registry.commit({"README.md": b"main goes on\n"})
    fork = stage.fork("mallory")
    stage.hub.bring(fork, main)
    fork.commit(stage.record(ALICES), "publish", parent=main, login="alice")
    assert requester(stage, number) == "mallory"


def test_bytes_that_another_pushed_first_are_not_the_authors_after_a_rebase(stage: Stage) -> None:
    fork = stage.fork("alice")
    fork.grant("mallory", "write")
    number = stage.propose("alice", {path_of(ALICES, "0.1.0"): source_record(ALICES, "0.1.0")})
    fork.commit(stage.record(ALICES), "publish", login="mallory")
    main = stage.registry.commit({"README.md": b"main goes on\n"})
    stage.hub.bring(fork, main)
    both = {path_of(ALICES, version): source_record(ALICES, version) for version in ("0.1.0", "1.0.0")}
    fork.commit(both, "publish", parent=main, login="alice")  # a force push: the first is gone
    assert requester(stage, number) is None


def test_a_fix_by_another_is_not_the_authors(stage: Stage) -> None:
    fork = stage.fork("alice")
    fork.grant("bob", "write")
    number = stage.propose("alice", stage.record(ALICES))
    fixed = {path_of(ALICES, "1.0.0"): source_record(ALICES, description="Fixed.")}
    fork.commit(fixed, "publish", login="bob")
    assert requester(stage, number) is None
    assert "github-account" in outcome(stage, number)


def test_what_was_there_before_the_first_known_push_was_brought_by_nobody(stage: Stage) -> None:
    fork = stage.fork("alice")
    number = stage.propose("alice", stage.record(ALICES))
    fork.commit({"registry-data/servers/.gitkeep": b""}, "publish", login="alice")
    fork.pushes[:] = [push for push in fork.pushes if push.kind != "branch_creation"]
    assert requester(stage, number) is None


def test_without_activity_nobody_is_known(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(ALICES))
    stage.fork("alice").pushes.clear()
    assert requester(stage, number) is None
    report = _checked(stage, number).report
    head = stage.pull(number).head_sha
    assert any(f"/confirm {head}" in finding.fix for finding in failed(report))


def test_an_owner_confirms_what_another_brought(stage: Stage) -> None:
    number = stage.propose("mallory", stage.record(ALICES))
    head = stage.pull(number).head_sha
    comment(stage, number, "bob", f"/confirm {head}")
    assert "github-account" in outcome(stage, number)
    comment(stage, number, "alice", f"/confirm {head}")
    assert outcome(stage, number) == set()
    assert requester(stage, number) == "mallory"


def test_a_confirmation_is_about_one_head_and_was_never_edited(stage: Stage) -> None:
    number = stage.propose("mallory", stage.record(ALICES))
    head = stage.pull(number).head_sha
    for words in ("/confirm", f"/confirm {head[:12]}", f"/confirm {'0' * 40}"):
        comment(stage, number, "alice", words)
    edited = comment(stage, number, "alice", "Looks fine.")
    stage.registry.comments[edited].body = f"/confirm {head}"
    stage.registry.comments[edited].updated += 60
    assert "github-account" in outcome(stage, number)


def test_a_confirmation_does_not_outlive_the_head_it_names(stage: Stage) -> None:
    number = stage.propose("mallory", stage.record(ALICES))
    comment(stage, number, "alice", f"/confirm {stage.pull(number).head_sha}")
    assert outcome(stage, number) == set()
    evil = {path_of(ALICES, "1.0.0"): source_record(ALICES, description="Evil.")}
    stage.fork("mallory").commit(evil, "publish", login="mallory")
    assert "github-account" in outcome(stage, number)


def test_a_grant_is_not_lent_by_updating_the_branch(stage: Stage) -> None:
    grant = '\n[[grants]]\nnamespace = "com.example"\naccounts = ["github:acme"]\n'
    stage.registry.commit({"registry.toml": settings_text(more=grant).encode()})
    number = stage.propose("mallory", stage.record("com.example/weather"))
    stage.fork("mallory").grant("acme", "write")
    stage.registry.commit({"README.md": b"main goes on\n"})
    stage.press_update_branch("acme", number)
    assert "grant" in outcome(stage, number)


def test_the_files_of_a_change_are_asked_for_together(stage: Stage) -> None:
    files = {path_of(ALICES, f"1.0.{n}"): source_record(ALICES, f"1.0.{n}") for n in range(20)}
    number = stage.propose("alice", files)
    stage.hub.requests.clear()
    assert requester(stage, number) == "alice"
    assert sum("/activity" in request.path for request in stage.hub.requests) == 1
