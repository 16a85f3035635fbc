"""The way of a pull request from its event to the merge: one way, as the documentation lists it."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from mcp_static.forges.github.client import GitHub
from mcp_static.git.repository import open_repository
from mcp_static.publishing.merging import MergeOutcome, merge

from tests.publishing.steps import job_of
from tests.servers import PROJECT
from tests.stage import Stage

_SECTION = re.compile(r"### From the event to the merge commit\n(.*?)\n##", re.DOTALL)


def documented_way() -> list[str]:
    """The functions that docs/contributors.md lists, by module and name, in order."""
    text = (PROJECT / "docs" / "contributors.md").read_text()
    section = _SECTION.search(text)
    assert section is not None
    return re.findall(r"^\d+\. `([\w/.]+)`", section[1], re.MULTILINE)


@contextmanager
def entries_into(functions: list[str]) -> Iterator[list[str]]:
    """Which of some functions of this thread are entered, in order."""
    entered: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            module = str(frame.f_globals.get("__name__")).removeprefix("mcp_static.")
            name = f"{module.replace('.', '/')}.{frame.f_code.co_qualname}"
            if name in functions:
                entered.append(name)

    sys.setprofile(note)
    try:
        yield entered
    finally:
        sys.setprofile(None)


def test_each_function_of_the_way_is_entered_once_and_in_order(stage: Stage) -> None:
    way = documented_way()
    assert len(way) > 15
    event = stage.event(stage.propose("alice", stage.record("io.github.alice/weather")), "alice")
    with (
        open_repository(stage.clone) as repository,
        GitHub("token-of-bot") as github,
        entries_into(way) as entered,
    ):
        result = merge(job_of(event, repository, github))
    assert result.outcome is MergeOutcome.MERGED
    # The comment of the report is edited once more, to say that it is published.
    again = "forges/github/comments.Comments.post"
    assert entered.count(again) == 2
    del entered[len(entered) - 1 - entered[::-1].index(again)]
    assert entered == way
