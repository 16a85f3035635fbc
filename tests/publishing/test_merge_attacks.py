"""Ways to get more onto main than was checked: each is refused, or leaves no trace there."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp_static.forges.github.client import GitHub
from mcp_static.forges.github.events import read_event
from mcp_static.git.repository import open_repository, resolve_commit
from mcp_static.model.errors import InputError
from mcp_static.publishing.checking import check_event, handover_of, pull_job
from mcp_static.publishing.handover import Handover
from mcp_static.publishing.landing import STATUS
from mcp_static.publishing.merging import DEPLOY, MergeOutcome, MergeResult, merge

from tests.doubles.github_double import GitHubDouble
from tests.registries import path_of
from tests.servers import run_cli
from tests.stage import REGISTRY, Stage, client_of, settings_text, staged

WEATHER = "io.github.alice/weather"
MAPS = "io.github.bob/maps"
RECORD = path_of(WEATHER, "1.0.0")
_WHO = ("-c", "user.name=M", "-c", "user.email=m@example.com")


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A registry whose main is protected as the documentation asks."""
    with GitHubDouble(tmp_path / "github") as hub:
        monkeypatch.setenv("GITHUB_API_URL", hub.url)
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
        stage = staged(hub, tmp_path, settings_text(), protected=True)
        stage.registry.grant("acme", "admin")
        yield stage


def run(stage: Stage, event: Path, handover: Handover | None = None) -> MergeResult:
    """The merge, as a workflow runs it."""
    with open_repository(stage.clone) as repository, GitHub("token-of-bot") as github:
        return merge(pull_job(read_event(event), repository, github), handover)


def hand_over(stage: Stage, event: Path) -> Handover:
    """The check, as a workflow runs it: without rights, against main as it is now."""
    with open_repository(stage.clone) as repository, GitHub(None) as github:
        repository.git.fetch("-q", str(stage.registry.path), "+main:main")
        job = pull_job(read_event(event), repository, github)
        handover = handover_of(check_event(job, resolve_commit(repository, "main")))
    return Handover.model_validate_json(handover.written())


def again(stage: Stage, number: int, head: str = "") -> Path:
    """The event of a check that was dispatched."""
    inputs = {"pull_request": str(number), "head": head}
    return stage.write_event(
        stage.hub.workflow_dispatch_event(stage.registry, inputs, "acme", workflow="check.yml")
    )


def say(stage: Stage, login: str, number: int, text: str) -> int:
    """A comment on a pull request; gives its id."""
    stage.hub.add_token(f"token-of-{login}", login)
    with client_of(stage.hub, f"token-of-{login}") as github:
        return github.get_repo(REGISTRY).get_issue(number).create_comment(text).id


def files_of(stage: Stage) -> set[str]:
    """The files of main."""
    listing = stage.registry.store.git("ls-tree", "-r", "-z", "--name-only", "main")
    return set(filter(None, listing.split("\0")))


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
    assert stage.registry.states_of(stage.registry.head)[STATUS] == "success"
    assert STATUS not in stage.registry.states_of(head)
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

    stage.registry.protect("main", BranchRules(required=(STATUS, "other")))
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


@pytest.mark.parametrize("content", [b"", b"[]", b"{" * 100_000, b'{"format": 1}', b" " * (5 << 20)])
def test_what_is_no_handover_is_refused(content: bytes, stage: Stage, tmp_path: Path) -> None:
    event = stage.event(stage.propose("alice", stage.record(WEATHER)), "alice")
    (tmp_path / "handover.json").write_bytes(content)
    for command in ("report", "merge"):
        more = ("--repo", stage.clone) if command == "merge" else ()
        done = run_cli(
            command, "--event", event, "--handover", tmp_path / "handover.json", *more,
            env={"GITHUB_API_URL": stage.hub.url, "GITHUB_TOKEN": "token-of-bot"},
        )  # fmt: skip
        assert done.returncode == 1, done.stderr
        assert "Traceback" not in done.stderr
    assert not stage.registry.comments


