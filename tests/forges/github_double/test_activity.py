"""The double of GitHub, driven by PyGithub: who pushed what and when, and the events about it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tests.doubles.bare import NO_SHA
from tests.doubles.github_double import GitHubDouble
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.github_state import ACTIONS_BOT
from tests.forges.github_double.clients import Clients


def test_activity_names_who_pushed(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    first = registry.commit({"x": b"1"}, branch="topic", login="alice")
    second = registry.commit({"x": b"2"}, branch="topic", login="bob")
    registry.commit({"x": b"3"}, branch="topic", parent=first, login="bob")
    requester = clients.of(None).requester

    def pages(**parameters: Any) -> Iterator[list[Any]]:
        url: str | None = "/repos/acme/registry/activity"
        while url:
            headers, data = requester.requestJsonAndCheck("GET", url, parameters=parameters)
            yield [(e["activity_type"], e["actor"] and e["actor"]["login"], e["before"]) for e in data]
            link = headers.get("link")
            url, parameters = (link.split("<")[1].split(">")[0] if link else None), {}

    wanted = [
        ("force_push", "bob", second),
        ("push", "bob", first),
        ("branch_creation", "alice", NO_SHA),
    ]
    assert list(pages(ref="topic", per_page=2)) == [wanted[:2], wanted[2:]]
    assert next(pages(ref="refs/heads/topic", actor="alice")) == wanted[2:]


def test_events_of_pushes_and_dispatches(double: GitHubDouble, registry: RepositoryDouble) -> None:
    before, after = registry.head, registry.commit({"x": b"1"}, login="alice")
    push = double.push_event(registry, "alice", before, after)
    assert [commit["id"] for commit in push["commits"]] == [after]
    assert (push["created"], push["forced"], push["sender"]["login"]) == (False, False, "alice")
    run = double.workflow_dispatch_event("acme/registry", {"sha": after}, "bob")
    assert (run["inputs"], run["ref"]) == ({"sha": after}, "refs/heads/main")
    assert run["organization"]["login"] == "acme"


def test_activity_tells_when_and_by_what_a_branch_was_moved(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    double.clock.stop(at=1_800_000_000)
    # A commit's own date is whatever its author says.
    head = registry.commit({"x": b"1"}, branch="topic", login="alice", time=1)
    upstream = clients.of("the-bot").get_repo("acme/registry")
    pull = upstream.create_pull(base="main", head="topic", title="Add x")
    double.clock.advance(60)
    before = registry.head
    pull.merge()
    _, lines = upstream.requester.requestJsonAndCheck("GET", "/repos/acme/registry/activity")
    merged, created = lines[:2]
    assert (merged["activity_type"], merged["ref"]) == ("pr_merge", "refs/heads/main")
    assert (merged["before"], merged["after"]) == (before, registry.head)
    assert (merged["actor"]["login"], merged["timestamp"]) == (ACTIONS_BOT, "2027-01-15T08:01:00Z")
    assert (created["activity_type"], created["after"]) == ("branch_creation", head)
    assert (created["before"], created["timestamp"]) == (NO_SHA, "2027-01-15T08:00:00Z")
    pull.update()
    assert (pull.created_at, pull.merged_at) == (instant(0), instant(60))
    event = double.pull_request_event(registry, 1, "closed")
    assert (event["sender"]["login"], event["pull_request"]["merged"]) == (ACTIONS_BOT, True)


def instant(seconds: int) -> datetime:
    """That long after the clock was stopped."""
    return datetime.fromtimestamp(1_800_000_000 + seconds, UTC)
