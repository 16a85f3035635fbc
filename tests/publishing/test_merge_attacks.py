"""Ways to get more onto main than was checked: each is refused, or leaves no trace there."""

from pathlib import Path
from typing import Any

import pytest
from mcp_static.forges.github.repository import REQUIRED_STATUS, GitHubRepository
from mcp_static.git.command import GitProcess
from mcp_static.git.diffing import read_change
from mcp_static.model.errors import InputError, UnansweredError
from mcp_static.publishing.handover import Handover
from mcp_static.publishing.merging import MergeOutcome

from tests.conftest import build_registry
from tests.publishing.steps import MAPS, RECORD, WEATHER, again, files_of, hand_over, run, say
from tests.registries import Registry, path_of
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


def errors_in(handover: Handover) -> set[str]:
    """The rules that a change breaks."""
    return {
        one.id for part in handover.report.sections for one in part.findings if one.level == "error"
    }


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
    assert "change-one-base" in errors_in(handover)
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


@pytest.mark.parametrize("path", [":!x", ":(icase)README.md", ":^x"])
def test_a_path_that_git_reads_as_a_pattern_is_reported(path: str, stage: Stage) -> None:
    number = stage.propose("alice", {**stage.record(WEATHER), path: b"x"})
    event = stage.event(number, "alice")
    handover = hand_over(stage, event)
    assert "change-only-data" in errors_in(handover)
    assert run(stage, event, handover).outcome is MergeOutcome.NOT_GREEN


@pytest.mark.parametrize("name", ["../x", "/x", "a//x", f"{'x' * 200_000}"])
def test_a_path_of_a_tree_that_was_made_by_hand_is_reported(name: str, stage: Stage) -> None:
    """Git passes trees on that no work tree can have, and then stumbles over them itself."""
    main = stage.registry.head
    fork = stage.fork("mallory")
    blob = fork.store.write_blob(b"x")
    tree = fork.store.read(
        "hash-object", "-t", "tree", "-w", "--literally", "--stdin",
        stdin=b"100644 " + name.encode() + b"\0" + bytes.fromhex(blob),
    ).decode()  # fmt: skip
    join(stage, "mallory", "odd", tree.strip(), main)
    number = stage.open("mallory", "odd")
    event = stage.event(number, "mallory")
    handover = hand_over(stage, event)
    assert "change-plain-files" in errors_in(handover)
    assert run(stage, event, handover).outcome is MergeOutcome.NOT_GREEN


def test_many_merges_of_main_are_judged_by_one_walk_along_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One walk for each would cost what main has, and a head may have 250 merges."""
    old = [stage.registry.commit({"README.md": str(number).encode()}) for number in range(12)]
    fork = stage.fork("alice")
    stage.hub.bring(fork, old[-1])
    tip = fork.commit(stage.record(WEATHER), "publish", parent=old[-1], login="alice")
    stage.open("alice", "publish")
    tree = fork.store.git("rev-parse", f"{tip}^{{tree}}")
    started: list[object] = []
    plain = GitProcess.__init__

    def counted(self: GitProcess, *arguments: Any, **more: Any) -> None:
        started.append(arguments)
        plain(self, *arguments, **more)

    monkeypatch.setattr(GitProcess, "__init__", counted)
    counts = []
    for merged in old[:-1]:
        tip = join(stage, "alice", "publish", tree, tip, merged)
        started.clear()
        with stage.checking(tip) as repository:
            assert not read_change(repository, stage.registry.head, tip).foreign_parents
        counts.append(len(started))
    assert len(set(counts)) == 1


def test_a_rebase_of_something_else_burns_no_version_of_anybody(stage: Stage, tmp_path: Path) -> None:
    """A commit on the way holds the first bytes of a version; the last one takes them away again."""
    fork = stage.fork("mallory")
    theirs = stage.record(WEATHER, description="Not Alice's")
    fork.commit(theirs, "docs", parent=stage.registry.head, login="mallory")
    fork.commit({RECORD: None, "README.md": b"better\n"}, "docs", login="mallory")
    number = stage.open("mallory", "docs")
    say(stage, "acme", number, f"/approve {stage.pull(number).head_sha}")
    event = again(stage, number)
    handover = hand_over(stage, event)
    assert errors_in(handover) == {"change-history"}
    for handed in (handover, handover.model_copy(update={"is_publish": False})):
        assert run(stage, event, handed).outcome is MergeOutcome.NOT_GREEN
    stage.hub.add_token("token-of-acme", "acme")
    with client_of(stage.hub, "token-of-acme") as github, pytest.raises(Exception, match="405"):
        github.get_repo(REGISTRY).get_pull(number).merge(merge_method="rebase")
    mine = stage.propose("alice", stage.record(WEATHER))
    event = stage.event(mine, "alice")
    assert run(stage, event, hand_over(stage, event)).outcome is MergeOutcome.MERGED
    build_registry(Registry(stage.registry.path), tmp_path / "dist")
    assert (tmp_path / f"dist/v0.1/servers/{WEATHER}/versions/1.0.0.json").exists()


def test_something_else_of_too_many_commits_is_not_let_past(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody looks through all of them for records that come and go."""
    for module in ("git.diffing", "rules.pull_request"):
        monkeypatch.setattr(f"mcp_static.{module}.MAX_COMMITS", 2)
    fork = stage.fork("mallory")
    fork.commit({"README.md": b"1\n"}, "docs", parent=stage.registry.head, login="mallory")
    for text in (b"2\n", b"3\n"):
        fork.commit({"README.md": text}, "docs", login="mallory")
    number = stage.open("mallory", "docs")
    say(stage, "acme", number, f"/approve {stage.pull(number).head_sha}")
    event = again(stage, number)
    handover = hand_over(stage, event)
    assert errors_in(handover) == {"change-history"}
    assert run(stage, event, handover).outcome is MergeOutcome.NOT_GREEN


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