class TestWords:
    """`/merge` and `/approve` speak about the bytes that somebody has seen."""

    @pytest.fixture
    def number(self, stage: Stage) -> int:
        """A green pull request that waits for a person."""
        stage.registry.commit({"registry.toml": settings_text(automatic=False).encode()})
        return stage.propose("alice", stage.record(WEATHER))

    def outcome(self, stage: Stage, number: int) -> MergeOutcome:
        event = again(stage, number)
        return run(stage, event, hand_over(stage, event)).outcome

    def test_a_maintainer_merges_the_head_that_was_seen(self, stage: Stage, number: int) -> None:
        say(stage, "acme", number, f"/merge {stage.pull(number).head_sha}")
        assert self.outcome(stage, number) is MergeOutcome.MERGED

    @pytest.mark.parametrize("login", ["alice", "mallory"])
    def test_nobody_else_does(self, login: str, stage: Stage, number: int) -> None:
        say(stage, login, number, f"/merge {stage.pull(number).head_sha}")
        assert self.outcome(stage, number) is MergeOutcome.NOT_AUTOMATIC

    def test_nor_does_a_word_that_was_edited(self, stage: Stage, number: int) -> None:
        comment = say(stage, "acme", number, "thanks, I will look at it")
        stage.hub.clock.advance(60)
        with client_of(stage.hub, "token-of-acme") as github:
            issue = github.get_repo(REGISTRY).get_issue(number)
            issue.get_comment(comment).edit(f"/merge {stage.pull(number).head_sha}")
        assert self.outcome(stage, number) is MergeOutcome.NOT_AUTOMATIC

    def test_nor_one_about_another_head(self, stage: Stage, number: int) -> None:
        say(stage, "acme", number, f"/merge {stage.pull(number).head_sha}")
        stage.hub.clock.advance(60)
        stage.fork("alice").commit(stage.record("io.github.alice/other"), "publish", login="alice")
        assert self.outcome(stage, number) is MergeOutcome.NOT_AUTOMATIC

    def test_nor_one_written_before_the_head_came(self, stage: Stage, number: int) -> None:
        fork = stage.fork("alice")
        next_head = fork.commit(
            stage.record("io.github.alice/other"),
            "next",
            parent=stage.pull(number).head_sha,
            login="alice",
        )
        say(stage, "acme", number, f"/merge {next_head}")
        stage.hub.clock.advance(60)
        with client_of(stage.hub, "token-of-alice") as github:
            github.get_repo("alice/registry").get_git_ref("heads/publish").edit(next_head)
        assert stage.pull(number).head_sha == next_head
        assert self.outcome(stage, number) is MergeOutcome.NOT_AUTOMATIC

    def test_a_recycled_login_may_not(self, stage: Stage, number: int) -> None:
        stage.hub.add_user("helper")
        stage.registry.grant("helper", "write")
        comment = say(stage, "mallory", number, f"/merge {stage.pull(number).head_sha}")
        stage.registry.comments[comment].user.login = "helper"
        assert self.outcome(stage, number) is MergeOutcome.NOT_AUTOMATIC

    def test_it_never_overrides_red(self, stage: Stage) -> None:
        number = stage.propose("mallory", stage.record(WEATHER), branch="evil")
        head = stage.pull(number).head_sha
        say(stage, "acme", number, f"/merge {head}\n\n/approve {head}")
        assert self.outcome(stage, number) is MergeOutcome.NOT_GREEN

    def test_other_changes_pass_once_a_maintainer_approves_them(self, stage: Stage) -> None:
        number = stage.propose("alice", {"README.md": b"better\n"})
        assert self.outcome(stage, number) is MergeOutcome.NOT_A_PUBLISH
        head = stage.pull(number).head_sha
        say(stage, "mallory", number, f"/approve {head}")
        assert self.outcome(stage, number) is MergeOutcome.NOT_A_PUBLISH
        assert STATUS not in stage.registry.states_of(head)
        say(stage, "acme", number, f"/approve {head}")
        assert self.outcome(stage, number) is MergeOutcome.APPROVED
        assert stage.registry.states_of(head)[STATUS] == "success"
        stage.hub.add_token("token-of-acme", "acme")
        with client_of(stage.hub, "token-of-acme") as github:
            assert github.get_repo(REGISTRY).get_pull(number).merge().merged


def test_a_report_that_is_too_long_is_handed_over_without_its_sections(stage: Stage) -> None:
    event = stage.event(stage.propose("alice", stage.record(WEATHER)), "alice")
    honest = hand_over(stage, event)
    finding = honest.report.sections[0].findings[0].model_copy(update={"message": "x" * 19_000})
    section = honest.report.sections[0].model_copy(update={"findings": (finding,) * 400})
    report = honest.report.model_copy(update={"sections": (section,)})
    long = honest.model_copy(update={"report": report}).written()
    read = Handover.model_validate_json(long)
    assert len(long) < 1 << 20
    assert (read.report.sections, read.report.level) == ((), honest.report.level)
    assert "too long" in read.report.notes[0]


