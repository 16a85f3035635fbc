"""A stage for publishing on GitLab: a registry's project on a double, with authors around it."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mcp_static.forges.event import Event
from mcp_static.forges.workflow import open_workflow, read_event
from mcp_static.git.repository import open_repository, resolve_commit
from mcp_static.model.forge_ids import GITLAB_HOST, USER, ForgeId
from mcp_static.publishing.bot import answer_comment
from mcp_static.publishing.checking import check_event, handover_of, pull_job
from mcp_static.publishing.comment_handover import CommentHandover
from mcp_static.publishing.comment_reading import read_comment
from mcp_static.publishing.handover import Handover
from mcp_static.publishing.merging import MergeResult, merge
from mcp_static.publishing.reporting import post_report

from tests.doubles.gitlab_forge import GitLabForge
from tests.doubles.gitlab_models import IssueDouble, MergeRequestDouble, NoteDouble
from tests.doubles.gitlab_routes import MAINTAINER
from tests.doubles.gitlab_state import ForgeProject, clone_of
from tests.registries import path_of, server_json

REGISTRY = "acme/mcp/registry"
BOT = "project_1_bot"
SETTINGS = """\
title = "Acme"
url = "https://registry.example.com"
repository = "https://gitlab.com/acme/mcp/registry"
namespace = "com.example.registry"

[merge]
automatic = true
identity = "project_1_bot <project_1_bot@noreply.example.com>"