def test_a_commit_that_lost_the_race_opens_the_button_for_nobody(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    event = stage.event(number, "alice")
    handover = hand_over(stage, event)
    plain = GitHubRepository.move_branch
    lost: list[str] = []

    def outrun(self: GitHubRepository, branch: str, commit: str, *, force: bool = False) -> bool:
        if branch == "main" and not lost:
            lost.append(commit)
            stage.registry.commit(stage.record("io.github.Alice/Weather"))
        return plain(self, branch, commit, force=force)

    monkeypatch.setattr(GitHubRepository, "move_branch", outrun)
    assert run(stage, event, handover).outcome is MergeOutcome.CHECKED_AGAIN
    fork = stage.fork("mallory")
    stage.hub.bring(fork, lost[0])
    fork.store.git("update-ref", "refs/heads/stale", lost[0])
    stage.hub.notice_all()
    stale = stage.open("mallory", "stale")
    stage.hub.add_token("token-of-acme", "acme")
    with client_of(stage.hub, "token-of-acme") as github, pytest.raises(Exception, match="405"):
        github.get_repo(REGISTRY).get_pull(stale).merge()
    assert RECORD not in files_of(stage)


def test_no_branch_of_the_registrys_own_stays_after_a_lost_race(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    event = stage.event(number, "alice")
    handover = hand_over(stage, event)
    plain = GitHubRepository.move_branch

    def outrun(self: GitHubRepository, branch: str, commit: str, *, force: bool = False) -> bool:
        if branch == "main" and "io.github.Alice" not in "".join(files_of(stage)):
            stage.registry.commit(stage.record("io.github.Alice/Weather"))
        return plain(self, branch, commit, force=force)

    monkeypatch.setattr(GitHubRepository, "move_branch", outrun)
    assert run(stage, event, handover).outcome is MergeOutcome.CHECKED_AGAIN
    assert stage.registry.store.git("for-each-ref", "refs/heads/mcp-static") == ""


class KilledError(BaseException):
    """Stands for the process being killed."""


@pytest.mark.parametrize(
    "error", [KilledError(), UnansweredError("GitHub does not answer")], ids=["killed", "unanswered"]
)
def test_what_an_attempt_left_opens_nothing_for_long(
    error: BaseException, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run takes back what a kill left, also if it merges nothing itself."""
    number = stage.propose("alice", stage.record(WEATHER))
    event = stage.event(number, "alice")
    handover, left = hand_over(stage, event), []

    def fail(_: GitHubRepository, branch: str, commit: str, *, force: bool = False) -> bool:
        left.append(commit)
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(GitHubRepository, "move_branch", fail)
        with pytest.raises(type(error)):
            run(stage, event, handover)
    is_killed = isinstance(error, KilledError)
    assert stage.registry.states_of(left[0])[REQUIRED_STATUS] == ("success" if is_killed else "failing")
    frozen = settings_text().replace("[merge]", "[merge]\nfrozen = true")
    stage.registry.commit({"registry.toml": frozen.encode()})
    assert run(stage, event, handover).outcome is MergeOutcome.FROZEN
    assert stage.registry.states_of(left[0])[REQUIRED_STATUS] == "failing"
    assert stage.registry.store.git("for-each-ref", "refs/heads/mcp-static") == ""
