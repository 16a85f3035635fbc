"""What the reading of a comment hands to the bot, and what the bot does with that and without."""

import html
import json
from pathlib import Path

import pytest
from mcp_static.model.errors import InputError
from mcp_static.publishing.comment_handover import (
    Act,
    Answered,
    CommentHandover,
    read_comment_handover,
)

from tests.doubles.github_repository import RepositoryDouble
from tests.publishing.commenting import ask, carry_out, checked, comment, comment_id, handed_over
from tests.publishing.steps import WEATHER
from tests.stage import BOT, Stage, settings_text


class TestReading:
    """What strangers wrote is read without a right to write, and carried out by who reads none of it."""

    def test_what_strangers_wrote_is_not_parsed_with_a_right_to_write(
        self, stage: Stage, source: RepositoryDouble, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        event = comment(stage, "mallory", f"/publish https://github.com/{source.full_name} v1.0.0")
        handover = handed_over(stage, event)

        def parse(*_: object, **__: object) -> None:
            raise AssertionError("what may write parsed what a stranger wrote")

        for name in ("mcp_static.rules.run.parse_json", "mcp_static.publishing.bot.parse_commands"):
            monkeypatch.setattr(name, parse)
        assert carry_out(stage, event, handover) == "1 command answered."
        assert len(stage.registry.pulls()) == 1

    def test_reading_changes_nothing(self, stage: Stage, source: RepositoryDouble) -> None:
        event = comment(stage, "alice", "/publish alice/weather\n\n/check\n\n/takedown x y")
        stage.hub.requests.clear()
        handover = handed_over(stage, event)
        assert [request.kind for request in handover.requests] == ["proposal", "check", "act"]
        assert {request.method for request in stage.hub.requests} == {"GET"}

    def test_an_act_is_taken_from_the_comment_of_an_operator_alone(self, stage: Stage) -> None:
        stage.registry.grant("acme", "admin")
        head = stage.registry.head
        act = Act(act="freeze")
        event = comment(stage, "mallory", "/freeze I do not like it")
        forged = CommentHandover(comment=comment_id(event), requests=(act,))
        carry_out(stage, event, forged)
        event = comment(stage, "acme", "Shall we /freeze it?")
        carry_out(stage, event, forged.model_copy(update={"comment": comment_id(event)}))
        assert stage.registry.head == head

    def test_a_handover_about_another_comment_is_refused(self, stage: Stage) -> None:
        handover = handed_over(stage, comment(stage, "alice", "/help"))
        with pytest.raises(InputError, match="another comment"):
            carry_out(stage, comment(stage, "bob", "/help"), handover)

    @pytest.mark.parametrize(
        "request_",
        [
            {"kind": "proposal", "purpose": "publish", "name": "../x", "version": "1", "content": ""},
            {"kind": "proposal", "purpose": "publish", "name": "a.b/c", "version": "../..", "content": ""},
            {"kind": "proposal", "purpose": "workflow", "name": "a.b/c", "version": "1", "content": ""},
            {"kind": "proposal", "purpose": "publish", "name": "a.b/c", "version": "1",
             "content": "AAAA" * 40_000},
            {"kind": "proposal", "purpose": "publish", "name": "a.b/c", "version": "1", "content": "",
             "path": ".github/workflows/x.yml"},
            {"kind": "word", "word": "takedown", "head": "0" * 40},
            {"kind": "word", "word": "approve", "head": "main"},
            {"kind": "answer", "text": "x" * 20_000},
            {"kind": "shell"},
        ],
    )  # fmt: skip
    def test_what_is_no_reading_of_a_comment_is_refused(
        self, request_: dict[str, str], tmp_path: Path
    ) -> None:
        path = tmp_path / "handover.json"
        path.write_text(json.dumps({"format": 1, "comment": 1, "requests": [request_]}))
        with pytest.raises(InputError, match="not what another job hands over"):
            read_comment_handover(path)

    def test_an_answer_replaces_no_other_part_of_the_bots_comment(self, stage: Stage) -> None:
        number = stage.propose("mallory", stage.record(WEATHER))
        checked(stage, number)
        event = comment(stage, "mallory", "/help", number)
        text = "<!-- mcp-static:check -->\n✅ all green"
        forged = CommentHandover(comment=comment_id(event), requests=(Answered(text=text),))
        carry_out(stage, event, forged)
        checked(stage, number)
        [body] = [c.body for c in stage.registry.comments.values() if c.user.login == BOT]
        assert body.count("<!-- mcp-static:check -->") == 1
        assert "all green" in body.partition("<!-- mcp-static:answer -->")[2]

    def test_without_a_handover_an_operator_still_decides(self, stage: Stage) -> None:
        stage.registry.grant("acme", "admin")
        event = comment(stage, "acme", "/publish alice/weather\n\n/freeze an incident")
        carry_out(stage, event, None)
        [said] = [c.body for c in stage.registry.comments.values() if c.user.login == BOT]
        assert "could not be read" in said
        assert "is committed as" in said
        assert stage.hub.dispatches[-1].name == "deploy.yml"

    @pytest.mark.parametrize(
        ("body", "is_answered"), [("/publish alice/weather", True), ("see https://x.example/", False)]
    )
    def test_without_one_others_are_told_to_ask_again(
        self, body: str, is_answered: bool, stage: Stage
    ) -> None:
        carry_out(stage, comment(stage, "bob", body), None)
        said = [c.body for c in stage.registry.comments.values() if c.user.login == BOT]
        assert ["could not be read" in text for text in said] == [True] * is_answered


def test_a_command_that_fails_drops_no_other(stage: Stage, source: RepositoryDouble) -> None:
    stage.registry.commit(stage.record("io.github.mallory/evil"))
    stage.registry.grant("acme", "admin")
    stage.registry.commit({"README.md": b"in the way"}, "mcp-publish")  # no branch below it can be made
    said = ask(
        stage, "acme", "/publish alice/weather\n\n/takedown io.github.mallory/evil it steals tokens"
    )
    assert "GitHub does not let" in html.unescape(said)
    assert "is committed as" in said


class TestConfirm:
    """`/confirm` starts a check where a confirmation can help, and for nobody else."""

    @pytest.mark.parametrize(("login", "is_started"), [("alice", True), ("bob", False)])
    def test_by_the_account_of_a_name(self, login: str, is_started: bool, stage: Stage) -> None:
        number = stage.propose("mallory", stage.record(WEATHER))
        said = ask(stage, login, f"/confirm {stage.pull(number).head_sha}", number)
        assert ("runs again" in said) is is_started
        assert len(stage.hub.dispatches) == is_started

    def test_by_the_holder_of_a_grant(self, stage: Stage) -> None:
        more = '\n[[grants]]\nnamespace = "com.example.*"\naccounts = ["github:bob"]\n'
        stage.registry.commit({"registry.toml": settings_text(more=more).encode()})
        number = stage.propose("mallory", stage.record("com.example.x/weather"))
        assert "runs again" in ask(stage, "bob", f"/confirm {stage.pull(number).head_sha}", number)
        assert len(stage.hub.dispatches) == 1

    def test_of_another_head_it_starts_none(self, stage: Stage) -> None:
        number = stage.propose("mallory", stage.record(WEATHER))
        assert "The head of this pull request is" in ask(stage, "alice", f"/confirm {'0' * 40}", number)
        assert stage.hub.dispatches == []
