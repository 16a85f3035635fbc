"""The double of GitHub, driven by PyGithub: issues, comments and labels."""

import pytest
from github import GithubException

from tests.doubles.github_double import GitHubDouble
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.github_state import ACTIONS_BOT
from tests.forges.github_double.clients import Clients


def test_a_comment_is_written_and_edited_by_its_author_alone(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    issue = clients.of("alice").get_repo("acme/registry").create_issue("A question")
    comment = issue.create_comment("first")
    comment.edit("second")
    assert registry.comments[comment.id].body == "second"
    event = double.issue_comment_event(registry, issue.number, comment.id)
    assert (event["comment"]["user"]["login"], event["sender"]["login"]) == ("alice", "alice")
    assert "pull_request" not in event["issue"]

    his = clients.of("bob").get_repo("acme/registry").get_issue(issue.number)
    with pytest.raises(GithubException) as refused:
        his.get_comment(comment.id).edit("mine now")
    assert refused.value.status == 403
    with pytest.raises(GithubException) as long:
        issue.create_comment("x" * 65537)
    assert long.value.data["errors"][0]["message"].startswith("Body is too long")
    comment.delete()
    assert not list(issue.get_comments())


def test_lists_come_in_pages(registry: RepositoryDouble, clients: Clients) -> None:
    issue = clients.of("alice").get_repo("acme/registry").create_issue("Many comments")
    for number in range(7):
        issue.create_comment(str(number))
    client = clients.of(None, per_page=3)
    comments = client.get_repo("acme/registry").get_issue(1).get_comments()
    assert [comment.body for comment in comments] == [str(number) for number in range(7)]
    assert comments.totalCount == 7
    assert next(iter(comments.reversed)).body == "6"


def test_labels_are_made_when_they_are_first_set(registry: RepositoryDouble, clients: Clients) -> None:
    registry.commit({"new": b"1"}, branch="topic")
    upstream = clients.of("the-bot").get_repo("acme/registry")
    pull = upstream.create_pull(base="main", head="topic", title="Add new")
    upstream.create_label("Held", "ededed")
    pull.add_to_labels("published", "held")
    pull.add_to_labels("Published")
    # A label's name keeps the case that it was made with.
    assert [label.name for label in pull.get_labels()] == ["published", "Held"]
    assert [label.name for label in upstream.get_labels()] == ["Held", "published"]
    pull.update()
    assert [label.name for label in pull.labels] == ["published", "Held"]
    assert [issue.number for issue in upstream.get_issues(labels=["published"])] == [pull.number]
    pull.remove_from_labels("published")
    assert [label.name for label in pull.get_labels()] == ["Held"]
    with pytest.raises(GithubException, match="Label does not exist"):
        pull.remove_from_labels("published")
    his = clients.of("bob").get_repo("acme/registry").get_pull(pull.number)
    with pytest.raises(GithubException) as refused:
        his.add_to_labels("published")
    assert refused.value.status == 404


def test_a_pull_request_closed_without_merging_is_not_merged(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    upstream = clients.of("the-bot").get_repo("acme/registry")
    for number, branch in enumerate(("one", "two"), 1):
        registry.commit({branch: b"1"}, branch=branch)
        upstream.create_pull(base="main", head=branch, title=branch)
        pull = upstream.get_pull(number)
        (pull if branch == "one" else upstream.get_issue(number)).edit(state="closed")
        pull.update()
        assert (pull.state, pull.merged) == ("closed", False)
        assert pull.merged_at is None
        assert pull.closed_at is not None
        event = double.pull_request_event(registry, number, "closed")
        assert event["pull_request"]["merged"] is False
        assert event["sender"]["login"] == ACTIONS_BOT
        upstream.get_issue(number).edit(state="open")
        pull.update()
        assert pull.state == "open"


def test_a_token_for_pull_requests_may_write_about_them_alone(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    double.add_token("token-of-reporter", ACTIONS_BOT, ["pull-requests:write"])
    registry.commit({"new": b"1"}, branch="topic")
    upstream = clients.of("reporter").get_repo("acme/registry")
    pull = upstream.create_pull(base="main", head="topic", title="Add new")
    pull.create_issue_comment("A report").edit("Another report")
    pull.add_to_labels("published")
    pull.edit(state="closed")
    question = clients.of("alice").get_repo("acme/registry").create_issue("A question")
    issue = upstream.get_issue(question.number)
    for call in (lambda: issue.create_comment("An answer"), lambda: issue.add_to_labels("question")):
        with pytest.raises(GithubException) as refused:
            call()
        assert refused.value.data["message"] == "Resource not accessible by integration"


def test_an_edited_comment_shows_when_and_what_it_was(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    double.clock.stop(at=1_800_000_000)
    registry.grant("bob", "write")
    issue = clients.of("alice").get_repo("acme/registry").create_issue("A question")
    comment = issue.create_comment("/publish")
    other = clients.of("bob").get_repo("acme/registry").get_issue(1).create_comment("Why not")
    made = double.issue_comment_event(registry, 1, comment.id)["comment"]
    assert made["created_at"] == made["updated_at"] == "2027-01-15T08:00:00Z"
    assert (made["author_association"], other.raw_data["author_association"]) == (
        "NONE",
        "COLLABORATOR",
    )
    double.clock.advance(90)
    comment.edit("/merge")
    event = double.issue_comment_event(registry, 1, comment.id, "edited")
    assert event["changes"]["body"]["from"] == "/publish"
    assert event["comment"]["created_at"] == "2027-01-15T08:00:00Z"
    assert event["comment"]["updated_at"] == "2027-01-15T08:01:30Z"
    assert event["issue"]["created_at"] == "2027-01-15T08:00:00Z"
