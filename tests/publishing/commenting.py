"""Comments that ask for something, and the two jobs that answer them, as the tests call them."""

import json
from pathlib import Path

from mcp_static.forges.clients import Clients
from mcp_static.forges.github.client import GitHub
from mcp_static.forges.github.events import read_event
from mcp_static.forges.github.repository import GitHubRepository
from mcp_static.git.repository import open_repository
from mcp_static.publishing.bot import answer_comment
from mcp_static.publishing.comment_handover import CommentHandover
from mcp_static.publishing.comment_reading import read_comment
from mcp_static.publishing.merging import MergeResult, merge

from tests.publishing.steps import job_of
from tests.stage import BOT, REGISTRY, Stage, client_of


def comment(stage: Stage, login: str, body: str, number: int | None = None) -> Path:
    """Write a comment, on a new issue unless a number is given; its event."""
    stage.hub.add_token(f"token-of-{login}", login)
    with client_of(stage.hub, f"token-of-{login}") as github:
        repository = github.get_repo(REGISTRY)
        issue = repository.get_issue(number) if number else repository.create_issue("Please")
        made = issue.create_comment(body)
        payload = stage.hub.issue_comment_event(stage.registry, issue.number, made.id)
    return stage.write_event(payload)


def read(stage: Stage, event: Path) -> CommentHandover | str:
    """What the job without rights hands over, or what it says for the log."""
    with open_repository(stage.clone) as repository, GitHub(None) as github:
        repository.git.fetch("--quiet", str(stage.registry.path), "+main:main")
        registry = GitHubRepository(github, REGISTRY)
        handover = read_comment(read_event(event), repository, registry, Clients(github))
    if isinstance(handover, str):
        return handover
    return CommentHandover.model_validate_json(handover.written())


def handed_over(stage: Stage, event: Path) -> CommentHandover:
    """What the job without rights hands over."""
    handover = read(stage, event)
    assert isinstance(handover, CommentHandover)
    return handover


def carry_out(stage: Stage, event: Path, handover: CommentHandover | None) -> str:
    """What the job with rights says for the log."""
    with open_repository(stage.clone) as repository, GitHub("token-of-bot") as github:
        registry = GitHubRepository(github, REGISTRY)
        return answer_comment(read_event(event), repository, registry, handover)


def answer(stage: Stage, event: Path) -> str:
    """Let the bot answer, and give what it says then."""
    handover = read(stage, event)
    if isinstance(handover, str):
        return handover  # the job with rights does not run then
    line = carry_out(stage, event, handover)
    said = [c.body for c in stage.registry.comments.values() if c.user.login == BOT]
    return said[-1] if said else line


def ask(stage: Stage, login: str, body: str, number: int | None = None) -> str:
    return answer(stage, comment(stage, login, body, number))


def checked(stage: Stage, number: int) -> MergeResult:
    """Run the check that the bot dispatched for a pull request."""
    payload = stage.hub.workflow_dispatch_event(
        stage.registry, {"pull_request": str(number)}, BOT, workflow="check.yml"
    )
    with (
        open_repository(stage.clone) as repository,
        GitHub("token-of-bot") as github,
    ):
        return merge(job_of(stage.write_event(payload), repository, github))


def comment_id(event: Path) -> str:
    """The id of an event's comment."""
    return str(json.loads(event.read_bytes())["comment"]["id"])
