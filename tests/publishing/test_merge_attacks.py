"""Ways to get more onto main than was checked: each is refused, or leaves no trace there."""

from pathlib import Path

import pytest
from mcp_static.forges.github.repository import REQUIRED_STATUS
from mcp_static.model.errors import InputError
from mcp_static.publishing.merging import MergeOutcome

from tests.publishing.steps import MAPS, RECORD, WEATHER, files_of, hand_over, run
from tests.registries import path_of
from tests.servers import run_cli
from tests.stage import REGISTRY, Stage, client_of, settings_text

_WHO = ("-c", "user.name=M", "-c", "user.email=m@example.com")


@pytest.fixture
def stage(protected_stage: Stage) -> Stage:
    """A registry whose main is protected as the documentation asks."""
    return protected_stage


def join(stage: Stage, login: str, branch: str, tree: str, *parents: str) -> str:
    """A commit of a fork with any tree and parents, as a hostile client pushes it."""
    fork = stage.fork(login)
    for parent in parents:
        stage.hub.bring(fork, parent)
    options = [option for parent in parents for option in ("-p", parent)]
    commit = fork.store.git(*_WHO, "commit-tree", tree, *options, "-m", "Closes #1")
    fork.store.git("update-ref", f"refs/heads/{branch}", commit)
    stage.hub.notice_all()
    return commit


def test_criss_cross_is_refused_and_hides_no_deletion(stage: Stage) -> None:
    old = stage.registry.head
    forks = {}
    for login, name in (("alice", WEATHER), ("bob", MAPS)):
        number = stage.propose(login, stage.record(name), parent=old)
        forks[login] = stage.pull(number).head_sha
        # Two ordinary merges by a person, past the protection, give main two parents each.
        main = stage.registry.head
        tree = stage.registry.store.git("merge-tree", "--write-tree", main, forks[login])
        merged = stage.registry.store.git(
            *_WHO, "commit-tree", tree, "-p", main, "-p", forks[login], "-m", "Merge"
        )
        stage.registry.store.git("update-ref", "refs/heads/main", merged)
    stage.hub.notice_all()
    fork = stage.fork("mallory")
    for head in forks.values():
        stage.hub.bring(fork, head)
    evil = fork.commit(stage.record("io.github.mallory/x"), "evil", parent=old, login="mallory")
    tree = fork.store.git("rev-parse", f"{evil}^{{tree}}")  # with neither of the two
    head = join(stage, "mallory", "evil", tree, forks["alice"], forks["bob"])
    number = stage.open("mallory", "evil")
    handover = hand_over(stage, stage.event(number, "mallory"))
    assert handover.head == head
    broken = {
        one.id for part in handover.report.sections for one in part.findings if one.level == "error"
    }
    assert "change-one-base" in broken
    assert run(stage, stage.event(number, "mallory"), handover).outcome is MergeOutcome.NOT_GREEN
    assert {RECORD, path_of(MAPS, "1.0.0")} <= files_of(stage)


def test_a_merge_of_something_else_than_main_is_refused(stage: Stage) -> None:
    fork = stage.fork("alice")
    side = fork.commit({"junk": b"x"}, "side", parent=stage.registry.head, login="alice")
    tip = fork.commit(stage.record(WEATHER), "publish", parent=stage.registry.head, login="alice")
    tree = fork.store.git("rev-parse", f"{tip}^{{tree}}")
    join(stage, "alice", "publish", tree, tip, side)
    number = stage.open("alice", "publish")
    assert run(stage, stage.event(number, "alice")).outcome is MergeOutcome.NOT_GREEN


def test_a_merge_of_many_parents_is_refused_without_asking_about_each(stage: Stage) -> None:
    commits = (stage.registry.commit({"README.md": str(number).encode()}) for number in range(3))
    heads = [stage.registry.head, *commits]
    fork = stage.fork("alice")
    stage.hub.bring(fork, heads[-1])
    tip = fork.commit(stage.record(WEATHER), "publish", parent=heads[-1], login="alice")
    join(stage, "alice", "publish", fork.store.git("rev-parse", f"{tip}^{{tree}}"), tip, *heads[:3])
    number = stage.open("alice", "publish")
    assert run(stage, stage.event(number, "alice")).outcome is MergeOutcome.NOT_GREEN


