"""What people and workflows do with a pull request on the double, as the tests call it."""

from pathlib import Path

from mcp_static.forges.clients import Clients
from mcp_static.forges.github.client import GitHub
from mcp_static.forges.github.events import read_event
from mcp_static.forges.github.repository import GitHubRepository
from mcp_static.git.repository import Repository, open_repository, resolve_commit
from mcp_static.publishing.checking import PullJob, check_event, handover_of, pull_job
from mcp_static.publishing.handover import Handover
from mcp_static.publishing.merging import MergeResult, merge
from mcp_static.publishing.reporting import post_report

from tests.registries import path_of
from tests.stage import REGISTRY, Stage, client_of

WEATHER = "io.github.alice/weather"
MAPS = "io.github.bob/maps"
RECORD = path_of(WEATHER, "1.0.0")


def job_of(event: Path, clone: Repository, github: GitHub) -> PullJob:
    """The job of an event, by a client of GitHub."""
    return pull_job(read_event(event), clone, GitHubRepository(github, REGISTRY), Clients(github))


def run(stage: Stage, event: Path, handover: Handover | None = None) -> MergeResult:
    """The merge, as a workflow runs it."""
    with open_repository(stage.clone) as repository, GitHub("token-of-bot") as github:
        return merge(job_of(event, repository, github), handover)


def hand_over(stage: Stage, event: Path) -> Handover:
    """The check, as a workflow runs it: without rights, against main as it is now."""
    with open_repository(stage.clone) as repository, GitHub(None) as github:
        repository.git.fetch("-q", str(stage.registry.path), "+main:main")
        job = job_of(event, repository, github)
        handover = handover_of(check_event(job, resolve_commit(repository, "main")))
    return Handover.model_validate_json(handover.written())


def report(stage: Stage, event: Path) -> Handover:
    """The check, and its report, as a workflow runs them."""
    handover = hand_over(stage, event)
    with GitHub("token-of-bot") as github:
        post_report(GitHubRepository(github, REGISTRY), handover)
    return handover


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


def published(stage: Stage, path: str = RECORD) -> bytes | None:
    """A file of main."""
    listing = stage.registry.store.git("ls-tree", "main", "--", path)
    return stage.registry.store.read("cat-file", "blob", listing.split()[2]) if listing else None
