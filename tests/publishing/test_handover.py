"""What a check hands over: one that was taken over can at worst publish what its pull request has."""

import hashlib
import json
from pathlib import Path

import pytest
from mcp_static.forges.github.repository import DEPLOY, REQUIRED_STATUS
from mcp_static.publishing.handover import Handover
from mcp_static.publishing.merging import MergeOutcome

from tests.publishing.steps import MAPS, RECORD, WEATHER, again, files_of, hand_over, run, say
from tests.registries import path_of
from tests.servers import run_cli
from tests.stage import Stage, settings_text


@pytest.fixture
def stage(protected_stage: Stage) -> Stage:
    """A registry whose main is protected as the documentation asks."""
    return protected_stage


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


def test_a_finding_is_handed_over_with_its_place_in_the_file(stage: Stage) -> None:
    files = {RECORD: b'{\n  "name": "io.github.alice/weather",\n  "version": 1\n}\n'}
    event = stage.event(stage.propose("alice", files), "alice")
    findings = [
        one for part in hand_over(stage, event).report.report().sections for one in part.findings
    ]
    assert {(one.line, one.column) for one in findings if one.path == "version"} == {(3, 3)}


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
        assert REQUIRED_STATUS not in stage.registry.states_of(head)

    def test_the_result_of_another_pull_request(self, stage: Stage, event: Path) -> None:
        other = stage.event(stage.propose("bob", stage.record(MAPS)), "bob")
        assert run(stage, other, hand_over(stage, event)).outcome is MergeOutcome.MOVED

    def test_an_address_that_another_took_since_the_check(self, stage: Stage) -> None:
        remotes = [{"type": "streamable-http", "url": "https://mcp.weather-tools.dev/"}]
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
        remotes = [{"type": "sse", "url": "https://MCP.weather-tools.dev:443/#a"}]
        stage.registry.commit({**stage.record(WEATHER, remotes=remotes), status: deleted})
        replaces = hashlib.sha256(deleted).hexdigest()
        active = json.dumps({"status": "active", "replaces": replaces}).encode()
        remotes[0]["url"] = "https://mcp.weather-tools.dev"
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
