"""The bot: what comments may ask for, and what they may not."""

import html
import json

import pytest
from mcp_static.forges.github.repository import REQUIRED_STATUS
from mcp_static.publishing.merging import MergeOutcome
from mcp_static.settings import parse_settings

from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.github_rules import BranchRules
from tests.publishing.commenting import answer, ask, carry_out, checked, comment
from tests.registries import path_of
from tests.stage import BOT, REGISTRY, Stage, client_of, settings_text, source_record

WEATHER = "io.github.alice/weather"


@pytest.mark.parametrize(
    "place",
    [
        "alice/weather",
        "alice/weather v1.0.0",
        "https://github.com/alice/weather",
        "https://github.com/alice/weather/blob/v1.0.0/server.json",
        "https://github.com/alice/weather/blob/main/server.json",
    ],
)
def test_anybody_may_ask_for_what_the_owner_released(
    place: str, stage: Stage, source: RepositoryDouble
) -> None:
    said = ask(stage, "bob", f"Hello!\n\n/publish {place}")
    assert "is proposed in" in said
    [pull] = stage.registry.pulls()
    assert [(d.name, d.inputs) for d in stage.hub.dispatches] == [
        ("check.yml", {"pull_request": str(pull.number), "head": pull.head_sha})
    ]
    assert checked(stage, pull.number).outcome is MergeOutcome.MERGED
    listing = stage.registry.store.git("ls-tree", "-r", "--name-only", "main", "registry-data")
    assert path_of(WEATHER, "1.0.0") in listing.split()


def test_asking_twice_proposes_once(stage: Stage, source: RepositoryDouble) -> None:
    event = comment(stage, "bob", "/publish alice/weather")
    answer(stage, event)
    head = stage.registry.pulls()[0].head_sha
    answer(stage, event)
    ask(stage, "alice", "/publish alice/weather")
    assert [pull.head_sha for pull in stage.registry.pulls()] == [head]
    said = [c for c in stage.registry.comments.values() if c.user.login == BOT]
    assert len(said) == 2  # one for each of the two comments


def test_a_pull_request_whose_source_changed_is_brought_up_to_date(stage: Stage) -> None:
    source = stage.hub.add_repository("alice/weather")
    source.commit({"server.json": source_record(WEATHER)})
    ask(stage, "alice", "/publish alice/weather")
    before = stage.registry.pulls()[0].head_sha
    source.commit({"server.json": source_record(WEATHER, title="Better")})
    ask(stage, "alice", "/publish alice/weather")
    [pull] = stage.registry.pulls()
    assert pull.head_sha != before
    assert checked(stage, pull.number).outcome is MergeOutcome.MERGED


def test_a_stranger_cannot_have_an_unreleased_branch_published(stage: Stage) -> None:
    source = stage.hub.add_repository("alice/weather")
    source.commit({"server.json": source_record(WEATHER)})
    said = ask(stage, "mallory", "/publish alice/weather")
    assert "Nothing proves" in said
    assert stage.registry.pulls() == []


def test_the_owner_can_and_the_check_confirms_who_asked(stage: Stage) -> None:
    source = stage.hub.add_repository("alice/weather")
    source.commit({"server.json": source_record(WEATHER)})
    ask(stage, "alice", "/publish alice/weather")
    [pull] = stage.registry.pulls()
    assert checked(stage, pull.number).outcome is MergeOutcome.MERGED


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("mallory/weather", "not there"),
        ("https://evil.example/x", "neither a repository"),
        ("https://[", "neither a repository"),
        ("https://github.com℀/a/b", "neither a repository"),
        ("alice/weather next", "neither a tag"),
        ("alice/weather v9", "neither a tag"),
        ("https://github.com/alice/weather/blob/v1.0.0/tests/server.json", "There is no"),
        ("https://github.com/alice/weather/blob/v1.0.0/../../etc/server.json", "neither a repository"),
        ("--help", "No such option"),
        ("", "Missing argument"),
    ],
)
def test_what_is_no_source_is_told(
    place: str, message: str, stage: Stage, source: RepositoryDouble
) -> None:
    source.commit({"README.md": b"x"}, branch="next")
    assert message in ask(stage, "bob", f"/publish {place}")
    assert stage.registry.pulls() == []


def test_a_bare_commit_is_no_reference(stage: Stage, source: RepositoryDouble) -> None:
    said = ask(stage, "bob", f"/publish alice/weather {source.head}")
    assert "neither a tag" in said


def test_an_invalid_server_json_is_told_with_its_problems(stage: Stage) -> None:
    source = stage.hub.add_repository("alice/weather")
    source.tag("v1.0.0", source.commit({"server.json": source_record(WEATHER, description=None)}))
    said = ask(stage, "bob", "/publish alice/weather")
    assert "cannot be published" in said
    assert "description" in said


def test_what_is_published_already_is_told(stage: Stage, source: RepositoryDouble) -> None:
    stage.registry.commit(stage.record(WEATHER))
    assert "with these very bytes" in ask(stage, "bob", "/publish alice/weather")
    assert stage.registry.pulls() == []


