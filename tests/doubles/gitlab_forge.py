"""A double of a GitLab that registries live on: its API over HTTP, with real Git repositories behind it.

What people do there by hand (pushes, merge requests, notes) is done with its methods; what a registry
does goes over its API, and over Git to the repositories' own paths. There a hook protects main as
GitLab does; whoever pushes that way is taken for the project's bot.
"""

import itertools
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.doubles.bare import BareRepository, Files, Signature
from tests.doubles.clock import Clock
from tests.doubles.gitlab_double import GitLabDouble, ProjectDouble
from tests.doubles.gitlab_login import GitLabLogin
from tests.doubles.gitlab_merge_routes import PUBLISHING
from tests.doubles.gitlab_models import (
    IssueDouble,
    Json,
    MergeRequestDouble,
    NoteDouble,
    Pipeline,
    PushDouble,
    written,
)
from tests.doubles.gitlab_routes import (
    DEVELOPER,
    MAINTAINER,
    OWNER,
    Answer,
    RefusalError,
    Request,
    answer,
    missing,
)

_HOOK = """\
#!/bin/sh
while read old new ref; do
  [ "$ref" = refs/heads/main ] || continue
  if [ -e locked ]; then
    echo "GitLab: You are not allowed to push code to protected branches on this project." >&2
    exit 1
  fi
  case "$old" in *[!0]*) ;; *) continue ;; esac
  git merge-base --is-ancestor "$old" "$new" || {
    echo "GitLab: You are not allowed to force push code to a protected branch on this project." >&2
    exit 1
  }
done
"""
QUICK = re.compile(
    r"^/(merge|approve|unapprove|close|reopen|publish|label|draft)(?: ([^\n]*))?(?:\s*\n|$)",
    re.MULTILINE | re.IGNORECASE,
)
"""Some quick actions, as GitLab finds them in a text whose carriage returns it has dropped."""


@dataclass
class ForgeProject(ProjectDouble):
    """A project with merge requests, members and pushes."""

    bot: str = ""
    members: dict[str, int] = field(default_factory=dict)
    merge_requests: dict[int, MergeRequestDouble] = field(default_factory=dict)
    issues: dict[int, IssueDouble] = field(default_factory=dict)
    pushes: list[PushDouble] = field(default_factory=list)
    statuses: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    @property
    def head(self) -> str:
        """The head of main."""
        head = self.store.resolve("refs/heads/main")
        assert head is not None
        return head