[continuity]
wait_days = 0
"""


def gitlab_record(name: str, version: str = "1.0.0") -> dict[str, bytes]:
    """The files of a publish whose repository is on GitLab."""
    owner = name.split("/")[0].rpartition(".")[2]
    repository = {"url": f"https://gitlab.com/{owner}/{name.split('/')[1]}", "source": "gitlab"}
    document = server_json(name, version, repository=repository)
    return {path_of(name, version): json.dumps(document).encode()}


@dataclass
class GitLabStage:
    """The double, the registry's project on it, and a clone that the pipelines work in."""

    hub: GitLabForge
    registry: ForgeProject
    clone: Path
    events: int = field(default=0)

    # ---- what people do

    def fork(self, login: str) -> ForgeProject:
        """A user's fork of the registry, which has main as it is now."""
        known = self.hub.forge_project_at(f"{login}/registry")
        made = known or self.hub.add_forge_project(f"{login}/registry", fork_of=self.registry)
        made.store.fetch(self.registry.store, self.registry.head)
        return made

    def propose(
        self, login: str, files: Mapping[str, bytes | None], branch: str = "publish"
    ) -> MergeRequestDouble:
        """A merge request by hand, from a user's fork."""
        fork = self.fork(login)
        self.hub.push(fork, login, files, branch, self.registry.head)
        return self.hub.open(self.registry, fork, branch, login)

    def say(
        self, login: str, thread: MergeRequestDouble | IssueDouble, text: str, **more: Any
    ) -> NoteDouble:
        """Somebody writes a note that is more than quick actions."""
        note = self.hub.write_note(self.registry, thread, login, text, **more)
        assert note is not None
        return note

    def account(self, login: str) -> ForgeId:
        """The id of a user."""
        return ForgeId(GITLAB_HOST, USER, self.hub.user_json(login)["id"])

    # ---- what pipelines do

    def event(self, payload: dict[str, Any]) -> Path:
        """The file that a trigger hands over."""
        self.events += 1
        path = self.clone.parent / f"payload-{self.events}.json"
        path.write_text(json.dumps({**payload, "id": str(self.registry.id), "ref": "main"}))
        return path

    def opened(self, found: MergeRequestDouble) -> Path:
        """The event of a merge request that was opened."""
        return self.event(self.hub.merge_request_hook(self.registry, found))

    def _fetch(self) -> None:
        with open_repository(self.clone) as clone:
            clone.git.fetch("-q", str(self.registry.path), "+refs/heads/main:refs/heads/main")

    def check(self, found: MergeRequestDouble) -> Handover:
        """The job that checks a merge request, without a right to write; and the one that reports."""
        self._fetch()
        event = read_event(self.opened(found))
        with ExitStack() as stack:
            clone = stack.enter_context(open_repository(self.clone))
            workflow = stack.enter_context(open_workflow(event.repository))
            job = pull_job(event, clone, workflow.registry, workflow.clients)
            handover = handover_of(check_event(job, resolve_commit(clone, "main")))
            post_report(workflow.registry, handover)
        return Handover.model_validate_json(handover.written())

    def merge(self, found: MergeRequestDouble, handover: Handover | None = None) -> MergeResult:
        """The job that merges; with a handover, what that check found."""
        self._fetch()
        event = read_event(self.opened(found))
        with ExitStack() as stack:
            clone = stack.enter_context(open_repository(self.clone))
            workflow = stack.enter_context(
                open_workflow(event.repository, clone, str(self.registry.path))
            )
            return merge(pull_job(event, clone, workflow.registry, workflow.clients), handover)

    def _read(self, event: Event) -> CommentHandover | str:
        """What the job without rights hands over of a note, or its line."""
        with ExitStack() as stack:
            clone = stack.enter_context(open_repository(self.clone))
            workflow = stack.enter_context(open_workflow(event.repository))
            read = read_comment(event, clone, workflow.registry, workflow.clients)
        return read if isinstance(read, str) else CommentHandover.model_validate_json(read.written())

    def answer(self, thread: MergeRequestDouble | IssueDouble, note: NoteDouble) -> str:
        """The jobs that read and answer a note; gives the newest note of the bot's, else a line."""
        self._fetch()
        event = read_event(self.event(self.hub.note_hook(self.registry, thread, note)))
        handover = self._read(event)
        if isinstance(handover, str):
            return handover  # the job with rights does nothing then
        return self.carry_out(thread, note, handover)

    def carry_out(
        self,
        thread: MergeRequestDouble | IssueDouble,
        note: NoteDouble,
        handover: CommentHandover | None,
    ) -> str:
        """The job that answers a note; gives the newest note of the bot's, else its line."""
        event = read_event(self.event(self.hub.note_hook(self.registry, thread, note)))
        with ExitStack() as stack:
            clone = stack.enter_context(open_repository(self.clone))
            workflow = stack.enter_context(
                open_workflow(event.repository, clone, str(self.registry.path))
            )
            line = answer_comment(event, clone, workflow.registry, handover)
        said = [one.body for one in thread.notes if one.author == BOT]
        return said[-1] if said else line

    def ask(self, login: str, text: str) -> str:
        """Somebody opens an issue and asks for something there; gives the answer."""
        issue = self.hub.open_issue(self.registry, login)
        return self.answer(issue, self.say(login, issue, text))

    # ---- what there is then

    def main(self, path: str) -> bytes | None:
        """A file of main."""
        entry = self.registry.store.entry("main", path)
        return self.registry.store.content(entry.sha) if entry is not None else None


def gitlab_staged(
    hub: GitLabForge, folder: Path, monkeypatch: pytest.MonkeyPatch, settings: str = SETTINGS
) -> GitLabStage:
    """A registry with an operator and two authors, in the environment of its own pipelines."""
    for login in (BOT, "olivia", "alice", "mallory"):
        hub.add_user(login)
    registry = hub.add_forge_project(REGISTRY, BOT)
    registry.members["olivia"] = MAINTAINER
    registry.commit({"registry.toml": settings.encode(), "README.md": b"hello\n"})
    registry.commit({"registry-data/servers/.gitkeep": b""})
    registry.seen = registry.store.refs("refs/heads/")
    for name, value in {
        "GITLAB_CI": "true",
        "CI_SERVER_URL": f"https://{GITLAB_HOST}",
        "CI_API_V4_URL": f"{hub.url}/api/v4",
        "CI_PROJECT_ID": str(registry.id),
        "CI_PROJECT_PATH": registry.full_path,
        "GITLAB_TOKEN": f"token-of-{BOT}",
        "MCP_STATIC_TRIGGER_TOKEN": hub.trigger_token,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CI_PROJECT_URL", raising=False)
    return GitLabStage(hub, registry, clone_of(registry, folder / "clone.git"))