def test_the_account_may_set_a_status_by_a_comment(stage: Stage) -> None:
    stage.registry.commit(stage.record(WEATHER))
    said = ask(stage, "alice", f'/status {WEATHER}@1.0.0 deprecated "Use 2.x, $(rm -rf /) `id`"')
    assert "is proposed" in said
    [pull] = stage.registry.pulls()
    assert checked(stage, pull.number).outcome is MergeOutcome.MERGED
    path = path_of(WEATHER, "1.0.0", "status.json")
    status = json.loads(stage.registry.store.git("show", f"main:{path}"))
    assert status["statusMessage"] == "Use 2.x, $(rm -rf /) `id`"
    assert "has that status already" in ask(
        stage, "alice", f'/status {WEATHER}@1.0.0 deprecated "Use 2.x, $(rm -rf /) `id`"'
    )


def test_a_stranger_may_not(stage: Stage) -> None:
    stage.registry.commit(stage.record(WEATHER))
    assert "Nothing proves" in ask(stage, "mallory", f"/status {WEATHER}@1.0.0 deleted")
    assert stage.registry.pulls() == []


def test_nor_by_naming_the_owner(stage: Stage) -> None:
    stage.registry.commit(stage.record(WEATHER))
    body = f"On behalf of @alice <!-- mcp-static --> :\n\n/status {WEATHER}@1.0.0 deleted"
    assert "Nothing proves" in ask(stage, "mallory", body)


def test_a_branch_of_the_registry_that_names_a_comment_counts_only_from_the_bot(stage: Stage) -> None:
    """A stranger's own pull request cannot borrow the owner's comment by its trailer."""
    event = comment(stage, "alice", "I like it")
    number = json.loads(event.read_bytes())["comment"]["id"]
    pull = stage.propose(
        "mallory", stage.record(WEATHER), message=f"Publish\n\nRequested-in: {number}\n"
    )
    assert checked(stage, pull).outcome is MergeOutcome.NOT_GREEN


def test_nor_does_a_commit_that_somebody_else_pushed_to_the_bots_branch(
    stage: Stage, source: RepositoryDouble
) -> None:
    event = comment(stage, "alice", "/publish alice/weather")
    number = json.loads(event.read_bytes())["comment"]["id"]
    answer(stage, event)
    [pull] = stage.registry.pulls()
    stage.registry.grant("mallory", "write")
    evil = {path_of(WEATHER, "1.0.0"): source_record(WEATHER, title="Evil")}
    stage.registry.commit(
        evil, pull.head_ref, login="mallory", message=f"Publish\n\nRequested-in: {number}\n"
    )
    assert checked(stage, pull.number).outcome is MergeOutcome.NOT_GREEN


@pytest.mark.parametrize(
    "body",
    [
        "> /publish alice/weather",
        "```\n/publish alice/weather\n```",
        "    /publish alice/weather",
        "`/publish alice/weather`",
        "- /publish alice/weather",
        "<div>\n/publish alice/weather\n</div>",
        "<!--\n/publish alice/weather\n-->",
        "See <!--\n/publish alice/weather\n-->",
        "See `\n/publish alice/weather\n`",
        "See <a title='\n/publish alice/weather\n'>this</a>",
        "Please /publish alice/weather",
        "/publishalice/weather",
        "/usr/bin/env",
        "",
    ],
)
def test_what_is_quoted_or_no_command_is_ignored(
    body: str, stage: Stage, source: RepositoryDouble
) -> None:
    said = ask(stage, "bob", body or ".")
    assert said == "The comment asks for nothing."
    assert stage.registry.pulls() == []


@pytest.mark.parametrize("body", ["/help", "/frobnicate", "/publish 'x", "/status a", "/check extra"])
def test_help_is_given_where_it_is_needed(body: str, stage: Stage) -> None:
    said = ask(stage, "bob", body)
    assert "| `/check` |" in said


def test_a_check_may_be_asked_for_by_the_author_and_by_maintainers(stage: Stage) -> None:
    stage.registry.grant("bob", "write")
    number = stage.propose("alice", stage.record(WEATHER))
    for login, allowed in (("mallory", False), ("alice", True), ("bob", True)):
        stage.hub.dispatches.clear()
        said = ask(stage, login, "/check", number)
        assert ("runs again" in said) is allowed
        assert bool(stage.hub.dispatches) is allowed
    bots = [c for c in stage.registry.comments.values() if c.user.login == BOT]
    assert len(bots) == 1  # one comment a pull request, edited in place