class GitLabForge(GitLabDouble):
    """GitLab on 127.0.0.1; enter it to serve `url`.

    Each thing happens a second after the last, beginning an hour ago.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.clock = Clock()
        self.clock.advance(-3600)
        self.tokens: dict[str, str] = {}
        self.login = GitLabLogin(self.tokens)
        self.trigger_token = "token-of-the-trigger"
        self.pipelines: list[Pipeline] = []
        self.quick_actions: list[tuple[str, str]] = []
        self.failures: list[tuple[str, str, int]] = []
        self._numbers = itertools.count(1)
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def reply(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, content = hub.serve(
                    self.command, self.path, dict(self.headers.items()), body
                )
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = reply  # noqa: N815 — http.server's names

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def now(self) -> float:
        """The time of the next thing that happens."""
        self.clock.advance(1)
        return self.clock()

    # ---- what people do

    def add_user(self, name: str) -> str:
        """A user, whose token is `token-of-` and the name."""
        self.users.add(name)
        self.tokens[f"token-of-{name}"] = name
        return name

    def add_forge_project(
        self, path: str, bot: str = "", fork_of: ForgeProject | None = None
    ) -> ForgeProject:
        """A new project with a protected main, whose maintainer is the bot."""
        number = next(self._ids)
        made = ForgeProject(number, path, self.folder / f"{number}.git", "public", fork_of, bot)
        self.projects[number] = made
        if bot:
            made.members[bot] = MAINTAINER
        hook = made.path / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(_HOOK)
        hook.chmod(0o755)
        made.seen = made.store.refs("refs/heads/")  # a fork begins with branches that nobody pushed
        return made

    def forge_project(self, number: int) -> ForgeProject:
        """A project by its number."""
        found = self.projects[number]
        assert isinstance(found, ForgeProject)
        return found

    def push(
        self,
        project: ForgeProject,
        login: str,
        files: Files,
        branch: str,
        parent: str | None = None,
        message: str = ".",
    ) -> str:
        """Somebody pushes a commit to a branch, by force if need be; gives its id."""
        with self._lock:
            base = parent or project.store.resolve(f"refs/heads/{branch}") or project.head
            by = Signature(login, f"{login}@example.com", f"{int(self.clock())} +0000")
            sha = project.store.import_commit(files, branch=branch, parent=base, by=by, message=message)
            self.notice(project, login)
            return sha

    def push_many(self, project: ForgeProject, login: str, branch: str, files: Files) -> str:
        """Somebody pushes to so many branches at once that GitLab notes none of them."""
        with self._lock:
            sha = self.push(project, login, files, branch)
            last = project.pushes.pop()
            project.pushes.append(PushDouble(last.id, login, None, None, None, last.time))
            return sha

    def open(
        self,
        target: ForgeProject,
        source: ForgeProject,
        branch: str,
        author: str,
        *,
        title: str = "Publish",
    ) -> MergeRequestDouble:
        """Somebody opens a merge request."""
        number = len(target.merge_requests) + 1
        made = MergeRequestDouble(number, author, title, source.id, branch, "main", self.now())
        target.merge_requests[number] = made
        self._follow(target, made)
        return made

    def change_state(self, found: MergeRequestDouble, event: str) -> None:
        """Somebody closes or reopens a merge request."""
        state, noted = {"close": ("closed", "closed"), "reopen": ("opened", "reopened")}[event]
        if found.state != state:
            found.state = state
            found.state_events.append((noted, self.now()))

    def write_note(
        self,
        project: ForgeProject,
        thread: IssueDouble | MergeRequestDouble,
        author: str,
        body: str,
        **more: Any,
    ) -> NoteDouble | None:
        """Somebody writes a note; None if it held nothing but quick actions."""
        text = body.replace("\r", "")
        self.quick_actions += [(author, match[1].lower()) for match in QUICK.finditer(text)]
        rest = QUICK.sub("", text).rstrip()
        if not rest:
            return None
        time = self.now()
        made = NoteDouble(next(self._numbers), author, rest, time, time, **more)
        thread.notes.append(made)
        return made

    def edit_note(self, note: NoteDouble, body: str) -> None:
        """Somebody edits a note."""
        note.body, note.updated_at = body.rstrip(), self.now()

    def open_issue(self, project: ForgeProject, author: str, title: str = "Please") -> IssueDouble:
        """Somebody opens an issue."""
        made = IssueDouble(len(project.issues) + 1, author, title)
        project.issues[made.iid] = made
        return made

    def fail_once(self, method: str, path_regex: str, status: int = 500) -> None:
        """Answer the next matching request of the API with a failure."""
        self.failures.append((method, path_regex, status))

    # ---- what happens of itself

    def notice(self, project: ForgeProject, login: str) -> None:
        """Note the pushes since the last look as somebody's, and follow them."""
        refs = project.store.refs("refs/heads/")
        for ref in sorted({*refs, *project.seen}):
            before, after = project.seen.get(ref), refs.get(ref)
            if before == after:
                continue
            branch = ref.removeprefix("refs/heads/")
            number = next(self._numbers)
            project.pushes.append(PushDouble(number, login, branch, before, after, self.now()))
            if branch == "main":
                self.pipelines.append(Pipeline("push", "main"))
        project.seen = refs
        for target in self.projects.values():
            for one in target.merge_requests.values() if isinstance(target, ForgeProject) else ():
                if one.source == project.id and one.state == "opened":
                    self._follow(target, one)

    def _follow(self, target: ProjectDouble, found: MergeRequestDouble) -> None:
        source = self.forge_project(found.source)
        sha = source.store.resolve(f"refs/heads/{found.branch}")
        if sha is None or (found.versions and found.sha == sha):
            return
        found.versions.append((sha, self.now()))
        target.store.fetch(source.store, f"+{sha}:refs/merge-requests/{found.iid}/head")

    # ---- what webhooks send, and triggers hand over

    def merge_request_hook(
        self, project: ForgeProject, found: MergeRequestDouble, action: str = "open", **more: Any
    ) -> Json:
        """The payload of a merge request's event."""
        return {
            "object_kind": "merge_request",
            "event_type": "merge_request",
            "user": self.user_json(found.author),
            "project": self._hook_project(project),
            "object_attributes": {
                "iid": found.iid,
                "action": action,
                "title": found.title,
                "last_commit": {"id": found.sha},
                **more,
            },
        }

    def note_hook(
        self, project: ForgeProject, thread: IssueDouble | MergeRequestDouble, note: NoteDouble
    ) -> Json:
        """The payload of a note's event."""
        is_issue = isinstance(thread, IssueDouble)
        return {
            "object_kind": "note",
            "event_type": "note",
            "user": self.user_json(note.author),
            "project": self._hook_project(project),
            "object_attributes": {
                "id": note.id,
                "note": note.body,
                "noteable_type": "Issue" if is_issue else "MergeRequest",
                "system": note.system,
                "action": "create",
            },
            "issue" if is_issue else "merge_request": {"iid": thread.iid, "title": thread.title},
        }

    def _hook_project(self, project: ForgeProject) -> Json:
        return {
            "id": project.id,
            "path_with_namespace": project.full_path,
            "git_http_url": str(project.path),
        }

    # ---- answering

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer one request of the API; what it does not know of publishing, the facts answer."""
        with self._lock:
            if path.startswith("/oauth/"):
                return self.login.answer(self.url, path, body)
            for project in self.projects.values():
                if isinstance(project, ForgeProject):
                    self.notice(project, project.bot)
            for failure in self.failures:
                if failure[0] == method and re.search(failure[1], path):
                    self.failures.remove(failure)
                    return answer(failure[2], {"message": f"{failure[2]} as told"})
            try:
                answered = self._publishing(method, path, headers, body)
            except RefusalError as refusal:
                self.requests.append((method, path))
                return answer(refusal.status, {"message": str(refusal)})
            return answered or self.handle(method, path, headers)

    def _publishing(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> Answer | None:
        parts = urlsplit(path)
        caller = self._caller(headers)
        if parts.path == "/api/v4/user" and method == "GET":
            if caller is None:
                raise RefusalError(401, "401 Unauthorized")
            return answer(200, self.user_json(caller))
        match = re.fullmatch(r"/api/v4/projects/([^/]+)(/.+)?", parts.path)
        found = self.forge_project_at(unquote(match[1])) if match else None
        if match is None or found is None:
            return None
        if match[2] is None:
            return answer(200, self.project_json(found, caller)) if method == "GET" else None
        sent = json.loads(body) if body else {}
        if match[2] == "/trigger/pipeline" and method == "POST":
            return self._trigger(found, sent)
        handled = PUBLISHING.find(method, match[2])
        if handled is None:
            return None
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        level = self._level(found, caller)
        request = Request(self.url, parts.path, query, sent, caller, level, handled[1])
        self.requests.append((method, path))
        return handled[0](self, found, request)

    def _trigger(self, project: ForgeProject, body: Json) -> Answer:
        if body.get("token") != self.trigger_token:
            raise missing("Project")
        assert "variables" not in body, "new projects on gitlab.com let nobody set variables"
        payload = {key: value for key, value in body.items() if key != "token"}
        self.pipelines.append(Pipeline("trigger", body["ref"], {**payload, "id": str(project.id)}))
        return answer(201, {"id": len(self.pipelines), "ref": body["ref"], "source": "trigger"})

    def _caller(self, headers: Mapping[str, str]) -> str | None:
        given = {name.lower(): value for name, value in headers.items()}
        token = given.get("private-token") or given.get("authorization", "").removeprefix("Bearer ")
        if token and token not in self.tokens:
            raise RefusalError(401, "401 Unauthorized")
        return self.tokens.get(token)

    def forge_project_at(self, name: str) -> ForgeProject | None:
        """A project by its path or number."""
        found = self.projects.get(int(name)) if name.isdecimal() else self._find(name)
        return found if isinstance(found, ForgeProject) else None

    def _level(self, project: ProjectDouble, caller: str | None) -> int:
        level = project.members.get(caller or "", 0) if isinstance(project, ForgeProject) else 0
        is_own = project.full_path.partition("/")[0] == caller
        return max(level, OWNER) if is_own else level

    def project_json(self, project: ProjectDouble, caller: str | None) -> Json:
        """A project, as GitLab shows it to somebody: with their role, if they are known."""
        shape = self._project_json(project)
        level = self._level(project, caller)
        role = {"access_level": level} if level else None
        return {**shape, "permissions": {"project_access": role, "group_access": None}}

    def user_json(self, name: str) -> Json:
        """A user, as GitLab shows one in answers."""
        number = self._namespace_json(name)["id"]
        return {"id": number, "username": name, "name": name.title(), "state": "active"}

    def merge_request_json(self, project: ForgeProject, found: MergeRequestDouble) -> Json:
        """A merge request, as GitLab shows one."""
        return {
            "id": 1000 + found.iid,
            "iid": found.iid,
            "project_id": project.id,
            "title": found.title,
            "state": found.state,
            "draft": found.title.startswith("Draft: "),
            "created_at": written(found.created_at),
            "target_branch": found.target_branch,
            "source_branch": found.branch,
            "author": self.user_json(found.author),
            "source_project_id": found.source if found.source in self.projects else None,
            "target_project_id": project.id,
            "labels": sorted(found.labels),
            "sha": found.sha,
            "web_url": f"{self.url}/{project.full_path}/-/merge_requests/{found.iid}",
        }

    def note_json(self, note: NoteDouble, thread: IssueDouble | MergeRequestDouble) -> Json:
        """A note, as GitLab shows one."""
        return {
            "id": note.id,
            "body": note.body,
            "author": self.user_json(note.author),
            "created_at": written(note.created_at),
            "updated_at": written(note.updated_at),
            "system": note.system,
            "internal": note.internal,
            "noteable_iid": thread.iid,
        }


def clone_of(project: ForgeProject, path: Path) -> Path:
    """A bare clone, as a pipeline has one."""
    BareRepository(path).git("fetch", "-q", str(project.path), "+refs/heads/main:refs/heads/main")
    return path


__all__ = ["DEVELOPER", "MAINTAINER", "QUICK", "ForgeProject", "GitLabForge", "clone_of"]
