"""The time that a check may take: what it does not reach is open, never taken for right or wrong."""

from dataclasses import replace

from mcp_static.check.checking import check
from mcp_static.check.report import CheckReport
from mcp_static.forges.clients import Clients
from mcp_static.forges.forge import Account, SourceRepository
from mcp_static.forges.github.client import GitHub
from mcp_static.net.budget import CHECK_SECONDS, Budget
from mcp_static.proofs.context import proof_context
from mcp_static.reports.findings import Level

from tests.stage import Stage, account_of

WEATHER = "io.github.alice/weather"


class Clock:
    """A clock that goes on by some seconds each time something is asked of a forge."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class SlowGitHub(GitHub):
    """GitHub, each answer of which takes its time."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        super().__init__(None)
        self._clock = clock
        self._pace = seconds
        self.asked: list[str] = []

    def account(self, login: str) -> Account | None:
        self._take_time(f"account {login}")
        return super().account(login)

    def repository(self, path: str) -> SourceRepository | None:
        self._take_time(f"repository {path}")
        return super().repository(path)

    def _take_time(self, what: str) -> None:
        self.asked.append(what)
        self._clock.now += self._pace


def slow_check(stage: Stage, files: dict[str, bytes], seconds: float) -> tuple[CheckReport, list[str]]:
    """The report on a pull request by Alice, and what was asked of a GitHub this slow."""
    number = stage.propose("alice", files)
    head = stage.pull(number).head_sha
    clock = Clock()
    user = stage.hub.user("alice")
    with stage.checking(head) as repository, SlowGitHub(clock, seconds) as github:
        context = proof_context(stage.settings, Clients(github), account_of(user))
        context = replace(context, budget=Budget(clock=clock))
        return check(repository, stage.registry.head, head, context), github.asked


def test_records_beyond_the_time_of_a_check_are_open(stage: Stage) -> None:
    names = [f"{WEATHER}-{number}" for number in range(4)]
    files = {path: raw for name in names for path, raw in stage.record(name).items()}
    report, asked = slow_check(stage, files, CHECK_SECONDS / 2)
    assert [section.level for section in report.sections] == [
        Level.PASSED, Level.PASSED, Level.PASSED, Level.UNKNOWN, Level.UNKNOWN
    ]  # fmt: skip
    assert report.exit_code == 3
    assert not report.is_green
    assert len(asked) == 2
    [open_question] = report.sections[-1].findings
    assert f"{CHECK_SECONDS:g} seconds" in open_question.message


def test_a_proof_beyond_the_time_of_a_check_is_open(stage: Stage) -> None:
    # The account fails late; the source proof would find no repository, which would be an error.
    report, asked = slow_check(stage, stage.record("io.github.bob/weather"), CHECK_SECONDS)
    assert report.level is Level.UNKNOWN
    assert asked == ["account bob"]


def test_a_check_in_time_is_as_ever(stage: Stage) -> None:
    report, _ = slow_check(stage, stage.record(WEATHER), CHECK_SECONDS / 2)
    assert report.level is Level.PASSED