def test_a_report_and_an_answer_share_the_one_comment(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    ask(stage, "alice", "/help", number)
    assert checked(stage, number).outcome is MergeOutcome.MERGED
    [body] = [c.body for c in stage.registry.comments.values() if c.user.login == BOT]
    assert "| `/check` |" in body
    assert "ready to be merged" in body


def test_only_new_comments_of_people_are_answered(stage: Stage) -> None:
    event = comment(stage, "bob", "/help")
    payload = json.loads(event.read_bytes())
    event.write_text(json.dumps({**payload, "action": "edited"}))
    assert answer(stage, event) == "This is not a new comment; nothing to do."
    own = comment(stage, BOT, "/help")
    assert carry_out(stage, own, None) == "The comment is the bot's own; nothing to do."


def test_the_comment_that_counts_is_the_apis_not_the_events(
    stage: Stage, source: RepositoryDouble
) -> None:
    event = comment(stage, "mallory", "hello")
    payload = json.loads(event.read_bytes())
    payload["comment"]["body"] = "/publish alice/weather"
    payload["comment"]["user"]["login"] = "alice"
    event.write_text(json.dumps(payload))
    assert answer(stage, event) == "The comment asks for nothing."


def test_a_grant_lets_an_account_publish_what_no_source_proves(stage: Stage) -> None:
    stage.registry.commit(stage.record("com.example/weather"))
    more = '\n[[grants]]\nnamespace = "com.example.*"\naccounts = ["github:alice"]\n'
    stage.registry.commit({"registry.toml": settings_text(more=more).encode()})
    assert "is proposed" in ask(stage, "alice", "/status com.example/weather@1.0.0 deprecated")
    assert "Nothing proves" in ask(stage, "bob", "/status com.example/weather@1.0.0 deleted")


class TestOperator:
    """Acts of the operator in comments."""

    @pytest.fixture(autouse=True)
    def published(self, stage: Stage) -> None:
        """A server that is there, on a main that takes nothing but what was checked."""
        stage.registry.commit(stage.record(WEATHER))
        stage.registry.protect("main", BranchRules(required=(REQUIRED_STATUS,)))
        stage.registry.grant("acme", "admin")

    def main_file(self, stage: Stage, path: str) -> str:
        return stage.registry.store.git("show", f"main:{path}")

    def test_takes_down_and_restores(self, stage: Stage) -> None:
        said = ask(stage, "acme", f"/takedown {WEATHER} sends tokens elsewhere")
        assert "is committed as" in said
        place = "registry-data/servers/al/io.github.alice/weather/takedown.json"
        assert json.loads(self.main_file(stage, place))["reason"] == "sends tokens elsewhere"
        assert "is committed as" in ask(stage, "acme", f"/restore {WEATHER} it was mended")
        assert "takedown.json" not in stage.registry.store.git("ls-tree", "-r", "--name-only", "main")
        log = stage.registry.store.git("ls-tree", "--name-only", "main", "registry-data/moderation/")
        assert len(log.split()) == 2
        assert [d.name for d in stage.hub.dispatches] == ["deploy.yml"] * 2
        assert stage.registry.store.git("for-each-ref", "refs/heads/mcp-static") == ""

    def test_blocks_an_account_by_its_login_and_closes_publishing(self, stage: Stage) -> None:
        assert "is committed as" in ask(stage, "acme", "/block account @mallory floods us")
        assert "is committed as" in ask(stage, "acme", "/freeze a key has leaked")
        settings = parse_settings(self.main_file(stage, "registry.toml"))
        assert settings.blocked.accounts == (f"github.com/account/{stage.hub.user('mallory').id}",)
        assert settings.merge.frozen
        assert "is committed as" in ask(stage, "acme", "/thaw it is replaced")

    def test_running_it_twice_does_nothing_twice(self, stage: Stage) -> None:
        event = comment(stage, "acme", f"/takedown {WEATHER} malware")
        answer(stage, event)
        head = stage.registry.head
        assert "done already" in answer(stage, event)
        assert stage.registry.head == head

    @pytest.mark.parametrize("login", ["alice", "mallory"])
    def test_is_refused_to_others(self, login: str, stage: Stage) -> None:
        head = stage.registry.head
        assert "for operators" in ask(stage, login, f"/takedown {WEATHER} I do not like it")
        assert stage.registry.head == head

    @pytest.mark.parametrize(
        ("words", "reason"),
        [
            (f"/takedown {WEATHER}", "a reason is missing"),
            ("/takedown ../.. x", "../.."),
            (f"/restore {WEATHER} x", "is not taken down"),
            ("/block planet x y", "planet"),
            ("/block key x y", "fingerprint"),
            ("/block account nobody-there x", "no account"),
            ("/thaw x", "not closed"),
        ],
    )
    def test_says_what_cannot_be_done(self, words: str, reason: str, stage: Stage) -> None:
        head = stage.registry.head
        said = html.unescape(ask(stage, "acme", words))
        assert reason in said
        assert stage.registry.head == head

    def test_an_edited_comment_decides_nothing(self, stage: Stage) -> None:
        event = comment(stage, "acme", "hello")
        number = json.loads(event.read_text())["comment"]["id"]
        stage.hub.clock.advance(60)
        with client_of(stage.hub, "token-of-acme") as github:
            issue = json.loads(event.read_text())["issue"]["number"]
            found = github.get_repo(REGISTRY).get_issue(issue).get_comment(number)
            found.edit(f"/takedown {WEATHER} malware")
        assert "edited" in answer(stage, event)