class TestHandover:
    """A check that was taken over can at worst publish what its pull request contains."""

    @pytest.fixture
    def event(self, stage: Stage) -> Path:
        return stage.event(stage.propose("alice", stage.record(WEATHER)), "alice")

    def test_a_blob_that_the_head_does_not_have(self, stage: Stage, event: Path) -> None:
        honest = hand_over(stage, event)
        [record] = honest.records
        forged = record.model_copy(update={"files": {RECORD: "0" * 40}})
        result = run(stage, event, honest.model_copy(update={"records": (forged,)}))
        assert result.outcome is MergeOutcome.NOT_GREEN
        assert RECORD not in files_of(stage)

    def test_a_record_under_another_name(self, stage: Stage, event: Path) -> None:
        honest = hand_over(stage, event)
        [record] = honest.records
        forged = record.model_copy(update={"name": MAPS})
        result = run(stage, event, honest.model_copy(update={"records": (forged,)}))
        assert result.outcome is MergeOutcome.NOT_GREEN

    def test_a_domain_of_somebody_else(self, stage: Stage, event: Path) -> None:
        honest = hand_over(stage, event)
        [record] = honest.records
        facts = {**record.facts, "domain": "stripe.com", "key": "v=MCPv1; k=ed25519; p=A"}
        forged = record.model_copy(update={"facts": facts, "proof": "dns-key"})
        result = run(stage, event, honest.model_copy(update={"records": (forged,)}))
        assert result.outcome is MergeOutcome.NOT_GREEN
        assert not any("stripe" in path for path in files_of(stage))

    def test_a_path_outside_the_layout(self, stage: Stage) -> None:
        number = stage.propose("mallory", {**stage.record("io.github.mallory/x"), ".github/x": b""})
        event = stage.event(number, "mallory")
        honest = hand_over(stage, event)
        forged = honest.model_copy(
            update={"report": honest.report.model_copy(update={"level": "passed"})}
        )
        assert run(stage, event, forged).outcome is MergeOutcome.NOT_GREEN
        assert ".github/x" not in files_of(stage)

    def test_a_publish_handed_over_as_none(self, stage: Stage) -> None:
        number = stage.propose("mallory", stage.record(WEATHER))
        head = stage.pull(number).head_sha
        say(stage, "acme", number, f"/approve {head}")
        event = again(stage, number)
        forged = hand_over(stage, event).model_copy(update={"is_publish": False})
        assert run(stage, event, forged).outcome is MergeOutcome.NOT_GREEN
        assert STATUS not in stage.registry.states_of(head)

    def test_the_result_of_another_pull_request(self, stage: Stage, event: Path) -> None:
        other = stage.event(stage.propose("bob", stage.record(MAPS)), "bob")
        assert run(stage, other, hand_over(stage, event)).outcome is MergeOutcome.MOVED

    def test_an_address_that_another_took_since_the_check(self, stage: Stage) -> None:
        remotes = [{"type": "streamable-http", "url": "https://mcp.example.com/"}]
        one = stage.event(stage.propose("alice", stage.record(WEATHER, remotes=remotes)), "alice")
        two = stage.event(stage.propose("bob", stage.record(MAPS, remotes=remotes)), "bob")
        results = hand_over(stage, one), hand_over(stage, two)
        assert run(stage, one, results[0]).outcome is MergeOutcome.MERGED
        again_ = run(stage, two, results[1])
        assert again_.outcome is MergeOutcome.CHECKED_AGAIN
        assert "address" in again_.message
        assert [d.name for d in stage.hub.dispatches] == [DEPLOY, "check.yml"]

    @pytest.mark.parametrize("is_back_first", [True, False])
    def test_an_address_that_a_version_set_active_again_has(
        self, is_back_first: bool, stage: Stage
    ) -> None:
        """Whichever of the two is merged first, the other is checked again."""
        deleted = b'{"status":"deleted"}'
        status = path_of(WEATHER, "1.0.0", "status.json")
        remotes = [{"type": "sse", "url": "https://MCP.example.com:443/#a"}]
        stage.registry.commit({**stage.record(WEATHER, remotes=remotes), status: deleted})
        replaces = hashlib.sha256(deleted).hexdigest()
        active = json.dumps({"status": "active", "replaces": replaces}).encode()
        remotes[0]["url"] = "https://mcp.example.com"
        back = stage.event(stage.propose("alice", {status: active}), "alice")
        fresh = stage.event(stage.propose("bob", stage.record(MAPS, remotes=remotes)), "bob")
        first, second = (back, fresh) if is_back_first else (fresh, back)
        results = hand_over(stage, first), hand_over(stage, second)
        assert run(stage, first, results[0]).outcome is MergeOutcome.MERGED
        assert run(stage, second, results[1]).outcome is MergeOutcome.CHECKED_AGAIN

    def test_another_publish_since_the_check_costs_no_new_check(self, stage: Stage) -> None:
        one = stage.event(stage.propose("alice", stage.record(WEATHER)), "alice")
        two = stage.event(stage.propose("bob", stage.record(MAPS)), "bob")
        results = hand_over(stage, one), hand_over(stage, two)
        assert run(stage, one, results[0]).outcome is MergeOutcome.MERGED
        assert run(stage, two, results[1]).outcome is MergeOutcome.MERGED

    def test_a_name_like_it_since_the_check(self, stage: Stage, event: Path) -> None:
        honest = hand_over(stage, event)
        stage.registry.commit(stage.record("io.github.Alice/Weather"))
        assert run(stage, event, honest).outcome is MergeOutcome.CHECKED_AGAIN

    def test_settings_that_changed_since_the_check(self, stage: Stage, event: Path) -> None:
        honest = hand_over(stage, event)
        stage.registry.commit({"registry.toml": settings_text(more="# new\n").encode()})
        assert run(stage, event, honest).outcome is MergeOutcome.CHECKED_AGAIN

    def test_nothing_of_the_pull_request_is_parsed(
        self, stage: Stage, event: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        honest = hand_over(stage, event)

        def parse(*_: object) -> None:
            raise AssertionError("the merge parsed a record")

        for place in ("rules.run", "check.checking"):
            monkeypatch.setattr(f"mcp_static.{place}.read_record", parse)
        assert run(stage, event, honest).outcome is MergeOutcome.MERGED