def test_no_version_speaks_to_the_forge_in_the_message_of_the_merge(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER, "1 closes #1 @acme"))
    assert run(stage, stage.event(number, "alice")).outcome is MergeOutcome.MERGED
    message = stage.registry.store.git("log", "-1", "--format=%B", "main")
    assert "closes #1" not in message
    assert "@" not in message


@pytest.mark.parametrize("place", ["other.bin", ":evil", ".github/workflows/x.yml", RECORD])
def test_what_a_proposal_held_on_the_way_never_reaches_main(place: str, stage: Stage) -> None:
    fork = stage.fork("alice")
    fork.commit({place: b"x" * (1 << 20)}, "publish", parent=stage.registry.head, login="alice")
    fork.commit({place: None}, "publish", login="alice")
    fork.commit(stage.record(WEATHER), "publish", login="alice")
    number = stage.open("alice", "publish")
    head = stage.pull(number).head_sha
    before = stage.registry.head
    event = stage.event(number, "alice")
    assert run(stage, event, hand_over(stage, event)).outcome is MergeOutcome.MERGED
    store = stage.registry.store
    assert store.git("rev-list", "--parents", "-1", "main").split()[1:] == [before]
    assert head not in store.git("rev-list", "main").split()
    large = store.git(
        "rev-list", "--objects", "--filter=blob:limit=500k", "--filter-print-omitted", "main"
    )
    assert "~" not in large
    message = store.git("log", "-1", "--format=%B", "main")
    assert message.strip() == f"Publish {WEATHER} 1.0.0 (github-account) (#{number})"


def test_a_path_that_begins_with_a_colon_is_seen(stage: Stage) -> None:
    number = stage.propose("alice", {**stage.record(WEATHER), ":evil": b"x", "\nfoo": b"y"})
    handover = hand_over(stage, stage.event(number, "alice"))
    paths = {one.path for part in handover.report.sections for one in part.findings}
    assert {":evil", "\\nfoo"} <= paths
    assert handover.level == "error"


def test_main_is_protected_and_the_merge_still_comes_through(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    head = stage.pull(number).head_sha
    event = stage.event(number, "alice")
    assert run(stage, event, hand_over(stage, event)).outcome is MergeOutcome.MERGED
    assert stage.registry.states_of(stage.registry.head)[REQUIRED_STATUS] == "success"
    assert REQUIRED_STATUS not in stage.registry.states_of(head)
    assert (
        stage.registry.store.git("for-each-ref", "--format=%(refname)", "refs/heads")
        == "refs/heads/main"
    )


def test_the_button_stays_grey_for_a_publish(stage: Stage) -> None:
    stage.registry.commit({"registry.toml": settings_text(automatic=False).encode()})
    number = stage.propose("alice", stage.record(WEATHER))
    event = stage.event(number, "alice")
    assert run(stage, event, hand_over(stage, event)).outcome is MergeOutcome.NOT_AUTOMATIC
    stage.hub.add_token("token-of-acme", "acme")
    with client_of(stage.hub, "token-of-acme") as github, pytest.raises(Exception, match="405"):
        github.get_repo(REGISTRY).get_pull(number).merge()
    assert RECORD not in files_of(stage)


def test_a_ruleset_that_asks_for_more_is_told(stage: Stage) -> None:
    from tests.doubles.github_rules import BranchRules

    stage.registry.protect("main", BranchRules(required=(REQUIRED_STATUS, "other")))
    number = stage.propose("alice", stage.record(WEATHER))
    with pytest.raises(InputError, match="does not let main be moved"):
        run(stage, stage.event(number, "alice"))
    assert stage.registry.store.git("for-each-ref", "refs/heads/mcp-static") == ""


def test_a_check_without_a_result_is_reported_too(stage: Stage, tmp_path: Path) -> None:
    event = stage.event(stage.propose("alice", stage.record(WEATHER)), "alice")
    environment = {"GITHUB_API_URL": stage.hub.url, "GITHUB_TOKEN": "token-of-bot"}
    done = run_cli("report", "--event", event, "--handover", tmp_path / "none.json", env=environment)
    assert done.returncode == 0, done.stderr
    [comment] = stage.registry.comments.values()
    assert "ended without a result" in comment.body
